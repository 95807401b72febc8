import net from 'node:net';

/** Node's options for a service without an agent: its inspector has a port of its own, so that tests do not meet. */
export async function inspectorOptions(): Promise<{ options: string[]; port: number }> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as net.AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return { options: [`--inspect-port=${port}`], port };
}
