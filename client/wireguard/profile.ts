import type { Range } from './address.ts';
import type { Secret } from './secret.ts';

/** A tunnel as Perch understands it: what a `.conf` may say (docs/wireguard.md), parsed, and nothing else. */
export interface Profile {
  readonly privateKey: Secret;
  /** Derived; what the other side must know of this computer. */
  readonly publicKey: string;
  /** This computer's addresses inside the tunnel, host bits kept. */
  readonly addresses: readonly Range[];
  readonly mtu: number | null;
  readonly listenPort: number | null;
  /** Shown; never given to the system. Addresses, and search domains. */
  readonly dns: readonly string[];
  readonly peers: readonly ProfilePeer[];
}

export interface ProfilePeer {
  readonly publicKey: string;
  readonly presharedKey: Secret | null;
  readonly endpoint: Endpoint;
  /** Networks, host bits cleared. */
  readonly allowedIps: readonly Range[];
  /** Seconds between keepalives; null when off. */
  readonly keepaliveS: number | null;
}

export interface Endpoint {
  /** A host name or an address without brackets. */
  readonly host: string;
  readonly port: number;
}

/** Something legal that a person should know before bringing the tunnel up. */
export interface ConfWarning {
  readonly kind: 'all-traffic' | 'wide' | 'nested' | 'no-keepalive' | 'dns-not-used' | 'readable-by-others';
  /** 1-based; null when it is about the file. */
  readonly line: number | null;
  readonly words: string;
}

export const CONF_LIMITS = {
  /** A file of 64 peers stays below 20 KB. */
  maxBytes: 64 * 1024,
  /** A laptop's tunnel has a handful; past it a status sample is no longer quick. */
  maxPeers: 64,
  /** Below 1280 the kernel takes IPv6 off the interface; above 9000 no link carries it. */
  minMtu: 1280,
  maxMtu: 9000,
} as const;

/** `gateway.example.org`, labels of letters, digits, `-` and `_`. */
export function isHostName(text: string): boolean {
  return (
    text.length <= 253 &&
    /^(?:[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?)(?:\.[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?)*\.?$/.test(
      text,
    )
  );
}
