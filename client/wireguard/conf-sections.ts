import { PerchError } from '../../protocol/errors.ts';
import { type ConfLine, type ConfProblem, showKey } from './conf-lines.ts';

/** One `[Interface]` or `[Peer]` with its lines. */
export interface Section {
  readonly kind: 'interface' | 'peer';
  readonly line: number;
  /** By lower-case key: WireGuard's keys have no case. */
  readonly pairs: Map<string, { line: number; value: string }>;
}

/** Every key there is; docs/wireguard.md has the same. */
export const KEYS = {
  interface: ['PrivateKey', 'Address', 'DNS', 'MTU', 'ListenPort'],
  peer: ['PublicKey', 'PresharedKey', 'Endpoint', 'AllowedIPs', 'PersistentKeepalive'],
} as const;

/** Legal for wg-quick, refused here, with the reason. */
const REFUSED: Record<string, string> = {
  saveconfig: 'is refused: it would rewrite the file; remove the line',
  table: 'is refused: it changes how all traffic is routed; remove the line',
  fwmark: 'is refused: it changes how all traffic is routed; remove the line',
};

/** Lines into sections. Unknown sections and keys, refused keys and a key twice become problems. */
export function splitSections(lines: readonly ConfLine[], problems: ConfProblem[]): Section[] {
  const sections: Section[] = [];
  for (const entry of lines) {
    if (entry.kind === 'section') {
      const kind = entry.name.toLowerCase();
      if (kind !== 'interface' && kind !== 'peer') {
        problems.push({ line: entry.line, words: 'is no section; there are [Interface] and [Peer]' });
        // Its lines belong to nothing; they are read into a section nobody looks at.
        sections.push({ kind: 'peer', line: -1, pairs: new Map() });
      } else sections.push({ kind, line: entry.line, pairs: new Map() });
      continue;
    }
    const section = sections.at(-1);
    const problem = pairProblem(entry, section);
    if (problem) problems.push({ line: entry.line, words: problem });
    else section!.pairs.set(entry.key.toLowerCase(), entry);
  }
  return sections.filter((section) => section.line > 0);
}

function pairProblem({ key }: ConfLine & { kind: 'pair' }, section: Section | undefined): string | null {
  if (!section) return 'stands before any section; begin with [Interface]';
  const name = key.toLowerCase();
  if (Object.hasOwn(REFUSED, name)) return `${showKey(key)} ${REFUSED[name]}`;
  const known = KEYS[section.kind];
  if (!known.some((one) => one.toLowerCase() === name)) {
    const title = section.kind === 'interface' ? '[Interface]' : '[Peer]';
    return `${showKey(key)} is not known in ${title}; there are ${known.join(', ')}`;
  }
  const before = section.pairs.get(name);
  if (before) return `${showKey(key)} stands in line ${before.line} already; write both values into one line`;
  return null;
}

/** BAD_CONF that names the first problem with its line, and how many more there are. */
export function badConf(file: string, problems: readonly ConfProblem[]): PerchError {
  const sorted = [...problems].sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
  const first = sorted[0]!;
  const more = sorted.length > 1 ? ` (and ${sorted.length - 1} more)` : '';
  const place = first.line === null ? file : `${file}:${first.line}`;
  return new PerchError('BAD_CONF', `${place}: ${first.words}${more}`, { file, problems: sorted });
}
