import type { Adapter, Part } from './adapter.ts';
import { listenerLike } from './listener.ts';
import { Living } from './living.ts';
import { at, dequeCount, hostPort, isObject, known, number, own, poolFigures, text } from './read.ts';

/** Pools of mysql2, found by the connections in them. */
export const mysql2: Adapter = {
  name: 'mysql2',
  start(thread) {
    const pools = new Living<object>();
    thread.sockets((socket) => {
      // The library is known by what reads from the socket; bound to the connection is what hears its errors.
      if (!listenerLike(socket, 'data', /\.packetParser\.execute\(/)) return;
      const connection = thread.reach(at(socket, '_events', 'error'), isConnection);
      const pool = own(connection, '_pool');
      if (isObject(pool) && pools.add(pool)) thread.changed();
    });
    return {
      *look() {
        for (const pool of pools) {
          if (own(pool, '_closed') === true) pools.delete(pool);
          else yield partOf(pool);
        }
      },
    };
  },
};

function isConnection(value: object): value is object {
  return isObject(own(value, 'packetParser')) && isObject(own(value, '_commands'));
}

function partOf(pool: object): Part {
  const option = (name: string) => at(pool, 'config', 'connectionConfig', name);
  const address = text(option('socketPath')) ?? hostPort(text(option('host')) ?? 'localhost', option('port'));
  const database = text(option('database'));
  return {
    key: pool,
    type: 'connection pool',
    name: [address, database].filter((part) => part !== undefined).join('/'),
    facts: known({ address, database, max: number(at(pool, 'config', 'connectionLimit')) }),
    figures: poolFigures(dequeCount(own(pool, '_allConnections')), dequeCount(own(pool, '_freeConnections'))),
    backlog: { word: 'waiting', count: dequeCount(own(pool, '_connectionQueue')) ?? 0 },
  };
}
