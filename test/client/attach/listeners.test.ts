import net from 'node:net';
import { expect, it } from 'vitest';
import { listenersOf, parseTable } from '../../../client/attach/listeners.ts';

it('reads listening sockets of the kernel, both families, and no others', () => {
  const head =
    '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';
  const row = (at: string, st: string, inode: number) =>
    ` 0: ${at} 00000000:0000 ${st} 0:0 0:0 0 0 0 ${inode} 1 0`;
  expect(
    parseTable(
      head +
        [
          row('0100007F:240D', '0A', 7),
          row('0100007F:240E', '01', 8),
          row('00000000000000000000000001000000:240F', '0A', 9),
          row('0000000000000000FFFF00000100007F:2410', '0A', 10),
        ].join('\n'),
    ),
  ).toEqual([
    { host: '127.0.0.1', port: 9229, inode: '7' },
    { host: '0:0:0:0:0:0:0:1', port: 9231, inode: '9' },
    { host: '127.0.0.1', port: 9232, inode: '10' },
  ]);
});

it('tells which of them a process has open itself', async () => {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as net.AddressInfo;
  expect((await listenersOf(process.pid)).map((each) => each.port)).toContain(port);
  expect((await listenersOf(process.ppid)).map((each) => each.port)).not.toContain(port);
  await new Promise((resolve) => server.close(resolve));
  expect((await listenersOf(process.pid)).map((each) => each.port)).not.toContain(port);
});
