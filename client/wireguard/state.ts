/**
 * How a tunnel, or the path to one of its peers, is:
 * `off` no interface with our addresses · `connecting` no handshake yet, younger than 10 s · `no-handshake` none in
 * 10 s · `up` · `idle` silent because nobody speaks · `stale` we send, nothing comes back · `offline` not even
 * our packets leave · `agent-down` the path is fine, nobody listens at its end · `unknown` not for us to read.
 */
export type TunnelState =
  | 'off'
  | 'connecting'
  | 'no-handshake'
  | 'up'
  | 'idle'
  | 'stale'
  | 'offline'
  | 'agent-down'
  | 'unknown';

/** One look at a peer's counters. */
export interface Reading {
  /** Milliseconds since 1970. */
  readonly atMs: number;
  /** Milliseconds since 1970; null: never; `unknown`: only root may read it. */
  readonly handshakeAtMs: number | null | 'unknown';
  readonly rxBytes: number;
  readonly txBytes: number;
}

/** One try to connect to an agent behind the peer, from our own tunnel address. */
export interface Probe {
  /** `fra 10.77.1.2:7400` */
  readonly place: string;
  readonly startedAtMs: number;
  /** Null while it waits. */
  readonly endedAtMs: number | null;
  readonly outcome: 'waiting' | 'answered' | 'refused' | 'silent' | 'no-address';
}

export interface Evidence {
  readonly nowMs: number;
  /** An interface holds the tunnel's addresses. */
  readonly isUp: boolean;
  /** Oldest first; empty when nothing may be read. */
  readonly readings: readonly Reading[];
  readonly keepaliveS: number | null;
  /** Oldest first, of all agents behind the peer. */
  readonly probes: readonly Probe[];
}

export interface Verdict {
  readonly state: TunnelState;
  /** How long the peer has been silent, or waited for; null when it does not apply. */
  readonly ageMs: number | null;
  /** Looking on for a few seconds would not change it. */
  readonly isSettled: boolean;
  /** The place that decided: which agent refused. */
  readonly place: string | null;
}

/** The rule of docs/wireguard.md, "States": a function of what was seen, nothing else. */
export function peerState(seen: Evidence): Verdict {
  const evidence = { ...seen, probes: seen.probes.filter((probe) => isFresh(probe, seen.nowMs)) };
  const { isUp, probes, readings } = evidence;
  const latest = latestOfEach(probes);
  if (!isUp || latest.some((probe) => probe.outcome === 'no-address')) return settled('off');
  // An answer proves the path whatever the counters say; a refusal too, and that somebody is missing.
  const refused = latest.find((probe) => probe.outcome === 'refused');
  if (refused) return { ...settled('agent-down'), place: refused.place };
  const reading = readings.at(-1);
  if (latest.some((probe) => probe.outcome === 'answered')) {
    const ageMs = typeof reading?.handshakeAtMs === 'number' ? seen.nowMs - reading.handshakeAtMs : null;
    return { ...settled('up'), ageMs, isSettled: latest.every((probe) => probe.outcome !== 'waiting') };
  }
  if (!reading) return withoutReadings(evidence);
  return reading.handshakeAtMs === null
    ? beforeHandshake(evidence, reading)
    : afterHandshake(evidence, reading);
}

/** A whole tunnel is as bad as its worst peer. */
export function tunnelState(peers: readonly TunnelState[]): TunnelState {
  return ALL_STATES.find((state) => peers.includes(state)) ?? 'unknown';
}

/** The worst first. */
export const ALL_STATES: readonly TunnelState[] = [
  'off',
  'offline',
  'no-handshake',
  'stale',
  'agent-down',
  'connecting',
  'unknown',
  'idle',
  'up',
];

export const STATE_LIMITS = {
  /** No handshake for so long: two more tries than a lost packet explains. */
  noHandshakeMs: 10_000,
  /** WireGuard repeats its handshake this often, 148 bytes each. */
  retryMs: 5000,
  initiationBytes: 148,
  /** A keepalive: it asks for no answer, so it must not count as a question. */
  keepaliveBytes: 32,
  /** Asked for so long and nothing came: a round trip, a lost packet and its repetition fit in. */
  staleMs: 5000,
  /** What a probe found out is true for so long. */
  probeMs: 10_000,
  /** A session without a fresh handshake is over (REJECT_AFTER_TIME of WireGuard's paper). */
  sessionMs: 180_000,
} as const;

function settled(state: TunnelState): Verdict {
  return { state, ageMs: null, isSettled: true, place: null };
}

function withoutReadings({ probes, nowMs }: Evidence): Verdict {
  const asked = unansweredSince(probes);
  if (asked !== null && nowMs - asked >= STATE_LIMITS.staleMs) {
    return { ...settled('stale'), ageMs: nowMs - asked };
  }
  return { ...settled('unknown'), isSettled: probes.length === 0 };
}

function beforeHandshake({ nowMs, readings, probes }: Evidence, reading: Reading): Verdict {
  // How often it tried tells how long it has tried, also from a single look.
  const tries = Math.floor(reading.txBytes / STATE_LIMITS.initiationBytes);
  const waitedMs = Math.max(nowMs - readings[0]!.atMs, (tries - 1) * STATE_LIMITS.retryMs);
  if (reading.txBytes === 0 && probes.length === 0) return settled('idle');
  if (waitedMs < STATE_LIMITS.noHandshakeMs)
    return { ...settled('connecting'), ageMs: waitedMs, isSettled: false };
  return { ...settled(reading.txBytes === 0 ? 'offline' : 'no-handshake'), ageMs: waitedMs };
}

function afterHandshake(evidence: Evidence, reading: Reading): Verdict {
  const { nowMs, keepaliveS, probes } = evidence;
  const quiet = quietSince(evidence.readings);
  const asked = askedSince(evidence.readings, quiet, keepaliveS);
  if (asked !== null && nowMs - asked >= STATE_LIMITS.staleMs) {
    return { ...settled('stale'), ageMs: silence(reading, quiet, nowMs) };
  }
  const unanswered = unansweredSince(probes);
  if (
    asked === null &&
    unanswered !== null &&
    nowMs - Math.max(unanswered, quiet.atMs) >= STATE_LIMITS.staleMs
  ) {
    // Somebody asks, yet the counter of what we send stands still too.
    return { ...settled(reading.txBytes === quiet.txBytes ? 'offline' : 'stale'), ageMs: nowMs - unanswered };
  }
  const isSettled = probes.length === 0;
  if (reading.handshakeAtMs === 'unknown') {
    return { ...settled(quiet.hasMoved ? 'up' : 'unknown'), isSettled };
  }
  const ageMs = Math.max(0, nowMs - reading.handshakeAtMs!);
  if (ageMs <= STATE_LIMITS.sessionMs) return { ...settled('up'), ageMs, isSettled };
  return { ...settled(keepaliveS === null ? 'idle' : 'stale'), ageMs, isSettled };
}

/** The reading at which something last came in, or the first one. */
function quietSince(readings: readonly Reading[]): Reading & { hasMoved: boolean } {
  for (let at = readings.length - 1; at > 0; at--) {
    if (readings[at]!.rxBytes > readings[at - 1]!.rxBytes) return { ...readings[at]!, hasMoved: true };
  }
  return { ...readings[0]!, hasMoved: false };
}

/** When we first sent more than keepalives after `quiet`; null when we did not. */
function askedSince(readings: readonly Reading[], quiet: Reading, keepaliveS: number | null): number | null {
  const asked = readings.find((reading) => {
    const elapsedS = (reading.atMs - quiet.atMs) / 1000;
    const keepalives = 1 + (keepaliveS === null ? 0 : Math.floor(elapsedS / keepaliveS));
    const sent = reading.txBytes - quiet.txBytes;
    return reading.atMs > quiet.atMs && sent > keepalives * STATE_LIMITS.keepaliveBytes;
  });
  return asked?.atMs ?? null;
}

function silence(reading: Reading, quiet: Reading & { hasMoved: boolean }, nowMs: number): number | null {
  if (quiet.hasMoved) return nowMs - quiet.atMs;
  return typeof reading.handshakeAtMs === 'number' ? nowMs - reading.handshakeAtMs : null;
}

function isFresh(probe: Probe, nowMs: number): boolean {
  return probe.endedAtMs === null || nowMs - probe.endedAtMs <= STATE_LIMITS.probeMs;
}

function latestOfEach(probes: readonly Probe[]): Probe[] {
  const latest = new Map<string, Probe>();
  for (const probe of probes) {
    // A probe under way says nothing yet; the one before it still counts.
    if (probe.outcome !== 'waiting' || !latest.has(probe.place)) latest.set(probe.place, probe);
  }
  return [...latest.values()];
}

/** When the unanswered probes began, for places that have not answered since; null when none waits. */
function unansweredSince(probes: readonly Probe[]): number | null {
  let since: number | null = null;
  for (const probe of probes) {
    if (probe.outcome === 'answered' || probe.outcome === 'refused') since = null;
    else since ??= probe.startedAtMs;
  }
  return since;
}
