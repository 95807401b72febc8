import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, it } from 'vitest';
import { freePort } from '../../cli/demo/ports.ts';

it('passes over ports that somebody listens on, and those already given away', async () => {
  const squatter = createServer().listen(0, '127.0.0.1');
  await once(squatter, 'listening');
  const { port } = squatter.address() as AddressInfo;
  try {
    const taken = new Set<number>();
    const [one, two] = await Promise.all([freePort(port, taken), freePort(port, taken)]);
    expect(Math.min(one, two)).toBeGreaterThan(port);
    expect(one).not.toBe(two);
  } finally {
    squatter.close();
  }
  await once(squatter, 'close');
  expect(await freePort(port, new Set())).toBe(port);
});
