import { expect, test, vi } from 'vitest';
import { readIdentity } from '../../client/ssh/identity.ts';
import { Passphrases } from '../../electron/passphrases.ts';
import { lockedKey } from '../support/locked-key.ts';

test('one question after another; an answer goes to whoever asked, and to nobody twice', async () => {
  const changed = vi.fn();
  const passphrases = new Passphrases(changed);
  expect(passphrases.question).toBeNull();
  const first = passphrases.ask('Passphrase of the key: ');
  const second = passphrases.ask('That was not it. Passphrase: ');
  expect(passphrases.question).toEqual({ id: 1, words: 'Passphrase of the key' });
  passphrases.answer(1, 'secret');
  passphrases.answer(1, 'again');
  passphrases.answer(7, 'nobody asked');
  expect(await first).toBe('secret');
  expect(passphrases.question).toEqual({ id: 2, words: 'That was not it. Passphrase' });
  passphrases.answer(2, null);
  expect(await second).toBeNull();
  expect(passphrases.question).toBeNull();
  expect(changed).toHaveBeenCalledTimes(4);
  expect(JSON.stringify(passphrases)).not.toContain('secret');
});

test('a key is opened with it, and what waits at the end is told that nobody can be asked', async () => {
  const passphrases = new Passphrases(() => {});
  const text = lockedKey('correct').private;
  const opening = readIdentity(text, passphrases.ask);
  await vi.waitFor(() => expect(passphrases.question?.id).toBe(1));
  passphrases.answer(1, 'wrong');
  await vi.waitFor(() => expect(passphrases.question?.words).toMatch(/not it/));
  passphrases.answer(2, 'correct');
  expect((await opening).key.isPrivateKey()).toBe(true);
  const waiting = readIdentity(lockedKey('other').private, passphrases.ask);
  await vi.waitFor(() => expect(passphrases.question).not.toBeNull());
  passphrases.close();
  await expect(waiting).rejects.toMatchObject({ code: 'PASSPHRASE_NEEDED' });
});
