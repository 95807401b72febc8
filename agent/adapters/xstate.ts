import type { Adapter, Part } from './adapter.ts';
import { Living } from './living.ts';
import { at, count, entries, isObject, known, own, text } from './read.ts';
import { modules, Search } from './search.ts';

/** Whether the library has been loaded is looked up so seldom, in looks. */
const LOADED_EVERY = 5;
/** Collections that hold actors are followed up to this size, machines nested up to this depth. */
const MAX_HELD = 1000;
const MAX_DEPTH = 20;
const STOPPED = 2;

/**
 * Actors of XState 5, each system as a tree. The library tells nobody of them, so they are searched for
 * (`search.ts`). Only once its module is loaded; out of a bundle it is not known.
 */
export const xstate: Adapter = {
  name: 'xstate',
  start(thread) {
    const search = new Search(thread);
    const actors = new Living<object>();
    const held = new Living<object>();
    let prototypes: object[] = [];
    let looks = 0;

    const isActor = (value: unknown): value is object =>
      isObject(value) && prototypes.includes(Object.getPrototypeOf(value));
    const keep = (value: object): void => {
      if (isActor(value)) actors.add(rootOf(value));
      else if (holds(value, isActor)) held.add(value);
    };
    return {
      *look() {
        const turn = looks++;
        if (turn % LOADED_EVERY === 0) prototypes = actorPrototypes();
        if (prototypes.length === 0) return;
        search.look(keep);
        for (const collection of held)
          for (const value of entries(collection, MAX_HELD)) if (isActor(value)) keep(value);
        for (const actor of actors) {
          if (own(actor, '_processingStatus') === STOPPED) actors.delete(actor);
          else yield* partsOf(actor, undefined, 0);
        }
      },
    };
  },
};

function holds(value: object, isActor: (value: unknown) => boolean): boolean {
  const size = count(value);
  return size !== undefined && size > 0 && size <= MAX_HELD && entries(value, 10).some(isActor);
}

function rootOf(actor: object): object {
  let root = actor;
  for (let depth = 0; depth < MAX_DEPTH; depth++) {
    const parent = own(root, '_parent');
    if (!isObject(parent)) break;
    root = parent;
  }
  return root;
}

function* partsOf(actor: object, parent: object | undefined, depth: number): Iterable<Part> {
  const snapshot = own(actor, '_snapshot');
  const value = (name: string) => own(snapshot, name);
  yield {
    key: actor,
    under: parent,
    type: isObject(value('machine')) ? 'state machine' : 'actor',
    name: nameOf(actor, snapshot),
    facts: known({
      state: stateWords(value('value')),
      status: value('status') === 'active' ? undefined : text(value('status')),
      source: text(own(actor, 'src')),
    }),
    backlog: { word: 'mailbox', count: waiting(own(actor, 'mailbox')) },
    state: {
      reference: known({
        value: value('value'),
        context: value('context'),
        status: value('status'),
        output: value('output'),
        error: value('error'),
      } as never),
    },
  };
  if (depth === MAX_DEPTH) return;
  const children = value('children');
  if (!isObject(children)) return;
  for (const key of Object.keys(children).slice(0, MAX_HELD)) {
    const child = own(children, key);
    if (isObject(child) && own(child, '_processingStatus') !== STOPPED)
      yield* partsOf(child, actor, depth + 1);
  }
}

/** What it was given; without an id of its own a machine's, since a session's tells nobody anything. */
function nameOf(actor: object, snapshot: unknown): string {
  const id = text(own(actor, 'id'));
  const given = id === text(own(actor, 'sessionId')) ? undefined : id;
  return text(own(actor, 'systemId')) ?? given ?? text(at(snapshot, 'machine', 'id')) ?? id ?? 'actor';
}

/** `playing`, `playing.turn`; of parallel states `left.on, right.off`. */
function stateWords(value: unknown, depth = 0): string | undefined {
  if (typeof value === 'string') return value;
  if (!isObject(value) || depth > MAX_DEPTH) return undefined;
  const words = Object.keys(value).map((name) => {
    const below = stateWords(own(value, name), depth + 1);
    return below ? `${name}.${below}` : name;
  });
  return words.join(', ') || undefined;
}

/** Events that wait, in a linked list. */
function waiting(mailbox: unknown): number {
  let size = 0;
  for (let item = own(mailbox, '_current'); isObject(item) && size < MAX_HELD; item = own(item, 'next'))
    size++;
  return size;
}

/** `Actor.prototype` of every copy of the library that is loaded; for Node it is CommonJS, however it is imported. */
function actorPrototypes(): object[] {
  return modules(/[/\\]xstate[/\\]dist[/\\]/).flatMap((exports) => {
    const prototype = own(own(exports, 'Actor'), 'prototype');
    return isObject(prototype) ? [prototype] : [];
  });
}
