import type { Instance } from '../client/instance.ts';
import type { TunnelStatus } from '../client/wireguard/status.ts';
import type { PerchError } from '../protocol/errors.ts';
import type { InstanceView, TroubleView, TunnelView } from './ipc.ts';

/** An instance as the window sees it. Nothing in it is a secret. */
export function instanceView(instance: Instance): InstanceView {
  const { key, place, hello } = instance;
  const info = hello?.instance ?? null;
  return {
    key,
    environment: place.environment ?? '',
    // What the agent says of itself wins over what an inventory left out.
    region: place.region || (info?.region ?? ''),
    service: place.service || (info?.service ?? ''),
    name: place.name,
    address: place.address,
    ...(place.via !== undefined && { via: place.via }),
    state: instance.state,
    error: instance.error && troubleView(instance.error),
    info,
    capabilities: hello?.capabilities ?? [],
    latencyMs: instance.latencyMs,
    heardAt: instance.state === 'live' ? null : instance.heardAt,
    retryAt: instance.retryAt,
    armed: instance.armed,
    trouble: troubleIn(instance),
  };
}

export function troubleView(error: PerchError): TroubleView {
  return { ...error.toDocument(), mend: error.mend };
}

export function tunnelView(status: TunnelStatus): TunnelView {
  const { state, words } = status;
  const ages = status.peers.map(({ handshakeAgeMs }) => handshakeAgeMs).filter((age) => age !== null);
  const age = ages.length === 0 ? '' : `, handshake ${Math.round(Math.min(...ages) / 1000)} s ago`;
  const health = state === 'off' ? 'off' : QUIET.has(state) ? 'ok' : 'trouble';
  return { health, short: `${SHORT[state]}${state === 'up' ? age : ''}`, words };
}

/** A tunnel whose file cannot be used. */
export function brokenTunnelView(error: PerchError): TunnelView {
  return { health: 'trouble', short: 'cannot be used', words: `${error.message}. ${error.mend}` };
}

const QUIET: ReadonlySet<TunnelStatus['state']> = new Set(['up', 'idle', 'connecting', 'unknown']);

const SHORT: Record<TunnelStatus['state'], string> = {
  off: 'off',
  connecting: 'connecting',
  'no-handshake': 'without a handshake',
  up: 'up',
  idle: 'idle',
  stale: 'stale',
  offline: 'offline',
  'agent-down': 'up, no agent behind it',
  unknown: 'up, unverified',
};

function troubleIn({ mirror }: Instance): InstanceView['trouble'] {
  const trouble = { blocked: 0, stragglers: 0 };
  for (const { status } of mirror.nodes.values()) {
    if (status === 'blocked') trouble.blocked += 1;
    else if (status === 'straggler') trouble.stragglers += 1;
  }
  return trouble;
}
