import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, it } from 'vitest';
import { freePort } from '../../cli/demo/ports.ts';

it('passes over ports that somebody listens on, and those already given away', async () => {
  const squatter = createServer().listen(0, '127.0.0.1');
  await once(squatter, 'listening');
  const { port } = squatter.address() as AddressInfo;
  try {
    const next = await freePort(port, new Set());
    expect(next).toBeGreaterThan(port);
    expect(await freePort(port, new Set([next]))).toBeGreaterThan(next);
  } finally {
    squatter.close();
  }
  await once(squatter, 'close');
  expect(await freePort(port, new Set())).toBe(port);
});
