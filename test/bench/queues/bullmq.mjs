/* N delayed jobs through BullMQ, with a handler that does nothing: jobs a second from the moment all are due.
 * usage: node bullmq.mjs REDIS_SOCKET JOBS.  As its manual advises for throughput: jobs added in bulk and removed on completion, concurrency raised,
 * maxmemory-policy noeviction (the server's settings are in outbox_bench.py). */
import { createRequire } from 'node:module'
import path from 'node:path'
const require = createRequire(path.join(process.cwd(), 'package.json'))
const { Queue, Worker } = require('bullmq')
const [socket, jobs] = [process.argv[2], Number(process.argv[3])]
const connection = { path: socket, maxRetriesPerRequest: null }
const queue = new Queue('remind', { connection, defaultJobOptions: { removeOnComplete: true, removeOnFail: true } })
await queue.waitUntilReady()
const due = Date.now() + 2000 + jobs / 4
for (let i = 0; i < jobs; i += 1000)
  await queue.addBulk(Array.from({ length: Math.min(1000, jobs - i) }, (_, k) => ({ name: 'm', data: { order: i + k }, opts: { delay: Math.max(1, due - Date.now()) } })))
await new Promise((r) => setTimeout(r, Math.max(0, due - Date.now())))
const from = performance.now()
let done = 0
await new Promise((resolve) => {
  const worker = new Worker('remind', async () => {}, { connection, concurrency: 300 })
  worker.on('completed', () => { if (++done === jobs) worker.close().then(resolve) })
})
console.log(JSON.stringify({ per_s: Math.round(jobs / ((performance.now() - from) / 1000)), jobs }))
await queue.close()
