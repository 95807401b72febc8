import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Demo, type Home, isAlive, type Json, makeHome, startDemo } from '../support/demo.ts';
import { GamePage } from '../support/game-page.ts';

describe('the demo', () => {
  let home: Home;
  let demo: Demo;
  let page: GamePage;
  beforeAll(async () => {
    home = makeHome();
    demo = await startDemo(home);
    page = new GamePage(demo.instances[0]!.url);
  });
  afterAll(async () => {
    page?.close();
    await demo?.stop();
    home?.remove();
  });

  const fra = () => home.target('tictactoe-fra');
  const node = async (lineage: string) => {
    const { json } = await home.perch('tree', await fra());
    return json.nodes.find((each: { lineage: string }) => each.lineage === lineage);
  };

  test('runs in two regions, and `perch fleet` lists both by names that contain the region', async () => {
    expect(demo.instances.map(({ name, region }) => [name, region])).toEqual([
      ['tictactoe-fra', 'fra'],
      ['tictactoe-lax', 'lax'],
    ]);
    expect((await home.fleet()).map(({ name, region }) => [name, region]).toSorted()).toEqual([
      ['tictactoe-fra', 'fra'],
      ['tictactoe-lax', 'lax'],
    ]);
  });

  test('shows its tree: a task a game, bots on threads, scores in a process of its own', async () => {
    const { id } = await page.untilGame(({ players }) => players.X?.kind === 'bot');
    const { json } = await home.perch('tree', await fra());
    const shape = Object.fromEntries(json.nodes.map((each: Json) => [each.lineage, [each.kind, each.host]]));
    expect(shape).toMatchObject({
      app: ['supervisor', null],
      'app/games': ['supervisor', null],
      [`app/games/${id}`]: ['worker', 'task'],
      'app/bots/bot-1': ['worker', 'thread'],
      'app/bots/bot-2': ['worker', 'thread'],
      'app/scores': ['worker', 'process'],
      'app/lobby': ['worker', 'task'],
      'app/web': ['worker', 'task'],
    });
    expect(json.nodes.some((each: Json) => each.kind === 'process' && each.pid !== json.instance.pid)).toBe(
      true,
    );
  });

  test('a killed game comes back with its moves, the player sees a notice, no other game noticed', async () => {
    const { json: seat } = await page.post('/games', { name: 'Lena', against: 'bot' });
    const lineage = `app/games/${seat.id}`;
    await page.untilGame(({ id }) => id === seat.id);
    expect(await page.post('/move', { ...seat, cell: 4 })).toMatchObject({ status: 200 });
    await page.untilGame(({ id, moves }) => id === seat.id && moves === 2);

    const state = await home.perch('state', await fra(), lineage);
    expect(JSON.stringify(state.json.value)).toContain('"turn":"X"');
    expect(JSON.stringify(state.json.value)).not.toContain(seat.token);
    expect(state.json.cost.redacted).toBeGreaterThan(0);

    const { json: other } = await page.post('/games', { name: 'Ola', against: 'person' });
    const before = await node(`app/games/${other.id}`);
    const kill = await home.perch('kill', await fra(), lineage, '--reason', 'to see it', '--yes');
    expect(kill).toMatchObject({ exit: 0, json: { outcome: 'restarted', successor: { incarnation: 2 } } });
    const game = await page.untilGame(({ id, incarnation }) => id === seat.id && incarnation === 2);
    expect(game).toMatchObject({ moves: 2, turn: 'X', notice: { kind: 'restored', moves: 2 } });
    expect((await node(`app/games/${other.id}`)).id).toBe(before.id);
  });

  test('a game between persons is theirs alone', async () => {
    const { json: lena } = await page.post('/games', { name: 'Lena', against: 'person' });
    expect(await page.post('/move', { ...lena, cell: 0 })).toMatchObject({ status: 409 });
    const { json: ola } = await page.post('/join', { id: lena.id, name: 'Ola' });
    expect(await page.post('/join', { id: lena.id, name: 'Eve' })).toMatchObject({ status: 409 });
    expect(await page.post('/move', { ...ola, cell: 0 })).toMatchObject({ status: 409 });
    expect(await page.post('/move', { ...lena, cell: 0 })).toMatchObject({ status: 200 });
    expect(await page.untilGame(({ id, moves }) => id === lena.id && moves === 1)).toMatchObject({
      turn: 'O',
    });
  });

  test.each(['app/bots/bot-1', 'app/scores'])(
    '%s is killed, and games go on to their scores',
    async (lineage) => {
      const kill = await home.perch('kill', await fra(), lineage, '--reason', 'to see it', '--yes');
      expect(kill).toMatchObject({ exit: 0, json: { outcome: 'restarted' } });
      const { json: x } = await page.post('/games', { name: `Ada ${lineage}`, against: 'person' });
      const { json: o } = await page.post('/join', { id: x.id, name: 'Ola' });
      for (const [turn, cell] of [0, 3, 1, 4, 2].entries()) {
        await page.untilGame(({ id, moves }) => id === x.id && moves === turn);
        await page.post('/move', { ...(turn % 2 ? o : x), cell });
      }
      const won = await page.until((event) => {
        const scores =
          event.event === 'hello' ? event.value.scores : event.event === 'scores' ? event.value : {};
        return scores[`Ada ${lineage}`.slice(0, 24)]?.won;
      });
      expect(won).toBe(1);
    },
  );

  test('the same over the network, with the key and the host key that the demo names', async () => {
    const { address, hostKey } = demo.instances[1]!;
    const tree = await home.perch('tree', address, '--identity', demo.identity, '--host-key', hostKey);
    expect(tree).toMatchObject({ exit: 0, json: { instance: { region: 'lax' } } });
    const refused = await home.perch('tree', address, '--identity', demo.identity);
    expect(refused).toMatchObject({ exit: 3, json: { error: { code: 'HOST_KEY_UNKNOWN' } } });
  });

  test('an instance that is killed as a whole is started again', async () => {
    const { address, hostKey } = demo.instances[1]!;
    const login = ['--identity', demo.identity, '--host-key', hostKey];
    const { json: before } = await home.perch('tree', address, ...login);
    const { pid, epoch } = before.instance;
    const scores = before.nodes.find((each: Json) => each.kind === 'process' && each.pid !== pid);
    const kill = await home.perch('kill', address, String(pid), ...login, '--reason', 'to see it', '--yes');
    expect(kill).toMatchObject({ exit: 0, json: { outcome: 'restarted', clock: 'client' } });
    const { json: after } = await home.perch('tree', address, ...login);
    expect(after.instance.epoch).not.toBe(epoch);
    expect(isAlive(pid)).toBe(false);
    // Its forked process sees that the channel closed.
    await expect.poll(() => isAlive(scores.pid)).toBe(false);
    expect(demo.stderr()).toContain('tictactoe-lax ended (SIGKILL) and is started again');
  });

  test('SIGTERM ends it, and nothing of it is left', async () => {
    const { code, left } = await demo.stop();
    expect(code).toBe(0);
    expect(left).toEqual([]);
    expect(await home.fleet()).toEqual([]);
  });
});

describe('the demo, told to forget', () => {
  test('starts a killed game empty, and says so to its player', async () => {
    const home = makeHome();
    const demo = await startDemo(home, '--forget');
    const page = new GamePage(demo.instances[0]!.url);
    try {
      const { json: seat } = await page.post('/games', { name: 'Lena', against: 'bot' });
      await page.untilGame(({ id }) => id === seat.id);
      await page.post('/move', { ...seat, cell: 4 });
      await page.untilGame(({ id, moves }) => id === seat.id && moves === 2);
      const fra = await home.target('tictactoe-fra');
      await home.perch('kill', fra, `app/games/${seat.id}`, '--reason', 'to see it', '--yes');
      const game = await page.untilGame(({ id, incarnation }) => id === seat.id && incarnation === 2);
      expect(game).toMatchObject({ moves: 0, notice: { kind: 'forgotten', moves: 2 } });
    } finally {
      page.close();
      expect((await demo.stop()).left).toEqual([]);
      home.remove();
    }
  });
});

test('several demos that start at once find ports of their own', async () => {
  const homes = [makeHome(), makeHome(), makeHome()];
  const demos = await Promise.all(homes.map((home) => startDemo(home)));
  const places = demos.flatMap(({ instances }) => instances.flatMap(({ address, url }) => [address, url]));
  // Ctrl-C through npx arrives twice.
  for (const demo of demos) expect(await demo.stop('SIGINT', 'SIGINT')).toEqual({ code: 0, left: [] });
  for (const home of homes) home.remove();
  expect(new Set(places).size).toBe(12);
});
