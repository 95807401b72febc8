import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { probeOf } from '../../../client/experiment/probe.ts';

const servers: ReturnType<typeof createServer>[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

function serve(status: number | null): Promise<string> {
  const server = createServer((_, response) => {
    if (status !== null) response.writeHead(status, { location: '/elsewhere' }).end('body');
  });
  servers.push(server);
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () =>
      resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`),
    );
  });
}

const ask = (text: string) => probeOf(text, () => null).ask(new AbortController().signal);

describe('a URL as a probe', () => {
  it.each([200, 204, 302])('holds with status %i', async (status) => {
    expect(await ask(await serve(status))).toBeNull();
  });

  it.each([404, 503])('fails with status %i', async (status) => {
    expect(await ask(await serve(status))).toBe(`status ${status}`);
  });

  it('fails where nobody listens, and where nobody answers in time', async () => {
    const gone = await serve(200);
    await new Promise((resolve) => servers.pop()!.close(resolve));
    expect(await ask(gone)).toBe('ECONNREFUSED');
    expect(await ask(await serve(null))).toMatch(/no answer within \d+ ms/);
    servers.pop()!.closeAllConnections();
  });

  it('is refused where it is none', () => {
    expect(() => probeOf('http://', () => null)).toThrow(expect.objectContaining({ code: 'BAD_USAGE' }));
  });
});

it('a condition does not hold while there is no tree', async () => {
  expect(await ask('app status=running')).toBe('not connected');
});
