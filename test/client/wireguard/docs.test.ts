import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { KEYS } from '../../../client/wireguard/conf-sections.ts';
import { ALL_STATES } from '../../../client/wireguard/state.ts';

const page = readFileSync(new URL('../../../docs/wireguard.md', import.meta.url), 'utf8');
const rows = page.split('\n').filter((line) => line.startsWith('| '));
const cells = (row: string) => row.split('|').map((cell) => cell.trim());

it('docs/wireguard.md lists every key of a file', () => {
  const listed = (section: string) =>
    rows.filter((row) => cells(row)[1] === section).map((row) => cells(row)[2]!.replaceAll('`', ''));
  expect(listed('Interface').sort()).toEqual([...KEYS.interface].sort());
  expect(listed('Peer').sort()).toEqual([...KEYS.peer].sort());
});

it('docs/wireguard.md lists every state', () => {
  const listed = rows
    .map((row) => /^`([a-z-]+)`$/.exec(cells(row)[1]!)?.[1])
    .filter((word) => word !== undefined);
  expect(listed.sort()).toEqual([...ALL_STATES].sort());
});
