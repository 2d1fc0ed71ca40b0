// Peer of the HTTP measurement: fastify with its compiled schema, logging off, as its own benchmarks run it.
import Fastify from 'fastify';
const app = Fastify({ logger: false });
const answer = JSON.parse(process.env.BODY);
const schema = { response: { 200: { type: 'object', properties: { status: { type: 'string' }, version: { type: 'string' },
  sqlite: { type: 'string' },
  importer: { type: 'object', properties: { reads: { type: 'boolean' }, landlock: { type: 'integer' }, seccomp: { type: 'boolean' }, missing: { type: 'string', nullable: true } } },
  feeds: { type: 'array', items: { type: 'object' } } } } } };
app.get('/healthz', { schema }, (request, reply) => { reply.send(answer); });
await app.listen({ host: '127.0.0.1', port: Number(process.argv[2]) });
