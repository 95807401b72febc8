import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { publicKeyOf } from '../../client/wireguard/key.ts';
import { Machine } from './lab-machine.ts';

/** Private keys of the machines, and the one both ends of desktop–fra share. `fly`: the laptop as Fly's tunnel knows it. */
export interface LabKeys {
  desktop: string;
  fly: string;
  fra: string;
  lax: string;
  preshared: string;
}

export function newKeys(): LabKeys {
  return { desktop: newKey(), fly: newKey(), fra: newKey(), lax: newKey(), preshared: newKey() };
}

/** 32 random bytes, clamped as Curve25519 wants it (RFC 7748). */
export function newKey(): string {
  const bytes = randomBytes(32);
  bytes[0]! &= 248;
  bytes[31] = (bytes[31]! & 127) | 64;
  return bytes.toString('base64');
}

/** Addresses inside the tunnel. What ends in 3 is the laptop through Fly's kind of tunnel. */
export const TUNNEL = {
  desktop: { v4: '10.77.0.2', v6: 'fdaa:9:c0de:d::2' },
  fly: { v6: 'fdaa:9:c0de:d::3' },
  fra: { v4: '10.77.1.2', v6: 'fdaa:9:c0de:f::2' },
  lax: { v4: '10.77.2.2', v6: 'fdaa:9:c0de:a::2' },
} as const;

/** Addresses outside of it. */
export const UNDERLAY = {
  desktop: { v4: '10.99.1.2', v6: 'fd99:1::2' },
  fra: { v4: '10.99.2.2', v6: 'fd99:2::2' },
  lax: { v4: '10.99.3.2', v6: 'fd99:3::2' },
} as const;

type Name = keyof typeof UNDERLAY;

/** The WireGuard interface of a region. Names are unique in the lab: their control sockets share one folder. */
export const SERVER_INTERFACE = { fra: 'wgfra', lax: 'wglax' } as const;

const UDP_PORT = 51820;

/** Fly's shape: one peer, here fra, that leads on to every region. */
export function tunnelConf(keys: LabKeys): string {
  return `[Interface]
PrivateKey = ${keys.fly}
Address = ${TUNNEL.fly.v6}/120
DNS = fdaa:9:c0de::3

[Peer]
PublicKey = ${publicKeyOf(keys.fra)}
AllowedIPs = fdaa:9:c0de::/48
Endpoint = gateway.lab.example:${UDP_PORT}
PersistentKeepalive = 15
`;
}

export function regionsConf(keys: LabKeys): string {
  return `[Interface]
PrivateKey = ${keys.desktop}
Address = ${TUNNEL.desktop.v4}/32, ${TUNNEL.desktop.v6}/128
MTU = 1400

# fra
[Peer]
PublicKey = ${publicKeyOf(keys.fra)}
PresharedKey = ${keys.preshared}
Endpoint = ${UNDERLAY.fra.v4}:${UDP_PORT}
AllowedIPs = 10.77.1.0/24, fdaa:9:c0de:f::/64
PersistentKeepalive = 25

# lax
[Peer]
PublicKey = ${publicKeyOf(keys.lax)}
Endpoint = [${UNDERLAY.lax.v6}]:${UDP_PORT}
AllowedIPs = 10.77.2.0/24, fdaa:9:c0de:a::/64
PersistentKeepalive = 25
`;
}

/** Makes the machines, the wires between them, and WireGuard in both regions. Returns when all links carry. */
export async function setUp({
  entry,
  folder,
  keys,
}: {
  entry: readonly string[];
  folder: string;
  keys: LabKeys;
}): Promise<void> {
  writeFileSync(path.join(folder, 'keys.json'), JSON.stringify(keys), { mode: 0o600 });
  const hosts = path.join(folder, 'hosts');
  writeFileSync(hosts, `127.0.0.1 localhost\n::1 localhost\n${UNDERLAY.fra.v4} gateway.lab.example\n`);
  const machines = (['desktop', 'fra', 'lax'] as const).map((name) => {
    mkdirSync(path.join(folder, `home-${name}`), { mode: 0o700 });
    return { name, machine: new Machine(name, entry, folder) };
  });
  // Before there is a first namespace, commands run in the keeper's own.
  const outside = new Machine('underlay', entry, folder);
  await outside.outside(['mount', '--bind', hosts, '/etc/hosts']);
  for (const name of ['underlay', ...machines.map((one) => one.name)]) {
    await outside.outside(['ip', 'netns', 'add', name]);
  }
  await outside.must(['ip', '-batch', '-'], { input: underlay() });
  await outside.must(['sysctl', '-qw', 'net.ipv4.ip_forward=1', 'net.ipv6.conf.all.forwarding=1']);
  await Promise.all(
    machines.map(async ({ name, machine }) => {
      await machine.must(['ip', '-batch', '-'], { input: addresses(name) });
      await linkUp(machine);
    }),
  );
  await Promise.all([
    serve(new Machine('fra', entry, folder), 'fra', fraPeers(keys), keys.fra),
    serve(new Machine('lax', entry, folder), 'lax', laxPeers(keys), keys.lax),
  ]);
}

function underlay(): string {
  const wires = Object.keys(UNDERLAY).map((name, index) => {
    const net = index + 1;
    return [
      `link add v${name} type veth peer name eth0 netns ${name}`,
      `addr add 10.99.${net}.1/24 dev v${name}`,
      `addr add fd99:${net}::1/64 dev v${name} nodad`,
      `link set v${name} up`,
    ];
  });
  return ['link set lo up', ...wires.flat(), ''].join('\n');
}

function addresses(name: Name): string {
  const { v4, v6 } = UNDERLAY[name];
  return [
    'link set lo up',
    'link set eth0 up',
    `addr add ${v4}/24 dev eth0`,
    `addr add ${v6}/64 dev eth0 nodad`,
    `route add default via ${v4.replace(/2$/, '1')}`,
    `route add default via ${v6.replace(/2$/, '1')}`,
    '',
  ].join('\n');
}

/** Resolves when eth0 carries: what is sent before is lost, and WireGuard repeats a handshake only after 5 s. */
async function linkUp(machine: Machine): Promise<void> {
  const monitor = machine.start(['ip', '-o', 'monitor', 'link', 'dev', 'eth0']);
  try {
    const up = monitor.printed(/eth0.*state UP/);
    up.catch(() => {});
    const now = await machine.must(['ip', '-o', 'link', 'show', 'dev', 'eth0']);
    if (!/state UP/.test(now)) await up;
  } finally {
    await monitor.stop();
  }
}

interface ServedPeer {
  publicKey: string;
  preshared?: string;
  endpoint?: string;
  allowedIps: string[];
}

function fraPeers(keys: LabKeys): ServedPeer[] {
  return [
    {
      publicKey: publicKeyOf(keys.desktop),
      preshared: keys.preshared,
      allowedIps: [`${TUNNEL.desktop.v4}/32`, `${TUNNEL.desktop.v6}/128`],
    },
    { publicKey: publicKeyOf(keys.fly), allowedIps: [`${TUNNEL.fly.v6}/128`] },
    {
      publicKey: publicKeyOf(keys.lax),
      endpoint: `${UNDERLAY.lax.v4}:${UDP_PORT}`,
      allowedIps: ['fdaa:9:c0de:a::/64'],
    },
  ];
}

function laxPeers(keys: LabKeys): ServedPeer[] {
  return [
    {
      publicKey: publicKeyOf(keys.desktop),
      allowedIps: [`${TUNNEL.desktop.v4}/32`, `${TUNNEL.desktop.v6}/128`],
    },
    {
      publicKey: publicKeyOf(keys.fra),
      endpoint: `${UNDERLAY.fra.v4}:${UDP_PORT}`,
      allowedIps: [`${TUNNEL.fly.v6}/128`],
    },
  ];
}

/** A region's side of the tunnel, by hand: wg-quick would take the kernel's module where there is one. */
async function serve(
  machine: Machine,
  name: 'fra' | 'lax',
  peers: readonly ServedPeer[],
  privateKey: string,
): Promise<void> {
  const device = SERVER_INTERFACE[name];
  await machine.must(['wireguard-go', device]);
  const conf = [
    `[Interface]\nPrivateKey = ${privateKey}\nListenPort = ${UDP_PORT}`,
    ...peers.map(
      ({ publicKey, preshared, endpoint, allowedIps }) =>
        `[Peer]\nPublicKey = ${publicKey}\nAllowedIPs = ${allowedIps.join(', ')}` +
        `${preshared ? `\nPresharedKey = ${preshared}` : ''}${endpoint ? `\nEndpoint = ${endpoint}` : ''}`,
    ),
  ].join('\n');
  // Our stdin is a socket, which cannot be opened by name; what `cat` makes of it can.
  await machine.must(['sh', '-c', `cat | wg setconf ${device} /dev/stdin`], { input: `${conf}\n` });
  const { v4, v6 } = TUNNEL[name];
  const routes = peers.flatMap((peer) => peer.allowedIps).map((range) => `route add ${range} dev ${device}`);
  await machine.must(['ip', '-batch', '-'], {
    input: [
      `addr add ${v4}/32 dev ${device}`,
      `addr add ${v6}/128 dev ${device} nodad`,
      `link set ${device} mtu 1400 up`,
      ...routes,
      '',
    ].join('\n'),
  });
  await machine.must(['sysctl', '-qw', 'net.ipv6.conf.all.forwarding=1']);
}
