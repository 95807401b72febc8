import { expect, test } from 'vitest';
import { Ledger } from '../../../agent/hub/ledger.ts';
import { OwnProcess } from '../../../agent/hub/own-process.ts';
import { TreeStore } from '../../../agent/hub/tree-store.ts';
import { newPulse } from '../../../agent/probe/pulse.ts';

function ownProcess() {
  const tree = new TreeStore('e');
  const facts = {
    id: '7',
    pid: 7,
    name: 'app',
    lineage: 'process:app',
    prefix: '',
    command: 'node app.js',
    startedAt: 0,
  };
  const own = new OwnProcess(facts, tree, new Ledger('e'));
  own.addThread(0, newPulse(), 0, () => {});
  const statusOf = (threadId: number) => tree.nodes.get(`7.${threadId}`)?.status;
  return { own, tree, statusOf };
}

test('names of threads are asked for until each was answered, also with none', () => {
  const { own, tree } = ownProcess();
  own.receive(0, { t: 'thread-started', threadId: 1, name: null });
  own.receive(0, { t: 'thread-started', threadId: 2, name: null });
  own.nameThreads(new Map([[1, 'bots']]));
  expect(tree.nodes.get('7.1')).toMatchObject({ name: 'bots', lineage: 'thread:bots' });
  // The second one was not there yet when the inspector was asked.
  expect(own.hasUnnamedThreads).toBe(true);
  own.nameThreads(new Map([[2, null]]));
  expect(own.hasUnnamedThreads).toBe(false);
  expect(tree.nodes.get('7.2')).toMatchObject({ name: 'thread 2', lineage: 'thread:2' });
});

test('a thread ends with the thread that started it, those below it too; its siblings stay', () => {
  const { own, statusOf } = ownProcess();
  own.receive(0, { t: 'thread-started', threadId: 1, name: 'a' });
  own.receive(0, { t: 'thread-started', threadId: 2, name: 'b' });
  own.addThread(1, newPulse(), 0, () => {});
  own.receive(1, { t: 'thread-started', threadId: 3, name: 'below a' });
  own.addThread(3, newPulse(), 0, () => {});
  own.receive(3, { t: 'thread-started', threadId: 4, name: 'below that' });
  own.receive(0, { t: 'thread-ended', threadId: 1, code: 1, thrown: null });
  expect([1, 2, 3, 4].map(statusOf)).toEqual(['exited', 'running', 'exited', 'exited']);
  expect([...own.threads.keys()]).toEqual([0]);
});
