/* N delayed jobs through graphile-worker, with a handler that does nothing: jobs a second from the moment all are due.
 * usage: node graphile.mjs CONNECTION JOBS.  As its manual advises for throughput: concurrency raised with a pool as large, jobs added by one statement. */
import { createRequire } from 'node:module'
import path from 'node:path'
const require = createRequire(path.join(process.cwd(), 'package.json'))
const { run, makeWorkerUtils, Logger } = require('graphile-worker')
const [connectionString, jobs] = [process.argv[2], Number(process.argv[3])]
const logger = new Logger(() => () => {})
const utils = await makeWorkerUtils({ connectionString, logger })
await utils.migrate()
await utils.withPgClient((c) => c.query(`select graphile_worker.add_jobs(array(select json_populate_record(null::graphile_worker.job_spec,
  json_build_object('identifier', 'm', 'payload', json_build_object('order', i), 'run_at', now()))  from generate_series(1, ${jobs}) i))`))
let done = 0, from = 0
await new Promise((resolve, reject) => {
  from = performance.now()
  run({ connectionString, concurrency: 24, maxPoolSize: 26, noHandleSignals: true, pollInterval: 100, logger, taskList: { m: async () => { if (++done === jobs) resolve() } } }).catch(reject)
})
console.log(JSON.stringify({ per_s: Math.round(jobs / ((performance.now() - from) / 1000)), jobs }))
process.exit(0)
