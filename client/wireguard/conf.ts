import { PerchError } from '../../protocol/errors.ts';
import { contains, network, parseAddress, parseRange, type Range, rangeText } from './address.ts';
import { type ConfProblem, readLines } from './conf-lines.ts';
import { badConf, KEYS, type Section, splitSections } from './conf-sections.ts';
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
  const sections = splitSections(lines, problems);
  const reader = new Reader(problems);
  const profile = reader.profile(sections);
  if (problems.length > 0 || !profile) throw badConf(file, problems);
  return { profile, warnings: reader.warnings };
}

/** From sections to a profile; gathers every problem before it gives up. */
class Reader {
  readonly warnings: ConfWarning[] = [];
  readonly #problems: ConfProblem[];
  /** Every line was read: only then something is missing that was not found. */
  readonly #isWhole: boolean;

  constructor(problems: ConfProblem[]) {
    this.#problems = problems;
    this.#isWhole = problems.length === 0;
  }

  profile(sections: readonly Section[]): Profile | null {
    const [own, ...others] = sections.filter((section) => section.kind === 'interface');
    const peers = sections.filter((section) => section.kind === 'peer');
    if (!own) return this.#missing(null, 'has no [Interface] section');
    for (const { line } of others) this.#refuse(line, 'is a second [Interface]; a tunnel has one');
    if (peers.length === 0) this.#missing(null, 'has no [Peer] section');
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
    if (!pair) return this.#missing(section.line, `is a section without ${title}`);
    if (isKey(pair.value)) return pair.value;
    return this.#refuse(
      pair.line,
      `${title} is no WireGuard key (44 characters of base64, as \`wg genkey\` makes)`,
    );
  }

  #ranges(section: Section, name: string, title: string): Range[] {
    const pair = section.pairs.get(name);
    if (!pair) {
      this.#missing(section.line, `is a section without ${title}`);
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
      return this.#missing(section.line, 'is a peer without Endpoint; this computer could not reach it');
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
      const at = pairs.get('allowedips')?.line ?? line;
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

  #missing(line: number | null, words: string): null {
    return this.#isWhole ? this.#refuse(line, words) : null;
  }

  #refuse(line: number | null, words: string): null {
    this.#problems.push({ line, words });
    return null;
  }

  #warn(kind: ConfWarning['kind'], line: number | null, words: string): void {
    this.warnings.push({ kind, line, words });
  }
}
