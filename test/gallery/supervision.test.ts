import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { closeDisplay } from '../support/app.ts';
import { Pictures } from '../support/pictures.ts';
import { type ScriptedApp, startScriptedApp } from '../support/scripted-app.ts';
import { manyRestarts, numbered, shopDied, shopHeld, shopLedger, shopTree } from '../support/shop-data.ts';
import { armedFleet, arming, liveFleet } from '../support/shop-fleet.ts';
import { selectNode, showShop } from '../support/shop-page.ts';
import { lastStraw, shopAct, shopPreview } from '../support/shop-preview.ts';
import { aNode } from '../support/tree-data.ts';

/** What a supervisor, its children and their restarts look like, over a desk that says what is to be seen. */
const pictures = new Pictures('supervision');

let app: ScriptedApp;

beforeAll(async () => {
  app = await startScriptedApp();
  await app.page.emulateMedia({ reducedMotion: 'reduce' });
});

afterAll(async () => {
  await app?.close();
  await closeDisplay();
});

const SCENES: Record<string, () => Promise<void>> = {
  supervisor: async () => {
    await showShop(app);
    await selectNode(app, 'app', '1');
    await app.page.getByRole('meter', { name: 'Restarts left' }).waitFor();
  },
  'supervisor, not heard': async () => {
    await showShop(app, { fleet: liveFleet({ state: 'stale', heardAt: Date.now() - 7000 }) });
    await selectNode(app, 'app', '1');
    await app.page.getByText('as it was when it was last heard').waitFor();
  },
  'supervisor of many': async () => {
    await showShop(app, { tree: shopTree({ jobs: 400 }) });
    await selectNode(app, 'jobs', '1');
    await app.page.getByRole('button', { name: '+360 more' }).waitFor();
  },
  'history of a worker': async () => {
    await showShop(app);
    await selectNode(app, 'cache', '4');
  },
  'history of many restarts': async () => {
    await showShop(app, { tree: shopTree({ life: 141 }), ledger: manyRestarts(140, 3) });
    await selectNode(app, 'cache', '4');
  },
  'asked, to be armed first': async () => {
    await showShop(app);
    await askToKill({ preview: shopPreview() });
    await app.page.getByText('app/cache, app/checkout').first().waitFor();
  },
  'asked, the one too many': async () => {
    await showShop(app, { fleet: armedFleet() });
    await askToKill({ preview: lastStraw() });
    await app.page.getByText('Gives up').waitFor();
  },
  'asked, not exact': async () => {
    await showShop(app, { fleet: armedFleet() });
    await askToKill({ preview: shopPreview({ isExact: false, budget: null, restarts: [] }) });
    await app.page.getByText(/Read off the tree/).waitFor();
  },
  'asked, no answer yet': async () => {
    await showShop(app, { fleet: armedFleet() });
    await askToKill({ preview: 'pending' });
    await app.page.getByText('Asking its supervisor…').waitFor();
  },
  'asked, would be refused': async () => {
    await showShop(app, { fleet: armedFleet() });
    const why = 'app/db is protected: the service declared it so.';
    await askToKill({ preview: shopPreview({ possible: false, why, protected: ['app/db'] }) });
    await app.page.getByText(/It would be refused/).waitFor();
  },
  'asked to start a child': async () => {
    await showShop(app, { fleet: armedFleet() });
    await app.setAnswers({});
    await selectNode(app, 'jobs', '1');
    await app.page.keyboard.press('n');
    await app.page.getByRole('textbox', { name: 'Id of the child' }).fill('job-7');
    await app.page.getByRole('textbox', { name: /Arguments/ }).fill('{"queue": "mail"');
    await app.page.getByText('that is no JSON').waitFor();
  },
  'a stuck loop': async () => {
    await showShop(app, {
      fleet: armedFleet(),
      tree: stuck(),
      ledger: numbered([...shopLedger(), shopHeld()]),
    });
    await app.setAnswers({ stack: STACK });
    await selectNode(app, 'main', '3');
    await app.page.getByRole('button', { name: 'Break it…' }).waitFor();
    await app.page.getByText('readFeed').waitFor();
  },
  'asked in spite of a refusal': async () => {
    const error = { code: 'NOT_POSSIBLE', message: DANGER, facts: { canForce: true } };
    const phases = { exitedMs: null, decidedMs: null, startedMs: null, readyMs: null };
    const refused = {
      outcome: 'refused',
      words: DANGER,
      error,
      phases,
      successor: null,
      affected: [],
    } as const;
    await showShop(app, { fleet: armedFleet(), tree: stuck() });
    await app.setAnswers({
      stack: STACK,
      act: { ...shopAct(), ...refused, lost: undefined, budget: undefined },
    });
    await selectNode(app, 'main', '3');
    await app.page.getByRole('button', { name: 'Break it…' }).click();
    await app.page.getByRole('textbox', { name: 'Reason' }).fill('it stands still');
    await app.page.keyboard.press('Enter');
    await app.page.getByRole('button', { name: 'Do it all the same…' }).click();
    await app.page.getByRole('button', { name: 'Break all the same' }).waitFor();
  },
  'to be armed': async () => {
    await showShop(app);
    await app.page.keyboard.press('a');
    await app.page.getByRole('dialog', { name: 'Arm shop-fra?' }).waitFor();
  },
  'a life before': async () => {
    await showShop(app, { ledger: numbered([shopDied(), ...shopLedger()]) });
    await app.page.getByRole('button', { name: 'Its last stack' }).click();
    await app.page.getByText('readFeed').first().waitFor();
  },
  'card of an act by another': async () => {
    await showShop(app);
    await selectNode(app, 'cache', '1');
    await app.page.getByRole('row', { name: /killed app\/cache/ }).click();
    await app.page.getByRole('region', { name: 'Kill app/cache' }).waitFor();
  },
  'card of a crash': async () => {
    await showShop(app);
    await selectNode(app, 'cache', '4');
    await app.page
      .getByRole('button', { name: /^What it did/ })
      .nth(1)
      .click();
    await app.page.getByRole('region', { name: 'Exit app/cache' }).waitFor();
  },
  'card of an own act': async () => {
    await showShop(app, { fleet: armedFleet() });
    await askToKill({ preview: shopPreview(), act: shopAct() });
    await app.page.keyboard.press('Enter');
    await app.page.getByText('2 of 3 siblings').waitFor();
  },
  armed: async () => {
    await showShop(app, { fleet: armedFleet() });
    await selectNode(app, 'cache', '1');
    await app.page.getByRole('button', { name: /^Disarm/ }).waitFor();
  },
  'armed by others': async () => {
    const reason = 'drill: does the cache come back cold?';
    await showShop(app, {
      fleet: liveFleet({ armed: { mine: null, others: [arming('bob@desk', reason, 212_000)] } }),
    });
    await app.page.getByText(/bob@desk is armed on shop-fra/).waitFor();
  },
};

describe.each(Object.entries(SCENES))('%s', (name, open) => {
  test('fits and has no fault that axe finds, in both themes and all sizes', async () => {
    await open();
    await pictures.take(app, name);
  });
});

test('every picture is there', () => expect(pictures.difference(Object.keys(SCENES))).toEqual([]));

const DANGER =
  'Breaking it would most likely end the whole process with exit code 1: parse() was called by a timer. With force it is done all the same.';

const STACK = {
  node: '4121.0',
  blocked: true,
  blockedMs: 41_000,
  frames: [
    { function: 'parse', file: '/srv/shop/feed.js', line: 212, column: 14 },
    { function: 'readFeed', file: '/srv/shop/feed.js', line: 88, column: 20 },
  ],
  native: null,
};

/** The shop while its main thread stands still, and another is held. */
function stuck() {
  const resizer = aNode({
    id: '4121.4',
    parent: '4121',
    kind: 'thread',
    host: null,
    name: 'resizer',
    lineage: 'thread:resizer',
    threadId: 4,
    status: 'suspended',
    startedAt: Date.now() - 900_000,
  });
  const tree = shopTree().map((node) =>
    node.id === '4121.0' ? { ...node, status: 'blocked' as const, blockedMs: 41_000 } : node,
  );
  return [...tree, resizer];
}

/** The question whether to kill the cache, with a reason. */
async function askToKill(answers: Record<string, unknown>): Promise<void> {
  await app.setAnswers(answers);
  await selectNode(app, 'cache', '1');
  await app.page.keyboard.press('k');
  await app.page.getByRole('textbox', { name: 'Reason' }).fill('it no longer answers');
}
