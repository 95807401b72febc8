import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { desktopEntry } from '../../../electron/open-links/desktop-entry.ts';
import { linksByFiles, linksBySystem } from '../../../electron/open-links/open-links.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const exec = (...words: string[]) => /^Exec=(.*)$/m.exec(desktopEntry(words, 'perch'))![1];

test('the program is named as a desktop reads it', () => {
  expect(exec('/opt/electron', '--no-sandbox', '/opt/perch')).toBe(
    '/opt/electron --no-sandbox /opt/perch %u',
  );
  expect(exec('/home/ann lee/50% $x')).toBe(String.raw`"/home/ann lee/50%% \\$x" %u`);
  expect(exec(String.raw`/a"b\c`)).toBe(String.raw`"/a\\"b\\\\c" %u`);
  expect(() => desktopEntry(['/a\nExec=evil'], 'perch')).toThrow(/No desktop entry can name/);
});

test('both files are written whole into the folders that the person has, and are gone again', async () => {
  const home = temporaryFolder();
  const env = { XDG_DATA_HOME: path.join(home, 'data'), XDG_CONFIG_HOME: 'relative' };
  const links = linksByFiles(env, home, ['/opt/perch']);
  expect(await links.isOn()).toBe(false);
  const files = await links.turn(true);
  expect(files).toEqual([
    path.join(home, 'data/applications/perch-links.desktop'),
    path.join(home, '.config/mimeapps.list'),
  ]);
  expect(await links.isOn()).toBe(true);
  expect(readFileSync(files[0]!, 'utf8')).toContain('MimeType=x-scheme-handler/perch;\n');
  expect(readdirSync(path.dirname(files[0]!))).toEqual(['perch-links.desktop']);
  await links.turn(false);
  expect(await links.isOn()).toBe(false);
  expect(files.map((file) => existsSync(file))).toEqual([false, false]);
});

test('a list that is a link to elsewhere stays one, and another default is no longer ours', async () => {
  const home = temporaryFolder();
  mkdirSync(path.join(home, '.config'));
  const kept = path.join(home, 'dotfiles.list');
  writeFileSync(kept, '[Default Applications]\ntext/html=a.desktop\n');
  const list = path.join(home, '.config/mimeapps.list');
  symlinkSync(kept, list);
  const links = linksByFiles({}, home, ['/opt/perch']);
  await links.turn(true);
  expect(lstatSync(list).isSymbolicLink()).toBe(true);
  expect(readFileSync(kept, 'utf8')).toContain(
    'text/html=a.desktop\nx-scheme-handler/perch=perch-links.desktop;',
  );
  writeFileSync(kept, '[Default Applications]\nx-scheme-handler/perch=other.desktop\n');
  expect(await links.isOn()).toBe(false);
});

test('a folder that cannot be is told, and nothing is half done', async () => {
  const home = temporaryFolder();
  writeFileSync(path.join(home, '.config'), 'no folder');
  const links = linksByFiles({}, home, ['/opt/perch']);
  await expect(links.turn(true)).rejects.toMatchObject({ code: 'NOT_WRITTEN' });
  expect(await links.isOn().catch(() => false)).toBe(false);
});

test('where the system keeps it, the system is asked, and its refusal is told', async () => {
  const asked: string[] = [];
  const links = linksBySystem({
    isDefaultProtocolClient: () => false,
    setAsDefaultProtocolClient: (scheme) => asked.push(scheme) > 1,
    removeAsDefaultProtocolClient: () => true,
  });
  await expect(links.turn(true)).rejects.toMatchObject({ code: 'NOT_ON_THIS_SYSTEM' });
  expect(await links.turn(true)).toEqual([]);
  expect(asked).toEqual(['perch', 'perch']);
});
