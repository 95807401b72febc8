import os from 'node:os';
import path from 'node:path';
import { configDir } from '../../client/paths.ts';
import { command } from '../command.ts';

export const keys = command({
  args: [{ name: 'VERB', does: 'new makes a pair.', oneOf: ['new'] }],
  options: {
    out: {
      kind: 'text',
      value: 'FILE',
      does: 'Where to write it (and FILE.pub); ~/.config/perch/id_ed25519 unless told.',
    },
  },
  about:
    "Makes an ed25519 pair in OpenSSH's form, FILE for you alone and FILE.pub, and prints the public line for the " +
    'agent\'s PERCH_AUTHORIZED_KEYS. Nothing is overwritten. Without a `capabilities="observe,inspect,control"` ' +
    'before it the line lets the key observe only.',
  json: '{file,publicKey,fingerprint}',
  examples: ['keys new', 'keys new --out ./drill_key'],
  async run({ options, out }) {
    const { newKeyPair, writeKeyPair } = await import('../../client/ssh/identity.ts');
    const file = path.resolve(options.out ?? path.join(configDir(), 'id_ed25519'));
    const pair = newKeyPair(`${userName()}@${os.hostname()}`);
    await writeKeyPair(file, pair);
    out.document({ file, publicKey: pair.publicLine, fingerprint: pair.fingerprint });
    out.text(pair.publicLine);
    out.note(`Written to ${file} and ${file}.pub (${pair.fingerprint}).`);
    return 0;
  },
});

function userName(): string {
  try {
    return os.userInfo().username;
  } catch {
    // A uid without an entry in passwd, as in many containers.
    return `uid-${process.getuid?.() ?? 0}`;
  }
}
