import { PerchError } from '../../protocol/errors.ts';
import { contains, network, parseAddress, parseRange, type Range, rangeText } from './address.ts';
import { type ConfLine, type ConfProblem, readLines, showKey } from './conf-lines.ts';
import { isKey, publicKeyOf } from './key.ts';
import {
  CONF_LIMITS,
  type ConfWarning,
  type Endpoint,
  isHostName,
  type Profile,
  type ProfilePeer,
} from './profile.ts';
import { Secret } from './secret.ts';

/**
 * Reads a WireGuard `.conf` strictly: what is not in the table of docs/wireguard.md is refused, by line.
 * `file` only stands in messages. Throws CONF_RUNS_COMMANDS or BAD_CONF, facts `{file, problems}` or
 * `{file, lines}`; neither message nor facts hold a value of the file.
 */
export function readConf(bytes: Uint8Array, file: string): { profile: Profile; warnings: ConfWarning[] } {
  const { lines, problems, hooks } = readLines(bytes);
  if (hooks.length > 0) {
    const named = hooks.map(({ line, key }) => `line ${line} (${key})`).join(', ');
    throw new PerchError('CONF_RUNS_COMMANDS', `${file}: ${named} would run commands as root`, {
      file,
      lines: hooks,
    });
  }
  const sections = split(lines, problems);
  const reader = new Reader(problems);
  const profile = reader.profile(sections);
  if (problems.length > 0 || !profile) throw badConf(file, problems);
  return { profile, warnings: reader.warnings };
}

export function badConf(file: string, problems: readonly ConfProblem[]): PerchError {
  const sorted = [...problems].sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
  const first = sorted[0]!;
  const more = sorted.length > 1 ? ` (and ${sorted.length - 1} more)` : '';
  const place = first.line === null ? file : `${file}:${first.line}`;
  return new PerchError('BAD_CONF', `${place}: ${first.words}${more}`, { file, problems: sorted });
}

interface Section {
  readonly kind: 'interface' | 'peer';
  readonly line: number;
  /** By lower-case key: WireGuard's keys have no case. */
  readonly pairs: Map<string, { line: number; value: string }>;
}

const KEYS = {
  interface: ['PrivateKey', 'Address', 'DNS', 'MTU', 'ListenPort'],
  peer: ['PublicKey', 'PresharedKey', 'Endpoint', 'AllowedIPs', 'PersistentKeepalive'],
} as const;

/** Legal for wg-quick, refused here, with the reason. */
const REFUSED: Record<string, string> = {
  saveconfig: 'is refused: it would rewrite the file; remove the line',
  table: 'is refused: it changes how all traffic is routed; remove the line',
  fwmark: 'is refused: it changes how all traffic is routed; remove the line',
};

function split(lines: readonly ConfLine[], problems: ConfProblem[]): Section[] {
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

/** From sections to a profile; gathers every problem before it gives up. */
class Reader {
  readonly warnings: ConfWarning[] = [];
  readonly #problems: ConfProblem[];

  constructor(problems: ConfProblem[]) {
    this.#problems = problems;
  }

  profile(sections: readonly Section[]): Profile | null {
    const [own, ...others] = sections.filter((section) => section.kind === 'interface');
    const peers = sections.filter((section) => section.kind === 'peer');
    if (!own) return this.#refuse(null, 'has no [Interface] section');
    for (const { line } of others) this.#refuse(line, 'is a second [Interface]; a tunnel has one');
    if (peers.length === 0) this.#refuse(null, 'has no [Peer] section');
    if (peers.length > CONF_LIMITS.maxPeers) {
      return this.#refuse(
        peers[CONF_LIMITS.maxPeers]!.line,
        `is one peer too many; ${CONF_LIMITS.maxPeers} are allowed`,
      );
    }
    const privateKey = this.#key(own, 'privatekey', 'PrivateKey');
    const addresses = this.#ranges(own, 'address', 'Address');
    const read = peers.map((section) => this.#peer(section));
    const dns = this.#dns(own);
    const mtu = this.#number(own, 'mtu', CONF_LIMITS.minMtu, CONF_LIMITS.maxMtu);
    const listenPort = this.#number(own, 'listenport', 0, 65535);
    this.#compare(peers, read);
    if (!privateKey || this.#problems.length > 0) return null;
    return {
      privateKey: new Secret(privateKey),
      publicKey: publicKeyOf(privateKey),
      addresses,
      mtu,
      listenPort,
      dns,
      peers: read.filter((peer) => peer !== null),
    };
  }

  #peer(section: Section): ProfilePeer | null {
    const publicKey = this.#key(section, 'publickey', 'PublicKey');
    const preshared = section.pairs.has('presharedkey')
      ? this.#key(section, 'presharedkey', 'PresharedKey')
      : null;
    const endpoint = this.#endpoint(section);
    const allowedIps = this.#ranges(section, 'allowedips', 'AllowedIPs').map(network);
    const keepaliveS = this.#keepalive(section);
    if (!publicKey || !endpoint) return null;
    const unique = new Map(allowedIps.map((range) => [rangeText(range), range]));
    const presharedKey = preshared === null ? null : new Secret(preshared);
    return { publicKey, presharedKey, endpoint, allowedIps: [...unique.values()], keepaliveS };
  }

  #key(section: Section, name: string, title: string): string | null {
    const pair = section.pairs.get(name);
    if (!pair) return this.#refuse(section.line, `is a section without ${title}`);
    if (isKey(pair.value)) return pair.value;
    return this.#refuse(
      pair.line,
      `${title} is no WireGuard key (44 characters of base64, as \`wg genkey\` makes)`,
    );
  }

  #ranges(section: Section, name: string, title: string): Range[] {
    const pair = section.pairs.get(name);
    if (!pair) {
      this.#refuse(section.line, `is a section without ${title}`);
      return [];
    }
    return pair.value.split(',').flatMap((part) => {
      const range = parseRange(part.trim());
      if (range) return [range];
      this.#refuse(
        pair.line,
        `${title} holds something that is no address with a prefix, such as 10.0.0.2/32 or fdaa::2/64`,
      );
      return [];
    });
  }

  #endpoint(section: Section): Endpoint | null {
    const pair = section.pairs.get('endpoint');
    if (!pair)
      return this.#refuse(section.line, 'is a peer without Endpoint; this computer could not reach it');
    const match = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(pair.value);
    const host = match?.[1] ?? match?.[2];
    const port = Number(match?.[3]);
    const isHost = match?.[1] ? parseAddress(match[1])?.family === 6 : host !== undefined && isHostName(host);
    if (host !== undefined && isHost && port >= 1 && port <= 65535) return { host, port };
    return this.#refuse(pair.line, 'Endpoint is not of the form host:port or [IPv6]:port');
  }

  #keepalive(section: Section): number | null {
    const pair = section.pairs.get('persistentkeepalive');
    if (pair?.value.toLowerCase() === 'off') return null;
    const seconds = this.#number(section, 'persistentkeepalive', 0, 65535);
    if (!pair) {
      this.#warn('no-keepalive', section.line, 'has no PersistentKeepalive; behind NAT set it to 25');
    }
    return seconds === 0 ? null : seconds;
  }

  #dns(section: Section): string[] {
    const pair = section.pairs.get('dns');
    if (!pair) return [];
    const dns = pair.value.split(',').map((part) => part.trim());
    if (!dns.every((part) => parseAddress(part) !== null || isHostName(part))) {
      this.#refuse(pair.line, 'DNS holds something that is neither an address nor a search domain');
    }
    this.#warn(
      'dns-not-used',
      pair.line,
      'DNS is not set on this computer: Perch leaves its name servers alone',
    );
    return dns;
  }

  #number(section: Section, name: string, min: number, max: number): number | null {
    const pair = section.pairs.get(name);
    if (!pair) return null;
    const number = Number(pair.value);
    if (/^\d{1,5}$/.test(pair.value) && number >= min && number <= max) return number;
    const title = [...KEYS.interface, ...KEYS.peer].find((key) => key.toLowerCase() === name);
    return this.#refuse(pair.line, `${title} is not a whole number from ${min} to ${max}`);
  }

  /** Across peers: a key twice and a range twice are refused (the later would silently win); nested ranges are told. */
  #compare(sections: readonly Section[], peers: readonly (ProfilePeer | null)[]): void {
    const keys = new Map<string, number>();
    const ranges: { range: Range; line: number; peer: number }[] = [];
    for (const [index, peer] of peers.entries()) {
      if (!peer) continue;
      const { line, pairs } = sections[index]!;
      const at = pairs.get('allowedips')!.line;
      const twin = keys.get(peer.publicKey);
      if (twin !== undefined) this.#refuse(line, `is the same peer as in line ${twin}; write it once`);
      keys.set(peer.publicKey, line);
      for (const range of peer.allowedIps) {
        this.#warnWide(range, at);
        for (const other of ranges) {
          if (rangeText(other.range) === rangeText(range)) {
            this.#refuse(
              at,
              `${rangeText(range)} is in the AllowedIPs of line ${other.line} too; only one peer can have it`,
            );
          } else if (contains(other.range, range) || contains(range, other.range)) {
            this.#warn(
              'nested',
              at,
              `${rangeText(range)} overlaps ${rangeText(other.range)} of line ${other.line}; the narrower wins`,
            );
          }
        }
      }
      ranges.push(...peer.allowedIps.map((range) => ({ range, line: at, peer: index })));
    }
  }

  #warnWide(range: Range, line: number): void {
    if (range.prefix <= 1) {
      this.#warn(
        'all-traffic',
        line,
        `${rangeText(range)} sends all traffic of this computer through the tunnel`,
      );
    } else if (range.prefix < (range.family === 4 ? 8 : 16)) {
      this.#warn(
        'wide',
        line,
        `${rangeText(range)} is wide: much of this computer's traffic goes through the tunnel`,
      );
    }
  }

  #refuse(line: number | null, words: string): null {
    this.#problems.push({ line, words });
    return null;
  }

  #warn(kind: ConfWarning['kind'], line: number | null, words: string): void {
    this.warnings.push({ kind, line, words });
  }
}
