import type { Adapter } from './adapter.ts';
import { bullmq } from './bullmq.ts';
import { cluster } from './cluster.ts';
import { fastify } from './fastify.ts';
import { http } from './http.ts';
import { ioredis } from './ioredis.ts';
import { mysql2 } from './mysql2.ts';
import { pg } from './pg.ts';
import { piscina } from './piscina.ts';
import { tinypool } from './tinypool.ts';
import { undici } from './undici.ts';
import { workerpool } from './workerpool.ts';
import { xstate } from './xstate.ts';

/** All adapters. Each is one file beside this one (docs/adapters.md). */
// biome-ignore format: one on each line, so that two that are added do not meet
export const ADAPTERS: readonly Adapter[] = [
  bullmq,
  cluster,
  fastify,
  http,
  ioredis,
  mysql2,
  pg,
  piscina,
  tinypool,
  undici,
  workerpool,
  xstate,
];
