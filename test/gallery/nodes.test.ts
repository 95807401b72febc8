import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { NodesView } from '../../electron/ipc.ts';
import { ERRORS, type ErrorCode } from '../../protocol/errors.ts';
import { closeDisplay } from '../support/app.ts';
import { shopNodes } from '../support/list-nodes.ts';
import { Pictures } from '../support/pictures.ts';
import { type ScriptedApp, startScriptedApp } from '../support/scripted-app.ts';
import { liveFleet, SHOP } from '../support/shop-fleet.ts';
import { aNode, snapshotOf } from '../support/tree-data.ts';

/** The list of nodes: full, paused, with one that does not answer, with none that does, and empty. */
const pictures = new Pictures('nodes', {
  'many-light-1440': 'nodes-light.png',
});
let app: ScriptedApp;

beforeAll(async () => {
  app = await startScriptedApp();
  await app.page.getByRole('contentinfo').waitFor();
  await app.setFleet(liveFleet());
});

afterAll(async () => {
  await app?.close();
  await closeDisplay();
});

const MESSAGES: Partial<Record<ErrorCode, string>> = {
  TIMEOUT: 'It did not answer within 5 s',
  CAPABILITY_MISSING: 'This key may not observe, which nodes needs',
  CONNECTION_LOST: 'The connection ended',
};

const none = { rows: [], matching: 0 };
const SCENES: Record<string, { answer: NodesView | 'pending'; shows: string }> = {
  asking: { answer: 'pending', shows: 'Asking for the nodes' },
  many: { answer: shopNodes(), shows: 'app/oven' },
  'one does not answer': {
    answer: { ...shopNodes(), instances: 1, unanswered: [unanswered('production/shop-lax', 'TIMEOUT')] },
    shows: 'shop-lax is not in this list',
  },
  'none answers': {
    answer: {
      ...{
        ...shopNodes(),
        ...none,
        live: { process: 0, thread: 0, supervisor: 0, worker: 0, component: 0 },
        instances: 0,
      },
      unanswered: [
        unanswered(SHOP, 'CAPABILITY_MISSING'),
        unanswered('production/shop-lax', 'CONNECTION_LOST'),
      ],
    },
    shows: 'No instance answers',
  },
  'nothing passes': { answer: { ...shopNodes(), ...none }, shows: 'No node passes the filters.' },
};

describe('the list of nodes', () => {
  for (const [name, { answer, shows }] of Object.entries(SCENES)) {
    test(name, async () => {
      await app.setAnswers({ nodes: answer });
      await app.page.getByRole('button', { name: 'What is wrong' }).click();
      await app.page.getByRole('button', { name: 'Nodes' }).click();
      await app.page.getByText(shows).first().waitFor();
      await app.page.mouse.move(0, 0);
      await pictures.take(app, name);
    });
  }

  test('paused', async () => {
    await app.setAnswers({ nodes: shopNodes() });
    await app.page.getByText('app/oven').waitFor();
    await app.page.getByRole('grid', { name: 'Nodes' }).focus();
    await app.page.keyboard.press('ArrowDown');
    await app.page.keyboard.press('Space');
    await app.page.getByText('as at').waitFor();
    await pictures.take(app, 'paused');
    await app.page.keyboard.press('Space');
  });

  test('its columns', async () => {
    await app.page.getByRole('button', { name: 'Columns' }).click();
    await app.page.getByRole('menu', { name: 'Columns' }).waitFor();
    await pictures.take(app, 'columns');
    await app.page.keyboard.press('Escape');
  });

  test('the menu of a line', async () => {
    const tree = [
      aNode({ id: '4121', kind: 'process', host: null, name: 'shop', lineage: 'process:shop' }),
      aNode({ id: '4121.0', parent: '4121', kind: 'thread', host: null, name: 'main', lineage: 'main' }),
      aNode({ id: '4121.0.7', parent: '4121.0', host: 'thread', name: 'oven', lineage: 'app/oven' }),
    ];
    await app.push({ kind: 'tree', instance: SHOP, event: { snapshot: snapshotOf(tree) } });
    await app.page.getByText('app/oven').click({ button: 'right' });
    await app.page.getByRole('menu', { name: 'Actions for oven' }).waitFor();
    await pictures.take(app, 'menu');
    await app.page.keyboard.press('Escape');
  });

  test('is whole', () => {
    expect(pictures.difference([...Object.keys(SCENES), 'paused', 'columns', 'menu'])).toEqual([]);
  });
});

function unanswered(instance: string, code: ErrorCode): NodesView['unanswered'][number] {
  return { instance, error: { code, message: MESSAGES[code] ?? code, facts: {}, mend: ERRORS[code].mend } };
}
