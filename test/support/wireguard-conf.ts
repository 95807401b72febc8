import { publicKeyOf } from '../../client/wireguard/key.ts';

/** A key of 32 equal bytes: of nobody. */
export const key = (byte: number): string => Buffer.alloc(32, byte).toString('base64');

export const OWN_KEY = key(8);
export const PEER_KEY = publicKeyOf(key(16));

/** A `.conf` that is in order; a line given as `false` is left out, others replace or add. */
export function conf(
  changes: { interface?: Record<string, string | false>; peer?: Record<string, string | false> } = {},
): string {
  const lines = (pairs: Record<string, string | false>) =>
    Object.entries(pairs).flatMap(([name, value]) => (value === false ? [] : [`${name} = ${value}`]));
  return [
    '[Interface]',
    ...lines({ PrivateKey: OWN_KEY, Address: '10.88.0.2/32, fdbb::2/120', ...changes.interface }),
    '',
    '[Peer]',
    ...lines({
      PublicKey: PEER_KEY,
      AllowedIPs: '10.88.0.0/24, fdbb::/48',
      Endpoint: '203.0.113.9:51820',
      PersistentKeepalive: '25',
      ...changes.peer,
    }),
    '',
  ].join('\n');
}

export interface HostileConf {
  readonly name: string;
  readonly bytes: Buffer;
  readonly code: 'BAD_CONF' | 'CONF_RUNS_COMMANDS';
  /** The line that is named; null: the file as a whole. */
  readonly line: number | null;
  /** wg-quick itself, given the file, runs the command. */
  readonly isRunByWgQuick: boolean;
}

/** Files made to run `touch CANARY` as root, or to get past a reader that sees less than bash does. */
export function hostileConfs(canary: string): HostileConf[] {
  const touch = `touch ${canary}`;
  const [head, ...rest] = conf().split('\n');
  /** The file with lines put in after its first. */
  const after = (...lines: string[]) => [head, ...lines, ...rest].join('\n');
  const hook = (name: string, text: string | Buffer, line: number, isRunByWgQuick = true): HostileConf => ({
    name,
    bytes: Buffer.from(text as string),
    code: 'CONF_RUNS_COMMANDS',
    line,
    isRunByWgQuick,
  });
  const bad = (
    name: string,
    text: string | Buffer,
    line: number | null,
    isRunByWgQuick = false,
  ): HostileConf => ({ name, bytes: Buffer.from(text as string), code: 'BAD_CONF', line, isRunByWgQuick });
  return [
    hook('PreUp', after(`PreUp = ${touch}`), 2),
    hook('PostUp without spaces', after(`PostUp=${touch}`), 2),
    hook('PreDown and PostDown', after(`PreDown = ${touch}`, `PostDown = ${touch}`), 2, false),
    hook('any case', after(`pReUp = ${touch}`), 2),
    hook('a NUL byte in the key', after(`Pre\0Up = ${touch}`), 2),
    hook('a vertical tab and a form feed around the key', after(`\vPreUp\f = ${touch}`), 2),
    hook('CRLF', after(`PreUp = ${touch};`).replaceAll('\n', '\r\n'), 2),
    hook('no final newline', `${conf({ peer: { PublicKey: false } })}[Interface]\nPreUp = ${touch}`, 10),
    hook('a second [Interface]', `${conf()}[Interface]\nPreUp = ${touch}\n`, 11),
    hook('an [Interface] of another form', `${conf()}[Interface] = 1\nPreUp = ${touch}\n`, 11),
    hook('an otherwise invalid file', `[Interface]\nPreUp = ${touch}\nNonsense\n`, 2),
    hook('a no-break space before the key', after(`\u00a0PostUp = ${touch}`), 2, false),
    hook('a byte order mark before the key', after(`\ufeffPostUp = ${touch}`), 2, false),
    hook('in a peer', conf({ peer: { PostUp: touch } }), 10, false),
    bad('a carriage return as line end', after(`MTU = 1400\rPreUp = ${touch}`), 2),
    bad('a line separator', after(`MTU = 1400\u2028PreUp = ${touch}`), 2),
    bad('text turned around', after(`# \u202e${touch}`), 2),
    bad('a command as endpoint', conf({ peer: { Endpoint: `$(${touch}):51820` } }), 8),
    bad('a command among DNS', conf({ interface: { DNS: `1.1.1.1; ${touch}` } }), 4),
    bad('a glob as address', conf({ interface: { Address: '/etc/host*' } }), 3),
    bad('an address that is an option', conf({ interface: { Address: '-batch /etc/passwd' } }), 3),
    hook('UTF-16', Buffer.from(after(`PreUp = ${touch}`), 'utf16le'), 2),
  ];
}
