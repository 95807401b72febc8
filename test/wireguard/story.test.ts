import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ActDocument } from '../../protocol/act.ts';
import type { TreeNode } from '../../protocol/tree.ts';
import { type Lab, startLab } from '../support/lab.ts';
import { AGENTS, dial, LabFleet, playGame, startGame } from '../support/lab-fleet.ts';
import { UNDERLAY } from '../support/lab-network.ts';

interface TreeDocument {
  instance: { region: string; epoch: string };
  nodes: TreeNode[];
}
interface StateDocument {
  node: { id: string; incarnation: number };
  value: { class: string; fields: { turn: string; board: (string | null)[] } };
}

let lab: Lab;
let fly: LabFleet;
beforeAll(async () => {
  lab = await startLab();
  const identity = path.join(lab.folder, 'key');
  const { publicKey } = (
    await lab.desktop.perchJson<{ publicKey: string }>(['keys', 'new', '--out', identity])
  ).document;
  const [fra, lax] = await Promise.all([
    startGame(lab.fra, AGENTS.fra.v6, publicKey),
    startGame(lab.lax, AGENTS.lax.v6, publicKey),
  ]);
  fly = new LabFleet(lab, 'fly', lab.flyConf(), [fra.instance, lax.instance], identity);
});
afterAll(() => lab?.stop());

const tree = (instance: string) => fly.json<TreeDocument>(['tree', instance]);
const state = (instance: string, node: string) => fly.json<StateDocument>(['state', instance, node]);
const nodeOf = ({ nodes }: TreeDocument, lineage: string) =>
  nodes.find((node) => node.lineage === lineage && node.status === 'running')!;

const health = async () => {
  const { instances } = await fly.json<{ instances: { name: string; health: string }[] }>(['fleet']);
  return Object.fromEntries(instances.map(({ name, health }) => [name, health]));
};

describe('the story, through WireGuard', () => {
  it('is not there before the tunnel is up', async () => {
    expect(await health()).toEqual({ 'tictactoe-fra': 'tunnel-off', 'tictactoe-lax': 'tunnel-off' });
  });

  it('begins when the tunnel comes up: both regions are seen', async () => {
    const { exitCode, stdout } = await fly.perch(['tunnel', 'up', 'fly']);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^fra, lax: connected/);
    expect(await health()).toEqual({ 'tictactoe-fra': 'ok', 'tictactoe-lax': 'ok' });
    for (const { v4, v6 } of [UNDERLAY.fra, UNDERLAY.lax]) {
      expect(await dial(lab.desktop, v4, 7400)).toBe('ECONNREFUSED');
      expect(await dial(lab.desktop, v6, 7400)).toBe('ECONNREFUSED');
    }
  });

  it('a game is found, read, killed and comes back; nothing else is touched', async () => {
    const mine = await playGame(lab.fra, [4, 0, 8]);
    const other = await playGame(lab.fra, [2]);
    const before = { fra: await tree('tictactoe-fra'), lax: await tree('tictactoe-lax') };
    expect(before.lax.instance.region).toBe('lax');
    const game = nodeOf(before.fra, `app/games/${mine}`);
    expect(game).toMatchObject({ kind: 'worker', incarnation: 1 });

    const first = await state('tictactoe-fra', `app/games/${mine}`);
    expect(first.node.id).toBe(game.id);
    const board = ['O', null, null, null, 'X', null, null, null, 'X'];
    expect(first.value).toMatchObject({ class: 'Game', fields: { turn: 'O', board } });

    const reason = 'does it come back through the tunnel?';
    const kill = ['kill', 'tictactoe-fra', game.id, '--reason', reason, '--yes'];
    const act = await fly.json<ActDocument>(kill);
    expect(act).toMatchObject({
      outcome: 'restarted',
      target: { id: game.id },
      successor: { incarnation: 2 },
    });
    expect(act.affected).toEqual([]);

    const after = { fra: await tree('tictactoe-fra'), lax: await tree('tictactoe-lax') };
    expect(nodeOf(after.fra, `app/games/${mine}`)).toMatchObject({ id: act.successor!.id, incarnation: 2 });
    expect(nodeOf(after.fra, `app/games/${other}`).id).toBe(nodeOf(before.fra, `app/games/${other}`).id);
    expect(after.fra.instance.epoch).toBe(before.fra.instance.epoch);
    expect(after.lax.instance.epoch).toBe(before.lax.instance.epoch);
    const second = await state('tictactoe-fra', `app/games/${mine}`);
    expect(second).toMatchObject({ node: { incarnation: 2 }, value: { fields: { turn: 'O', board } } });
    expect((await fly.perch(['ledger', 'tictactoe-fra'])).stdout).toContain(mine);

    const again = await fly.perch([...kill, '--json']);
    expect(again.exitCode).toBe(5);
    expect(JSON.parse(again.stdout)).toMatchObject({ error: { code: 'GONE' } });
  });

  it('pauses when the tunnel goes down, and goes on where it was', async () => {
    const { instance } = await tree('tictactoe-fra');
    await fly.perch(['tunnel', 'down', 'fly']);
    const { exitCode, stderr } = await fly.perch(['tree', 'tictactoe-fra']);
    expect(exitCode).toBe(3);
    expect(stderr).toContain('perch tunnel up fly');
    await fly.perch(['tunnel', 'up', 'fly']);
    expect((await tree('tictactoe-fra')).instance.epoch).toBe(instance.epoch);
  });

  it('an instance whose address the tunnel does not lead to is not reached around it', async () => {
    const outside = path.join(lab.folder, 'outside.yaml');
    const services = { game: { instances: [{ name: 'out', address: `${UNDERLAY.fra.v4}:7400` }] } };
    const environment = { tunnel: fly.conf, identity: path.join(lab.folder, 'key'), services };
    writeFileSync(outside, JSON.stringify({ environments: { fly: environment } }));
    const { exitCode, document } = await lab.desktop.perchJson<{ error: { code: string; message: string } }>([
      'tree',
      'out',
      '--inventory',
      outside,
    ]);
    expect(exitCode).toBe(3);
    expect(document.error).toMatchObject({
      code: 'CONNECT_FAILED',
      message: expect.stringContaining('does not lead to 10.99.2.2'),
    });
  });
});
