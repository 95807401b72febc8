import { PerchError } from '../../protocol/errors.ts';
import { formatAddress } from '../address.ts';
import type { Address } from '../session.ts';
import { fingerprint } from './fingerprint.ts';
import { knownHostsLine, lookUpHost, readKnownHosts } from './known-hosts.ts';

/** How the other side's host key is judged. */
export type HostKeyPolicy =
  /** For the local socket, where the directory's permission says who is there. */
  | { kind: 'any' }
  | { kind: 'pinned'; sha256: string }
  /** `confirm` is asked about a host met for the first time; without it such a host is refused. */
  | { kind: 'known-hosts'; file: string; confirm?: (fingerprint: string) => Promise<boolean> };

/** Null when the key may be trusted, else why not: HOST_KEY_UNKNOWN or HOST_KEY_CHANGED, with both fingerprints. */
export type HostKeyJudge = (keyBlob: Uint8Array) => PerchError | null;

/** Reads what the policy needs, so that the judgement itself takes no time: the agent's login deadline runs. */
export async function hostKeyJudge(policy: HostKeyPolicy, address: Address): Promise<HostKeyJudge> {
  switch (policy.kind) {
    case 'any':
      return () => null;
    case 'pinned':
      return (keyBlob) => {
        const given = fingerprint(keyBlob);
        if (given === policy.sha256) return null;
        return changed(address, given, [policy.sha256], 'pinned');
      };
    case 'known-hosts': {
      const host = knownHostsName(address);
      const text = await readKnownHosts(policy.file);
      return (keyBlob) => {
        const given = fingerprint(keyBlob);
        const verdict = lookUpHost(text, host, keyBlob);
        switch (verdict.kind) {
          case 'known':
            return null;
          case 'unknown':
            return unknown(address, given, knownHostsLine(host, keyBlob));
          case 'changed':
            return changed(address, given, verdict.expected, `${policy.file}:${verdict.lines.join(',')}`);
        }
      };
    }
  }
}

/** How ssh writes a host in known_hosts: the port only where it is not 22. */
export function knownHostsName(address: Address): string {
  if (address.kind === 'command') return address.to === null ? 'local' : knownHostsName(address.to);
  if (address.kind === 'unix') return `unix:${encodeURI(address.path)}`;
  return address.port === 22 ? address.host : `[${address.host}]:${address.port}`;
}

function unknown(address: Address, given: string, line: string): PerchError {
  return new PerchError(
    'HOST_KEY_UNKNOWN',
    `${formatAddress(address)} is met for the first time; its host key is ${given}`,
    { address: formatAddress(address), fingerprint: given, knownHostsLine: line },
  );
}

function changed(address: Address, given: string, expected: string[], where: string): PerchError {
  const before = expected.length > 0 ? `expected ${expected.join(' or ')}` : 'that key is revoked';
  return new PerchError(
    'HOST_KEY_CHANGED',
    `THE HOST KEY OF ${formatAddress(address)} HAS CHANGED: it is ${given}, ${before} (${where})`,
    { address: formatAddress(address), fingerprint: given, expected, where },
  );
}
