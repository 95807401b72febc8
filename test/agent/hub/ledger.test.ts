import { describe, expect, it } from 'vitest';
import { Ledger } from '../../../agent/hub/ledger.ts';
import { documentWithoutValues } from '../../../agent/hub/lost/without-values.ts';
import type { ActDocument, Lost } from '../../../protocol/act.ts';
import type { LedgerEvent } from '../../../protocol/ledger.ts';
import { LIMITS } from '../../../protocol/limits.ts';

const node = { id: '1.0.2', lineage: 'app/a', incarnation: 2 };
const previous = { id: '1.0.1', lineage: 'app/a', incarnation: 1 };
const lost: Lost = {
  state: {
    gone: 1,
    changed: 0,
    added: 0,
    isPartial: false,
    places: [{ path: '/turn', change: 'gone', before: 'the value' }],
  },
  backlog: null,
};

describe('the values of what was lost', () => {
  it('are read by who may inspect; watchers and others have counts and paths', () => {
    const ledger = new Ledger('e');
    const heard: LedgerEvent[] = [];
    ledger.watch((event) => heard.push(event));
    ledger.add({ kind: 'lost', node, previous, call: 'c', lost });
    expect(JSON.stringify([heard, ledger.read()])).not.toContain('the value');
    expect(heard[0]).toMatchObject({
      lost: { state: { gone: 1, places: [{ path: '/turn', change: 'gone' }] } },
    });
    expect(ledger.read(0, 10, { mayInspect: true }).events[0]).toMatchObject({ lost });
  });

  it('are kept of the newest only', () => {
    const ledger = new Ledger('e');
    for (let at = 0; at <= LIMITS.maxLostValues; at++)
      ledger.add({ kind: 'lost', node, previous, call: `${at}`, lost });
    const { events } = ledger.read(0, undefined, { mayInspect: true });
    expect(JSON.stringify(events[0])).not.toContain('the value');
    expect(JSON.stringify(events[1])).toContain('the value');
  });

  it('are not in a document for who may not', () => {
    const document = { call: 'c', lost } as ActDocument;
    expect(JSON.stringify(documentWithoutValues(document))).not.toContain('the value');
    expect(documentWithoutValues(document).lost).toMatchObject({ state: { gone: 1 } });
  });
});

it('an exit that an act brought about says by whom, whoever tells of it', () => {
  const ledger = new Ledger('e');
  const author = { key: 'SHA256:a', name: 'alice' };
  ledger.add({ kind: 'act', node, act: 'kill', call: 'c', author, reason: 'why' });
  const other = { key: 'hub', name: 'hub above' };
  ledger.add({ kind: 'exited', node, reason: 'killed', call: 'c', by: other });
  ledger.add({ kind: 'exited', node, reason: 'normal' });
  expect(ledger.read().events.map((event) => event.kind === 'exited' && event.by)).toEqual([
    false,
    author,
    undefined,
  ]);
});
