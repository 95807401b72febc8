import type { Handlers } from '../../agent/hub/session.ts';
import { PROTOCOL_VERSION } from '../../protocol/version.ts';

/** Handlers of an agent without a hub: what a test does not script is answered `unscripted`. */
export function scriptedHandlers(scripted: Partial<Handlers> = {}): Handlers {
  const unscripted = () => {
    throw new Error('unscripted');
  };
  return {
    hello: (_, { login }) => ({
      protocol: PROTOCOL_VERSION,
      instance: {
        service: 'scripted',
        region: 'test',
        instance: 'scripted-1',
        pid: process.pid,
        node: process.versions.node,
        epoch: 'epoch-1',
        agent: 'test',
        startedAt: 0,
        listening: [],
      },
      capabilities: [...login.capabilities],
      key: login.author.key,
      armed: [],
    }),
    ping: () => ({ at: 1 }),
    tree: unscripted,
    'watch-tree': unscripted,
    node: unscripted,
    nodes: unscripted,
    state: unscripted,
    stack: unscripted,
    arm: unscripted,
    disarm: unscripted,
    act: unscripted,
    preview: unscripted,
    ledger: unscripted,
    'watch-ledger': unscripted,
    'black-box': unscripted,
    cost: unscripted,
    audit: unscripted,
    detach: unscripted,
    ...scripted,
  };
}
