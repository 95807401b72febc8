/** What `wg show IF dump` tells, without its secrets: they are dropped while parsing. */
export interface WireGuardDump {
  /** Base64; null when the interface has no key yet. */
  readonly publicKey: string | null;
  readonly peers: readonly PeerDump[];
}

export interface PeerDump {
  readonly publicKey: string;
  /** `203.0.113.9:51820`; null when none is known. */
  readonly endpoint: string | null;
  readonly allowedIps: readonly string[];
  /** Milliseconds since 1970, to the second; null when there never was one. */
  readonly handshakeAtMs: number | null;
  readonly rxBytes: number;
  readonly txBytes: number;
  readonly keepaliveS: number | null;
}

/** Parses the output for one interface: a device line of 4 fields, peer lines of 8, tabs between. Null if it is none. */
export function parseDump(text: string): WireGuardDump | null {
  const [device, ...peers] = text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split('\t'));
  if (device?.length !== 4) return null;
  const parsed = peers.map(parsePeer);
  if (parsed.some((peer) => peer === null)) return null;
  return { publicKey: given(device[1]!), peers: parsed.filter((peer) => peer !== null) };
}

function parsePeer(fields: string[]): PeerDump | null {
  if (fields.length !== 8) return null;
  const [publicKey, _presharedKey, endpoint, allowedIps, handshake, rx, tx, keepalive] = fields as [
    string,
    string,
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  const handshakeS = Number(handshake);
  return {
    publicKey,
    endpoint: given(endpoint),
    allowedIps: given(allowedIps)?.split(',') ?? [],
    handshakeAtMs: handshakeS > 0 ? handshakeS * 1000 : null,
    rxBytes: Number(rx),
    txBytes: Number(tx),
    keepaliveS: keepalive === 'off' ? null : Number(keepalive),
  };
}

function given(field: string): string | null {
  return field === '(none)' || field === '' ? null : field;
}
