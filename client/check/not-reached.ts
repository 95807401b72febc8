import { finding, type Look, type Rule, type Seen } from './finding.ts';

/** An instance that cannot be asked is not healthy: nobody knows. */
export const notReached: Rule = {
  id: 'not-reached',
  title: 'Not reached',
  looksFor: 'instances that cannot be connected to or refuse the login',
  find(seen, look) {
    const { failing, heardAt, state } = seen;
    if (!failing || state === 'gone' || state === 'closed') return [];
    const { error, since } = failing;
    if (error.code === 'VERSION_SKEW') return [];
    if (error.code === 'TUNNEL_OFF') return isFirstBehind(seen, look) ? [tunnelOff(seen, look, since)] : [];
    // What was there before is told as gone.
    if (heardAt !== null && (state === 'reconnecting' || state === 'connecting')) return [];
    return [
      finding('not-reached', seen, null, {
        severity: NEVER_MET.has(error.code) ? 'warning' : 'failed',
        since,
        sentence: error.message,
        tab: 'overview',
      }),
    ];
  },
};

/** It is this side that lacks something; the service may well be serving. */
const NEVER_MET: ReadonlySet<string> = new Set([
  'HOST_KEY_UNKNOWN',
  'KEY_REFUSED',
  'NO_IDENTITY',
  'BAD_IDENTITY',
  'PASSPHRASE_NEEDED',
  'CAPABILITY_MISSING',
]);

/** One tunnel is the reason for all behind it, so it is told once. */
function isFirstBehind(seen: Seen, look: Look): boolean {
  return behind(seen, look)[0] === seen;
}

function behind({ environment }: Seen, { all }: Look): Seen[] {
  return all.filter(
    (other) => other.environment === environment && other.failing?.error.code === 'TUNNEL_OFF',
  );
}

function tunnelOff(seen: Seen, look: Look, since: number | null) {
  const count = behind(seen, look).length;
  return finding('not-reached', seen, null, {
    severity: 'warning',
    since,
    sentence:
      count === 1
        ? `The tunnel of ${seen.environment} is off`
        : `The tunnel of ${seen.environment} is off: none of ${count} instances behind it can be asked`,
    tab: 'overview',
  });
}
