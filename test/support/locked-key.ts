import ssh2 from 'ssh2';

/**
 * An ed25519 pair whose private half wants a passphrase. ssh2 1.17 drops a zero byte of about one pair in 256,
 * which is then none; such a pair is made again.
 */
export function lockedKey(passphrase: string): { private: string; public: string } {
  for (;;) {
    const pair = ssh2.utils.generateKeyPairSync('ed25519', { passphrase, cipher: 'aes256-ctr', rounds: 1 });
    if (!(ssh2.utils.parseKey(pair.private, passphrase) instanceof Error)) return pair;
  }
}
