import { channel } from 'node:diagnostics_channel';
import { EventEmitter } from 'node:events';
import { afterEach, expect, test } from 'vitest';
import type { Adapter, ObservedThread, Part } from '../../../agent/adapters/adapter.ts';
import { Adapters } from '../../../agent/adapters/adapters.ts';
import { MAX_PARTS } from '../../../agent/adapters/components.ts';
import type { DeclaredNode, Registry } from '../../../agent/registry.ts';

const found = { onWorker: () => {}, onChild: () => {} } as never;
let running: Adapters | null = null;
afterEach(() => running?.stop());

function run(...adapters: Adapter[]) {
  const ended: DeclaredNode[] = [];
  const changed: DeclaredNode[] = [];
  const registry: Registry = {
    version: 1,
    nodes: new Map(),
    nextSerial: 1,
    hosted: null,
    probe: null,
    detach: null,
    observer: {
      changed: (node) => void changed.push(node),
      ended: (node) => void ended.push(node),
      hostedChanged: () => {},
      happened: () => {},
    },
  };
  let isWatched = false;
  let notes = 0;
  const hooks = {
    isWatched: () => isWatched,
    take: <T>(work: () => T) => work(),
    onNotes: () => void notes++,
  };
  running = new Adapters(registry, found, hooks, adapters);
  const watch = (is: boolean) => {
    isWatched = is;
    running!.beat(false);
  };
  return {
    adapters: running,
    ended,
    changed,
    watch,
    notes: () => notes,
    live: () =>
      Array.from(registry.nodes.values(), ({ lineage, incarnation }) => `${lineage} #${incarnation}`),
  };
}

const part = (name: string, more: Partial<Part> = {}): Part => ({ key: name, type: 'thing', name, ...more });

/** Shows what it is told to. */
function showing(parts: Part[], onStart: (thread: ObservedThread) => void = () => {}): Adapter {
  return {
    name: 'shows',
    start(thread) {
      onStart(thread);
      return { look: () => parts };
    },
  };
}

const failing = (where: 'start' | 'look' | 'channel'): Adapter => ({
  name: `fails-in-${where}`,
  start(thread) {
    thread.hear('perch.trial.fails', () => {
      if (where === 'channel') throw new TypeError('heard');
    });
    if (where === 'start') throw new TypeError('started');
    let looks = 0;
    return {
      *look() {
        yield part('here');
        if (where === 'look' && ++looks > 1) throw new TypeError('looked');
      },
    };
  },
});

test('one that throws is switched off where it throws, says why, and takes its nodes along; others go on', () => {
  const parts = [part('a')];
  const { adapters, live, ended, notes } = run(
    failing('start'),
    failing('channel'),
    failing('look'),
    showing(parts),
  );
  expect(adapters.notes).toEqual([{ adapter: 'fails-in-start', isOff: true, why: 'TypeError: started' }]);
  adapters.look();
  expect(live()).toEqual(['fails-in-channel:here #1', 'fails-in-look:here #1', 'shows:a #1']);

  channel('perch.trial.fails').publish({});
  expect(live()).toEqual(['fails-in-look:here #1', 'shows:a #1']);
  parts.push(part('b'));
  adapters.look();
  expect(live()).toEqual(['shows:a #1', 'shows:b #1']);
  expect(ended.map(({ lineage, exitReason }) => `${lineage}: ${exitReason}`)).toEqual([
    'fails-in-channel:here: the adapter is off: TypeError: heard',
    'fails-in-look:here: the adapter is off: TypeError: looked',
  ]);
  expect(adapters.notes.map(({ why }) => why)).toEqual([
    'TypeError: started',
    'TypeError: heard',
    'TypeError: looked',
  ]);
  expect(notes()).toBe(3);
  expect(channel('perch.trial.fails').hasSubscribers).toBe(false);
});

test('what throws a thing that cannot be read is switched off all the same', () => {
  const thrown = new Proxy({}, { get: () => expect.unreachable() });
  const { adapters } = run({
    name: 'odd',
    start() {
      throw thrown;
    },
  });
  expect(adapters.notes).toEqual([{ adapter: 'odd', isOff: true, why: expect.any(String) }]);
});

test('the same key is the same incarnation; a new key under an ended name is its successor, beside a living one a sibling', () => {
  const parts: Part[] = [part('pool', { key: 'one', figures: { total: 1 } })];
  const { adapters, live, changed, ended } = run(showing(parts));
  adapters.look();
  adapters.look();
  expect(changed).toHaveLength(1);
  parts[0] = part('pool', { key: 'one', figures: { total: 2 } });
  adapters.look();
  expect(changed).toHaveLength(2);
  expect(changed[1]).toMatchObject({ figures: { total: 2 }, incarnation: 1 });

  parts.push(part('pool', { key: 'two' }), part('below', { under: 'one' }));
  adapters.look();
  expect(live()).toEqual(['shows:pool #1', 'shows:pool~2 #1', 'shows:pool/shows:below #1']);
  parts.splice(0, 3, part('pool', { key: 'three' }));
  adapters.look();
  expect(live()).toEqual(['shows:pool~3 #1']);
  expect(ended).toHaveLength(3);
  parts.splice(0, 1);
  adapters.look();
  parts.push(part('pool', { key: 'four' }));
  adapters.look();
  expect(live()).toEqual(['shows:pool #2']);
});

test('it is bounded: parts beyond a number are counted and said, texts and figures are cut', () => {
  const parts = Array.from({ length: MAX_PARTS + 7 }, (_, at) => part(`p${at}`));
  parts[0] = part('x'.repeat(5000), {
    facts: { line: 'a\nb', much: 'y'.repeat(5000) },
    figures: { odd: Number.NaN },
  });
  const { adapters, live, changed } = run(showing(parts));
  adapters.look();
  expect(live()).toHaveLength(MAX_PARTS);
  expect(adapters.notes).toEqual([{ adapter: 'shows', isOff: false, why: `it shows 500 of 507` }]);
  expect(changed[0]!.name).toHaveLength(200);
  expect(changed[0]!.component!.facts.line).toBe('a b');
  expect(String(changed[0]!.component!.facts.much)).toHaveLength(300);
  expect(changed[0]!.figures).toEqual({});

  parts.length = 3;
  adapters.look();
  expect(adapters.notes).toEqual([]);
});

test('what is to be heard only while somebody looks is heard only then; a stop leaves no ear and no node', () => {
  let heard = 0;
  const { adapters, watch, live } = run(
    showing([part('a')], (thread) => {
      thread.hear('perch.trial.watched', () => void heard++, { whileWatched: true });
    }),
  );
  const tell = channel('perch.trial.watched');
  tell.publish({});
  watch(true);
  tell.publish({});
  watch(false);
  tell.publish({});
  expect(heard).toBe(1);
  watch(true);
  adapters.look();
  expect(live()).toHaveLength(1);
  adapters.stop();
  expect(tell.hasSubscribers).toBe(false);
  expect(live()).toEqual([]);
});

test('what hears an event of the service is taken off when the adapter ends, and a throw in it ends the adapter alone', () => {
  const emitter = new EventEmitter();
  const heard: string[] = [];
  const hears = (name: string, hear: () => void): Adapter => ({
    name,
    start(thread) {
      thread.listen(emitter, 'stalled', hear);
      return { look: () => [] };
    },
  });
  const { adapters } = run(
    hears('fails', () => {
      throw new TypeError('heard');
    }),
    hears('hears', () => heard.push('stalled')),
  );
  expect(emitter.listenerCount('stalled')).toBe(2);
  emitter.emit('stalled', 'job 1', 'active');
  expect(heard).toEqual(['stalled']);
  expect(adapters.notes).toEqual([{ adapter: 'fails', isOff: true, why: 'TypeError: heard' }]);
  expect(emitter.listenerCount('stalled')).toBe(1);
  adapters.stop();
  expect(emitter.listenerCount('stalled')).toBe(0);
});
