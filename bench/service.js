// The service that is measured: a web server with a little work for each request, and supervised workers.
// With PERCH=off in its environment startAgent() does nothing: that is the reference.
import { createServer } from 'node:http';
import { dynamicSupervisor, startAgent, supervisor } from '@perch/agent';

const WORKERS = 100;

startAgent({ service: 'bench' });

const games = dynamicSupervisor('games', {
  intensity: 100_000,
  periodMs: 1000,
  child: {
    host: 'task',
    run: (context) => {
      context.state({ turn: 'X', board: Array(9).fill(null) });
      return context.stopped;
    },
  },
});
await supervisor('app', { children: [games] }).start();
for (let id = 0; id < WORKERS; id++) await games.startChild(String(id));

const items = Array.from({ length: 200 }, (_, id) => ({ id, name: `item ${id}`, price: id * 1.5 }));
const server = createServer((_request, response) => {
  response.setHeader('content-type', 'application/json').end(JSON.stringify(items));
});
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
