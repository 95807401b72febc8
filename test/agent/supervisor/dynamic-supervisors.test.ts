import { describe, expect, test } from 'vitest';
import type { WorkerContext } from '../../../agent/supervisor/context.ts';
import {
  type DynamicSupervisor,
  dynamicSupervisor,
  supervisor,
} from '../../../agent/supervisor/supervisor.ts';
import { watchEachTest } from './watch.ts';

const watch = watchEachTest();

const task = (id: string, more: object = {}) => ({
  id,
  host: 'task' as const,
  run: (context: WorkerContext) => context.stopped,
  ...more,
});

/** A room for each id: a board, and players that come and go. */
function newRooms(more: object = {}) {
  const made: unknown[] = [];
  const rooms = dynamicSupervisor('rooms', {
    intensity: 10,
    child(id: string, args: { seats: number } = { seats: 2 }) {
      made.push([id, args]);
      const players = dynamicSupervisor('players', { child: task('') });
      return supervisor(id, { children: [task('board', { args }), players], restart: 'transient', ...more });
    },
  });
  return { rooms, made };
}

describe('a dynamic supervisor of supervisors', () => {
  test('makes one for each child, once, and gives it to code', async () => {
    const { rooms, made } = newRooms();
    const app = supervisor('app', { children: [rooms] });
    await expect(rooms.startChild('early')).rejects.toMatchObject({ code: 'not_running' });
    expect(made).toEqual([]);
    await app.start();
    const red = await rooms.startChild('red', { seats: 4 });
    expect([red.lineage, red.status, watch.node('app/rooms/red/board').status]).toEqual([
      ...['app/rooms/red', 'running', 'running'],
    ]);
    const players = rooms.supervisor('red')!.supervisor('players') as DynamicSupervisor;
    await players.startChild('ada');
    expect(watch.lineages()).toContain('app/rooms/red/players/ada');
    expect(rooms.whichChildren()).toEqual([
      { id: 'red', kind: 'supervisor', status: 'running', incarnation: 1 },
    ]);
    expect(rooms.countChildren()).toEqual({ specs: 1, active: 1, supervisors: 1, workers: 0 });
    await expect(rooms.startChild('red')).rejects.toMatchObject({ code: 'already_started' });

    // Its own restart is of the same value; what came at run time is gone then, as in OTP.
    watch.act('app/rooms/red', 'kill');
    await watch.fact('ready', 'app/rooms/red', 2);
    expect(made).toEqual([
      ['red', { seats: 4 }],
      ['red', { seats: 2 }],
    ]);
    expect(rooms.supervisor('red')!.supervisor('players')).toBe(players);
    expect(players.whichChildren()).toEqual([]);
    expect([rooms.supervisor('blue'), app.supervisor('rooms')]).toEqual([undefined, rooms]);
    await app.stop();
    expect(watch.lineages()).toEqual([]);
  });

  test('lineages below a child go on counting when another of its id follows', async () => {
    const { rooms } = newRooms();
    await rooms.start();
    const play = async () => {
      await rooms.startChild('red');
      await (rooms.supervisor('red')!.supervisor('players') as DynamicSupervisor).startChild('ada');
      const lineages = ['rooms/red', 'rooms/red/board', 'rooms/red/players', 'rooms/red/players/ada'];
      const incarnations = lineages.map((lineage) => watch.node(lineage).incarnation);
      await rooms.terminateChild('red');
      return incarnations;
    };
    expect(await play()).toEqual([1, 1, 1, 1]);
    expect(await play()).toEqual([2, 2, 2, 2]);
    expect(await play()).toEqual([3, 3, 3, 3]);
    await rooms.stop();
    await rooms.start();
    expect(await play()).toEqual([4, 4, 4, 4]);
    await rooms.stop();
  });

  test('so do those below a declared child whose place another supervisor takes, and back', async () => {
    const room = () => supervisor('room', { children: [task('board')], restart: 'temporary' });
    const house = supervisor('house', { children: [room()], intensity: 10 });
    const app = supervisor('app', { children: [house] });
    await app.start();
    const board = () => watch.node('app/house/room/board').incarnation;
    const seen = [board()];
    for (const _ of ['second', 'third']) {
      await house.terminateChild('room');
      await house.startChild(room());
      seen.push(board());
    }
    watch.act('app/house', 'kill');
    await watch.fact('ready', 'app/house', 2);
    seen.push(board());
    expect(seen).toEqual([1, 2, 3, 4]);
    await app.stop();
  });

  test('a crash below escalates through the child to the dynamic supervisor', async () => {
    const { rooms } = newRooms({ intensity: 0 });
    await rooms.start();
    await rooms.startChild('red');
    await rooms.startChild('blue');
    const blue = watch.node('rooms/blue/board');
    watch.facts = [];
    watch.act('rooms/red/board', 'kill');
    // A transient supervisor that gave up ends `shutdown`: it is not restarted, and a dynamic child goes.
    await watch.fact('decided', 'rooms/red');
    expect(watch.tale().filter((line) => line.startsWith('decided'))).toEqual([
      ...['decided rooms/red/board#1 escalate', 'decided rooms/red#1 no-restart'],
    ]);
    expect(rooms.whichChildren().map(({ id }) => id)).toEqual(['blue']);
    expect(watch.node('rooms/blue/board')).toBe(blue);
    await rooms.stop();
  });

  test('what is protected below a child protects what is above it, while it is there', async () => {
    const app = supervisor('app', { intensity: 9, children: [] });
    await app.start();
    const rooms = dynamicSupervisor('rooms', {
      child: (id: string) => supervisor(id, { children: [task('db', { protected: true })] }),
    });
    await app.startChild(rooms);
    await rooms.startChild('red');
    for (const lineage of ['app', 'app/rooms', 'app/rooms/red']) {
      expect(watch.act(lineage, 'kill')).toMatchObject({
        ...{ accepted: false, code: 'PROTECTED', words: expect.stringContaining('app/rooms/red/db') },
      });
    }
    expect(watch.act('app/rooms/red/db', 'kill')).toMatchObject({ accepted: false, code: 'PROTECTED' });
    await rooms.terminateChild('red');
    expect(watch.act('app/rooms', 'kill')).toEqual({ accepted: true });
    await app.stop();
  });

  test('a function that gives something else, or throws, starts nothing', async () => {
    const cause = new Error('no room');
    const makes: Record<string, () => unknown> = {
      other: () => supervisor('strange', {}),
      none: () => ({ id: 'none', host: 'task' }),
      throws: () => {
        throw cause;
      },
    };
    const rooms = dynamicSupervisor('rooms', { child: (id: string) => makes[id]!() as never });
    await rooms.start();
    await expect(rooms.startChild('other')).rejects.toThrow("must give a supervisor with the id 'other'");
    await expect(rooms.startChild('none')).rejects.toThrow(TypeError);
    await expect(rooms.startChild('throws')).rejects.toBe(cause);
    expect(rooms.whichChildren()).toEqual([]);
    await rooms.stop();
  });

  test('a child that fails to start is rolled back, is none, and its value is free again', async () => {
    let isBroken = true;
    const log: string[] = [];
    const value = supervisor('red', {
      children: [
        task('a', { run: (context: WorkerContext) => context.stopped.then(() => log.push('-a')) }),
        task('b', {
          run(context: WorkerContext) {
            if (isBroken) throw new Error('broken');
            return context.stopped;
          },
        }),
      ],
    });
    const rooms = dynamicSupervisor('rooms', { child: () => value });
    await rooms.start();
    await expect(rooms.startChild('red')).rejects.toMatchObject({ code: 'start_failed' });
    expect(log).toEqual(['-a']);
    expect([rooms.whichChildren(), watch.lineages()]).toEqual([[], ['rooms']]);
    isBroken = false;
    await rooms.startChild('red');
    await expect(rooms.startChild('red')).rejects.toThrow('a supervisor has one place');
    expect(value.lineage).toBe('rooms/red');
    await rooms.stop();
    expect(value.lineage).toBe('red');
  });
});

test('a child that follows one that is still ending goes on counting, too', async () => {
  const games = dynamicSupervisor('games', { child: task('') });
  await games.start();
  await games.startChild('7f3a');
  const [, next] = await Promise.all([games.terminateChild('7f3a'), games.startChild('7f3a')]);
  expect(next.incarnation).toBe(2);
  await games.stop();
});

test('a supervisor added at run time and deleted may be put elsewhere', async () => {
  const pool = supervisor('pool', { children: [task('a')] });
  const [app, other] = [supervisor('app', {}), supervisor('other', {})];
  await Promise.all([app.start(), other.start()]);
  await app.startChild(pool);
  await app.terminateChild('pool');
  await expect(other.startChild(pool)).rejects.toThrow('a supervisor has one place');
  await app.deleteChild('pool');
  await other.startChild(pool);
  expect(watch.lineages()).toContain('other/pool/a');
  await Promise.all([app.stop(), other.stop()]);
});
