import { Agent, get } from 'node:http';
import { percentile } from './stats.ts';

const CONNECTIONS = 16;
const WARM_UP_MS = 500;

export interface Load {
  requestsPerSecond: number;
  p99Ms: number;
}

/** Asks as fast as it is answered, over so many connections; what the warm-up saw does not count. */
export async function load(port: number, durationMs: number): Promise<Load> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const from = performance.now() + WARM_UP_MS;
  const until = from + durationMs;
  const latencies: number[] = [];
  const client = async () => {
    for (let start = performance.now(); start < until; ) {
      await ask(port, agent);
      const now = performance.now();
      if (start >= from) latencies.push(now - start);
      start = now;
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, client));
  agent.destroy();
  return {
    requestsPerSecond: (latencies.length / durationMs) * 1000,
    p99Ms: percentile(latencies, 99),
  };
}

function ask(port: number, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, agent }, (response) => {
      response.resume().on('end', resolve).on('error', reject);
    }).on('error', reject);
  });
}
