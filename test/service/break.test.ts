/** A stuck loop is broken without a kill where Node bears it; where it would end the process it is refused. */
import { get } from 'node:http';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Session } from '../../client/session.ts';
import type { TreeNode } from '../../protocol/tree.ts';
import { actOn, untilEvent } from '../support/acts.ts';
import { armed } from '../support/armed.ts';
import { type Service, startService } from '../support/service.ts';
import { untilTree } from '../support/tree.ts';

let service: Service;
let session: Session;
let port: number;
beforeEach(async () => {
  service = await startService('loops.js');
  ({ port } = await service.message<{ port: number }>(
    (message) => (message as { ready?: boolean }).ready === true,
  ));
  session = await armed(await service.session());
});
afterEach(() => service.stop());

const request = (where: string) =>
  new Promise<string>((resolve, reject) => {
    get({ port, path: where, agent: false }, (response) => {
      let body = '';
      response.on('data', (chunk) => {
        body += chunk;
      });
      response.on('end', () => resolve(body));
    }).on('error', reject);
  });

const blocked = (lineage: string): Promise<TreeNode> =>
  untilTree(session, (all) => all.find((node) => node.lineage === lineage && node.status === 'blocked'));
const main = () => ({ id: `${service.pid}.0` });

test('an endless loop in the handler of a request ends; the same process answers the next one', async () => {
  const stuck = request('/spin');
  stuck.catch(() => {});
  await blocked('main');
  const document = await actOn(session, 'break', main());
  expect(document).toMatchObject({ outcome: 'done', words: expect.stringContaining('turns again') });
  expect(document.words).toContain('spin');
  expect(await request('/')).toBe(String(service.pid));
  expect(await untilEvent(session, 'unblocked')).toMatchObject({ node: { lineage: 'main' } });
  // Now that it turns there is nothing to break.
  expect(await actOn(session, 'break', main())).toMatchObject({
    outcome: 'refused',
    error: { code: 'NOT_POSSIBLE' },
  });
});

test('so does that of a thread, which goes on answering', async () => {
  service.send('thread');
  const thread = await blocked('thread:worker');
  expect(await actOn(session, 'break', thread)).toMatchObject({ outcome: 'done' });
  service.send('answer');
  expect(
    await service.message((message) => (message as { thread?: string }).thread === 'answers'),
  ).toBeTruthy();
});

test.each([
  ['the callback of a timer', (): void => service.send('timer'), /callback of a timer/],
  ['an AsyncResource', (): void => void request('/resource').catch(() => {}), /AsyncResource/],
] as const)('in %s it would end the process: refused, unless by force', async (_, stick, words) => {
  stick();
  await blocked('main');
  const refused = await actOn(session, 'break', main());
  expect(refused).toMatchObject({ outcome: 'refused', error: { code: 'NOT_POSSIBLE' } });
  expect(refused.words).toMatch(words);
  expect(service.process.exitCode).toBeNull();
  const forced = actOn(session, 'break', main(), { force: true });
  await expect(forced).rejects.toMatchObject({ code: 'CONNECTION_LOST' });
  expect(await service.exited).toEqual({ code: 1, signal: null });
});

test('the loop of a Node child is broken by its own agent; forced where Node does not bear it, the truth is told', async () => {
  await service.stop();
  service = await startService('forks.js');
  session = await armed(await service.session());
  const { child } = await service.message<{ child: number }>(
    (message) => (message as { ready?: boolean }).ready === true,
  );
  const stuck = () =>
    untilTree(session, (all) => all.find((node) => node.id === `${child}.0` && node.status === 'blocked'));
  await untilTree(session, (all) => all.some((node) => node.id === `${child}.0`));
  service.send('block-child');
  await stuck();
  const broken = await actOn(session, 'break', { id: String(child) });
  expect(broken).toMatchObject({ outcome: 'done', target: { id: String(child) } });
  service.send('block-child-in-timer');
  await stuck();
  expect(await actOn(session, 'break', { id: `${child}.0` })).toMatchObject({ outcome: 'refused' });
  const forced = await actOn(session, 'break', { id: `${child}.0` }, { force: true });
  expect(forced).toMatchObject({ outcome: 'not-recovered', words: expect.stringContaining('ended with it') });
  expect(
    await service.message((message) => (message as { childExited?: object }).childExited !== undefined),
  ).toEqual({
    childExited: { code: 1, signal: null },
  });
});

test('what waits in native code is refused, with what it waits for', async () => {
  service.send('native');
  await blocked('main');
  const refused = await actOn(session, 'break', main());
  expect(refused).toMatchObject({ outcome: 'refused', error: { code: 'NOT_POSSIBLE' } });
  expect(refused.words).toMatch(/native code \(\S+/);
});
