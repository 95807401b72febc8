import { mkdtempSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseInventory, readInventory } from '../../../client/fleet/inventory.ts';
import type { PerchError } from '../../../protocol/errors.ts';

const KEY = `SHA256:${'a'.repeat(43)}`;

function failure(text: string): PerchError {
  try {
    parseInventory(text, '/team/fleet.yaml');
  } catch (error) {
    return error as PerchError;
  }
  throw new Error('it was read');
}

describe('an inventory', () => {
  it('gives environments, services and instances, with paths that are absolute', () => {
    const inventory = parseInventory(
      `
environments:
  production:
    tunnel: ./fly.conf
    identity: /keys/drill
    services:
      tictactoe:
        hostKey: ${KEY}
        instances:
          - { name: fra-1, region: fra, address: "[fdaa::2]:7400" }
          - { name: 17, address: "lax.internal:7400" }
  staging:
`,
      '/team/fleet.yaml',
    );
    expect(inventory).toEqual({
      file: '/team/fleet.yaml',
      environments: [
        {
          name: 'production',
          tunnel: '/team/fly.conf',
          identity: '/keys/drill',
          services: [
            {
              name: 'tictactoe',
              hostKey: KEY,
              instances: [
                { name: 'fra-1', region: 'fra', address: { kind: 'tcp', host: 'fdaa::2', port: 7400 } },
                { name: '17', region: '', address: { kind: 'tcp', host: 'lax.internal', port: 7400 } },
              ],
            },
          ],
        },
        { name: 'staging', tunnel: null, identity: null, services: [] },
      ],
    });
  });

  it('may be empty', () => {
    expect(parseInventory('', 'f').environments).toEqual([]);
    expect(parseInventory('# nothing yet\n', 'f').environments).toEqual([]);
  });

  it('says which environments wear a colour: production always does', () => {
    const { environments } = parseInventory(
      `environments:
  live: { production: true }
  other: { production: true, colour: teal }
  staging: { production: false, colour: brown }
  lab: {}
`,
      'f',
    );
    expect(environments.map(({ wears }) => wears)).toEqual([
      { colour: 'magenta', isProduction: true },
      { colour: 'teal', isProduction: true },
      { colour: 'brown', isProduction: false },
      undefined,
    ]);
  });

  it('may repeat itself with anchors', () => {
    const { environments } = parseInventory(
      `environments:
  a: { services: &s { web: { instances: [{ name: x, address: "h:1" }] } } }
  b: { services: *s }
`,
      'f',
    );
    expect(environments[1]!.services).toEqual(environments[0]!.services);
  });

  it('names a command that leads there, as a line or as its words', () => {
    const { environments } = parseInventory(
      `environments:
  pods:
    services:
      web:
        instances:
          - { name: a, via: kubectl exec -i "game 0" -- node perch-stdio }
          - { name: b, via: { command: [~/bin/way, "$x", 17], env: [TOKEN] } }
          - { name: c, via: aws ssm start-session, address: "10.0.0.5:7400" }
`,
      'f',
    );
    const addresses = environments[0]!.services[0]!.instances.map(({ address }) => address);
    const command = (argv: string[], env: string[], to: unknown) => ({
      kind: 'command',
      way: { argv, env },
      to,
    });
    expect(addresses).toEqual([
      command(['kubectl', 'exec', '-i', 'game 0', '--', 'node', 'perch-stdio'], [], null),
      command([path.join(process.env.HOME!, 'bin/way'), '$x', '17'], ['TOKEN'], null),
      command(['aws', 'ssm', 'start-session'], [], { kind: 'tcp', host: '10.0.0.5', port: 7400 }),
    ]);
  });

  it.each([
    ['a | b', 'means something to a shell'],
    ['"kubectl \\0 x"', 'NUL'],
    ['[kubectl]', 'expected keys with values'],
    ['{ command: [] }', 'expected a command'],
    ['{ env: [A] }', 'command is missing'],
    ['{ command: [a], shell: true }', 'unknown key "shell"'],
    ['{ command: [a], env: ["A=1"] }', '"A=1" names no variable'],
    ['./way.sh x', 'begin it with / or ~/'],
  ])('refuses via: %s with line and column', (via, words) => {
    const error = failure(
      `environments:\n  p: { services: { w: { instances: [{ name: x, via: ${via} }] } } }\n`,
    );
    expect(error.code).toBe('BAD_INVENTORY');
    expect(error.message).toMatch(
      /^\/team\/fleet\.yaml:2:\d+: environments\.p\.services\.w\.instances\[0\]\.via/,
    );
    expect(error.message).toContain(words);
  });

  it.each([
    [
      'a mistyped key',
      'environments:\n  prod:\n    tunel: x\n',
      3,
      5,
      'unknown key "tunel"; did you mean tunnel?',
    ],
    [
      'a key that is nowhere near',
      'enviroments:\n',
      1,
      1,
      'unknown key "enviroments"; did you mean environments?',
    ],
    [
      'a map where a list belongs',
      'environments:\n  p:\n    services:\n      w:\n        instances:\n          name: x\n',
      6,
      11,
      'expected a list',
    ],
    ['a text where keys belong', 'environments: production\n', 1, 15, 'expected keys with values'],
    ['a word for yes', 'environments:\n  p:\n    production: yes\n', 3, 17, 'expected true or false'],
    [
      'a colour that means trouble',
      'environments:\n  p:\n    production: true\n    colour: red\n',
      4,
      13,
      'expected magenta, violet, teal, green, brown; other colours mean something here',
    ],
    [
      'a colour spelt otherwise',
      'environments:\n  p:\n    color: teal\n',
      3,
      5,
      'unknown key "color"; did you mean colour?',
    ],
    ['a number where a path belongs', 'environments:\n  p:\n    tunnel: [1]\n', 3, 13, 'expected a text'],
    [
      'a bad address',
      'environments:\n  p:\n    services:\n      w:\n        instances:\n          - { name: x, address: fra }\n',
      6,
      33,
      'expected host:port',
    ],
    [
      'no address',
      'environments:\n  p:\n    services:\n      w:\n        instances:\n          - name: x\n',
      6,
      13,
      'address is missing',
    ],
    [
      'a name that is there twice',
      'environments:\n  p:\n    services:\n      w:\n        instances:\n          - { name: x, address: "h:1" }\n          - { name: x, address: "h:2" }\n',
      7,
      21,
      '"x" is there twice',
    ],
    [
      'a host key that is none',
      'environments:\n  p:\n    services:\n      w:\n        hostKey: abc\n',
      5,
      18,
      'expected SHA256:',
    ],
    ['a key that is there twice', 'environments:\n  p: {}\n  p: {}\n', 3, 3, 'unique'],
    ['broken YAML', 'environments:\n  - [\n', 3, 1, ''],
  ])('%s is refused with line and column', (_, text, line, column, words) => {
    const error = failure(text);
    expect(error.code).toBe('BAD_INVENTORY');
    expect(error.message).toContain(words);
    expect(error.message).toContain(`/team/fleet.yaml:${line}:${column}:`);
    expect(error.facts).toMatchObject({ file: '/team/fleet.yaml', line, column });
  });

  it('is null where there is no file, and an error where it cannot be read', async () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'inventory-'));
    expect(await readInventory(path.join(folder, 'none.yaml'))).toBeNull();
    await expect(readInventory(folder)).rejects.toMatchObject({ code: 'BAD_INVENTORY' });
    writeFileSync(path.join(folder, 'fleet.yaml'), 'environments: {}');
    expect((await readInventory(path.join(folder, 'fleet.yaml')))!.environments).toEqual([]);
  });
});
