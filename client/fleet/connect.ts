import { asPerchError, PerchError } from '../../protocol/errors.ts';
import { keptName } from '../../protocol/kept-name.ts';
import type { InstanceInfo } from '../../protocol/tree.ts';
import type { Connect } from '../instance.ts';
import type { openSession, Session } from '../session.ts';
import { type Login, targetOf } from '../target.ts';
import type { FleetInstance } from './fleet.ts';
import type { LocalInstance } from './local.ts';

export interface ConnectEdges {
  open: typeof openSession;
  findLocal(): Promise<LocalInstance[]>;
  /**
   * The address to connect from, so that the way leads through the environment's tunnel; undefined: no matter.
   * Throws TUNNEL_OFF.
   */
  tunnelAddress?(instance: FleetInstance): Promise<string | undefined>;
}

/**
 * How to reach an instance, again and again. A local one that was named comes back under another socket, so its
 * name is looked for; one without a name that ended is GONE.
 */
export function connectTo(instance: FleetInstance, login: Login, edges: ConnectEdges): Connect {
  if (instance.isLocal) return connectLocal(instance, login, edges);
  return async (options) => {
    const localAddress = instance.tunnel === null ? undefined : await edges.tunnelAddress?.(instance);
    const target = await targetOf(instance, login);
    return edges.open(localAddress === undefined ? target : { ...target, localAddress }, options);
  };
}

function connectLocal(instance: FleetInstance, login: Login, edges: ConnectEdges): Connect {
  let address = instance.address;
  let info = instance.info;
  return async (options) => {
    const open = async (): Promise<Session> => {
      const session = await edges.open(await targetOf({ ...instance, address }, login), options);
      info = session.hello.instance;
      return session;
    };
    try {
      return await open();
    } catch (thrown) {
      const error = asPerchError(thrown);
      if (error.code !== 'CONNECT_FAILED' || info === null) throw error;
      if (!isNamed(info)) throw new PerchError('GONE', `${instance.place.name} has ended`, {}, error);
      const { service, instance: name } = info;
      const found = await edges.findLocal();
      const successor = found.find((each) => each.info.instance === name && each.info.service === service);
      if (!successor) throw error;
      address = { kind: 'unix', path: successor.path };
      return open();
    }
  };
}

/**
 * A name that its next life will have too: the agent's own fallback is service and pid. In a container `game-1` may be
 * either; what its files are called tells.
 */
export function isNamed({ service, instance, pid, keptAs }: InstanceInfo): boolean {
  return instance !== `${service}-${pid}` || keptAs === keptName([service, instance]);
}
