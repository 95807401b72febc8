import type { Address, Destination } from './session.ts';
import { wayWords } from './via/way.ts';

/** `host:port`, `[v6]:port` or `unix:/path`; null for anything else. */
export function parseAddress(text: string): Destination | null {
  if (text.startsWith('unix:')) {
    const path = text.slice('unix:'.length);
    return path.startsWith('/') ? { kind: 'unix', path } : null;
  }
  const match = /^(?:\[([0-9A-Fa-f:.%\w]+)\]|([^\s:[\]/@]+)):(\d{1,5})$/.exec(text);
  if (!match) return null;
  const port = Number(match[3]);
  if (port < 1 || port > 65_535) return null;
  return { kind: 'tcp', host: (match[1] ?? match[2])!, port };
}

/** As it was written; of a command its first words: `via kubectl exec`, `10.0.0.5:7400 via aws ssm`. */
export function formatAddress(address: Address): string {
  if (address.kind === 'command') {
    const via = `via ${wayWords(address.way)}`;
    return address.to === null ? via : `${formatAddress(address.to)} ${via}`;
  }
  if (address.kind === 'unix') return `unix:${address.path}`;
  return address.host.includes(':') ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`;
}
