import { describe, expect, it } from 'vitest';
import { type ConnectEdges, connectTo, isNamed } from '../../../client/fleet/connect.ts';
import { fromInventory, fromLocal } from '../../../client/fleet/fleet.ts';
import { parseInventory } from '../../../client/fleet/inventory.ts';
import type { LocalInstance } from '../../../client/fleet/local.ts';
import type { Target } from '../../../client/session.ts';
import { PerchError } from '../../../protocol/errors.ts';
import { infoOf, ScriptedSession } from '../scripted-session.ts';

const pin = `SHA256:${'a'.repeat(43)}`;
const login = { identities: [], knownHosts: '', identity: import.meta.filename };

/** Sockets on which an agent listens, by path. */
function lab(sockets: Record<string, Partial<ReturnType<typeof infoOf>>>) {
  const opened: Target[] = [];
  const findLocal = async (): Promise<LocalInstance[]> =>
    Object.entries(sockets).map(([path, info]) => ({ path, info: infoOf(info) }));
  const edges: ConnectEdges = {
    findLocal,
    async open(target) {
      opened.push(target);
      const info = target.address.kind === 'unix' ? sockets[target.address.path] : {};
      if (!info) throw new PerchError('CONNECT_FAILED', 'dead');
      return new ScriptedSession(info);
    },
  };
  return { edges, opened, findLocal };
}

describe('reaching a local instance again', () => {
  it('follows a name to its next socket', async () => {
    const sockets: Parameters<typeof lab>[0] = {
      '/a': { instance: 'fra-1', pid: 1 },
      '/x': { instance: 'x', pid: 9 },
    };
    const { edges, findLocal } = lab(sockets);
    const [instance] = fromLocal(await findLocal());
    const connect = connectTo(instance!, login, edges);
    expect((await connect({})).hello.instance.pid).toBe(1);
    delete sockets['/a'];
    await expect(connect({})).rejects.toMatchObject({ code: 'CONNECT_FAILED' });
    sockets['/b'] = { instance: 'fra-1', pid: 2, epoch: 'e2' };
    expect((await connect({})).hello.instance.pid).toBe(2);
  });

  it('is GONE where it had no name', async () => {
    const sockets: Parameters<typeof lab>[0] = { '/a': { service: 'app', instance: 'app-7', pid: 7 } };
    const { edges, findLocal } = lab(sockets);
    const [instance] = fromLocal(await findLocal());
    const connect = connectTo(instance!, login, edges);
    delete sockets['/a'];
    sockets['/b'] = { service: 'app', instance: 'app-8', pid: 8 };
    await expect(connect({})).rejects.toMatchObject({ code: 'GONE' });
  });

  it('knows a name from what an agent calls itself where nobody named it', () => {
    expect(isNamed(infoOf({ service: 'app', instance: 'app-7', pid: 7 }))).toBe(false);
    expect(isNamed(infoOf({ service: 'app', instance: 'app-7', pid: 8 }))).toBe(true);
    expect(isNamed(infoOf({ instance: 'fra-1' }))).toBe(true);
  });
});

describe('reaching an instance of an environment with a tunnel', () => {
  const [instance] = fromInventory(
    parseInventory(
      `environments: { prod: { tunnel: t.conf, services: { web: { hostKey: "${pin}", instances: [{ name: a, address: "h:1" }] } } } }`,
      '/team/fleet.yaml',
    ),
  );

  it("goes from the tunnel's own address", async () => {
    const { edges, opened } = lab({});
    await connectTo(instance!, login, { ...edges, tunnelAddress: async () => '10.77.0.2' })({});
    expect(opened[0]).toMatchObject({ localAddress: '10.77.0.2' });
  });

  it('does not go at all while the tunnel is off', async () => {
    const { edges, opened } = lab({});
    const off = async () => Promise.reject(new PerchError('TUNNEL_OFF', 'off'));
    await expect(connectTo(instance!, login, { ...edges, tunnelAddress: off })({})).rejects.toMatchObject({
      code: 'TUNNEL_OFF',
    });
    expect(opened).toEqual([]);
  });
});
