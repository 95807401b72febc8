import { expect, test } from 'vitest';
import { AskedNodes, readNodes } from '../../../client/fleet/asked-nodes.ts';
import type { NodesQuery } from '../../../client/fleet/merge-nodes.ts';
import { PerchError } from '../../../protocol/errors.ts';
import type { NodesAnswer } from '../../../protocol/node-list.ts';
import { aNodeRow, aNodesAnswer } from '../../support/node-list-data.ts';
import { ManualClock } from '../manual-clock.ts';

/** An instance whose answers the test gives. */
function scripted(key: string, clock = new ManualClock()) {
  const calls: {
    query: NodesQuery;
    answer(answer: NodesAnswer): void;
    refuse(error: PerchError): void;
  }[] = [];
  const call = (query: NodesQuery) =>
    new Promise<NodesAnswer>((answer, refuse) => calls.push({ query, answer, refuse }));
  return { asked: new AskedNodes(key, call, clock), calls, clock };
}

test('one that does not answer is named, and holds up no other', async () => {
  const [fast, slow, closed] = [scripted('fast'), scripted('slow'), scripted('closed')];
  const all = [fast, slow, closed].map(({ asked }) => asked);
  const done = all.map((each) => each.ask({}));
  fast.calls[0]!.answer(aNodesAnswer('e1', [aNodeRow({ id: '7' })]));
  closed.calls[0]!.refuse(new PerchError('KEY_REFUSED', 'not you'));
  await Promise.all([done[0], done[2]]);
  expect(readNodes(all, {})).toMatchObject({
    rows: [{ id: '7', instance: 'fast' }],
    unanswered: [{ instance: 'closed', error: { code: 'KEY_REFUSED' } }],
  });
  slow.calls[0]!.answer(aNodesAnswer('e2', [aNodeRow({ id: '8' })]));
  await done[1];
  expect(readNodes(all, {})).toMatchObject({ instances: 2, matching: 2 });
});

test('what is asked already is not asked again; another question is, and the older answer is dropped', async () => {
  const { asked, calls } = scripted('one');
  const first = asked.ask({ sort: 'busy' });
  void asked.ask({ sort: 'busy' });
  expect(calls).toHaveLength(1);
  const second = asked.ask({ sort: 'delay' });
  expect(calls).toHaveLength(2);
  calls[1]!.answer(aNodesAnswer('e', [aNodeRow({ id: 'by delay' })]));
  calls[0]!.answer(aNodesAnswer('e', [aNodeRow({ id: 'by busy' })]));
  await Promise.all([first, second]);
  expect(readNodes([asked], { sort: 'delay' }).rows).toMatchObject([{ id: 'by delay' }]);
  expect(readNodes([asked], { sort: 'busy' }).rows).toEqual([]);
});

test('what was said long ago is not shown, with or without a word why', async () => {
  const { asked, calls, clock } = scripted('one');
  const first = asked.ask({});
  calls[0]!.answer(aNodesAnswer('e', [aNodeRow()]));
  await first;
  const second = asked.ask({});
  calls[1]!.refuse(new PerchError('TIMEOUT', 'silent'));
  await second;
  expect(readNodes([asked], {})).toMatchObject({ rows: [{ instance: 'one' }], unanswered: [{}] });
  await clock.turn(6000);
  expect(readNodes([asked], {})).toMatchObject({ rows: [], unanswered: [{ instance: 'one' }] });
});
