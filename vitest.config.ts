import { defineConfig } from 'vitest/config';

/**
 * One project a lane; `npm test` runs them one after another (scripts/test.ts). `unit` needs no build and no
 * network. The others run the built agent, CLI and app as real processes.
 */
const lane = (name: string, options: { timeoutMs?: number; alone?: boolean } = {}) => ({
  test: {
    name,
    include: [`test/${name}/**/*.test.{ts,tsx}`],
    environment: 'node' as const,
    testTimeout: options.timeoutMs ?? 20_000,
    hookTimeout: options.timeoutMs ?? 20_000,
    ...(options.alone ? { fileParallelism: false } : {}),
  },
});

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: [
            'test/{protocol,agent,client,cli,renderer,electron,examples,scripts,simulation}/**/*.test.{ts,tsx}',
            'test/*.test.ts',
          ],
          environment: 'node',
        },
      },
      lane('otp', { alone: true, timeoutMs: 600_000 }),
      lane('service', { alone: true, timeoutMs: 30_000 }),
      lane('containers', { alone: true, timeoutMs: 60_000 }),
      lane('databases', { alone: true, timeoutMs: 30_000 }),
      lane('ssh', { alone: true, timeoutMs: 30_000 }),
      lane('proof', { alone: true, timeoutMs: 600_000 }),
      lane('packed', { alone: true, timeoutMs: 120_000 }),
      lane('programs', { alone: true, timeoutMs: 120_000 }),
      lane('wireguard', { alone: true, timeoutMs: 60_000 }),
      lane('e2e', { alone: true, timeoutMs: 60_000 }),
      lane('gallery', { alone: true, timeoutMs: 120_000 }),
      lane('e2e-lab', { alone: true, timeoutMs: 120_000 }),
    ],
  },
});
