import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FindingView, FleetView, InstanceView } from '../../electron/ipc.ts';
import { ERRORS, type ErrorCode } from '../../protocol/errors.ts';
import { closeDisplay } from '../support/app.ts';
import { axeViolations } from '../support/axe.ts';
import { NOT_CHECKED } from '../support/checked.ts';
import { layoutFaults } from '../support/layout-faults.ts';
import { Pictures, takeWindow, zoomTo } from '../support/pictures.ts';
import { type ScriptedApp, startScriptedApp } from '../support/scripted-app.ts';
import { liveFleet } from '../support/shop-fleet.ts';

/** The first page of a fleet: full, calm, not there yet, and where some cannot be looked into. */
const pictures = new Pictures('wrong', {
  'much-is-wrong-dark-1440': 'wrong-dark.png',
});
let app: ScriptedApp;

beforeAll(async () => {
  app = await startScriptedApp();
});

afterAll(async () => {
  await app?.close();
  await closeDisplay();
});

const SCENES: Record<string, () => FleetView> = {
  'much is wrong': () =>
    fleet(ALL(), [
      {},
      {},
      {},
      { state: 'reconnecting', heardAt: Date.now() - 96_000, error: trouble('CONNECTION_LOST') },
    ]),
  'nothing is wrong': () => fleet([], [{}, {}, {}, {}]),
  asking: () => fleet([], [{}, { ...UNMET, state: 'connecting' }, { ...UNMET, state: 'connecting' }, {}]),
  'some not reached': () =>
    fleet(
      [
        found(
          'shop-lax-1',
          'gone',
          'failed',
          null,
          42_000,
          'It was there and no longer answers: The connection ended',
        ),
        found(
          'shop-lax-2',
          'not-reached',
          'failed',
          null,
          3_900_000,
          'Cannot connect to 10.77.1.5:7400: nothing listens there (ECONNREFUSED)',
        ),
        found(
          'shop-fra-2',
          'stale',
          'warning',
          null,
          7000,
          'The agent is connected and silent: what is shown of it is old',
        ),
        found('shop-fra-2', 'budget', 'warning', 'app/carts', 11_000, '8 of 10 restarts in 5 s are used'),
      ],
      [
        {},
        { state: 'stale', heardAt: Date.now() - 7000 },
        { state: 'reconnecting', heardAt: Date.now() - 42_000, error: trouble('CONNECTION_LOST') },
        { ...UNMET, state: 'connecting', error: trouble('CONNECT_FAILED') },
      ],
    ),
};

describe.each(Object.entries(SCENES))('%s', (name, scene) => {
  test('says what is the matter, fits, and has no fault that axe finds', async () => {
    const { page } = app;
    await page.reload();
    await page.getByRole('contentinfo').waitFor();
    await app.setFleet(scene());
    await page.getByRole('heading', { name: 'What is wrong now' }).waitFor();
    await pictures.take(app, name);
  });
});

test('every picture is there', () => expect(pictures.difference(Object.keys(SCENES))).toEqual([]));

test('at 200 % in the smallest window nothing is cut, and nothing lies over another', async () => {
  const { page } = app;
  await app.setFleet(SCENES['much is wrong']!());
  await page.getByRole('listbox').waitFor();
  await zoomTo(app, 2);
  // Its panes stand one above the other then.
  await page.locator('.stacked .wrong-list').waitFor();
  expect(await layoutFaults(page)).toEqual([]);
  const file = fileURLToPath(new URL('../../.cache/gallery/wrong-200.png', import.meta.url));
  expect(await takeWindow(app, file)).toEqual({ width: 1024, height: 640 });
  expect(await axeViolations(page)).toEqual([]);
  await app.electron.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()[0]!.webContents.setZoomFactor(1),
  );
});

const UNMET: Partial<InstanceView> = { info: null, heardAt: null, latencyMs: null };

function ALL(): FindingView[] {
  return [
    found(
      'shop-lax-2',
      'gone',
      'failed',
      null,
      96_000,
      'It was there and no longer answers: The connection ended',
    ),
    found(
      'shop-fra-1',
      'blocked-loop',
      'failed',
      'main',
      41_000,
      'Its loop stands still in parse (feed.js:212:14)',
      'stack',
    ),
    found(
      'shop-lax-1',
      'gave-up',
      'failed',
      'app/mail',
      340_000,
      'It gave up: sender ended once more than the 3 restarts in 5 s that it may do, and nothing below it runs',
      'history',
    ),
    found(
      'shop-lax-1',
      'restart-storm',
      'failed',
      'app/carts',
      125_000,
      '38 restarts in the last minute of 9c41, the last after: TypeError: Cannot read properties of undefined (reading ‘price’)',
    ),
    found(
      'shop-fra-2',
      'budget',
      'failed',
      'app/pool',
      3000,
      '5 of 5 restarts in 5 s are used: the next exit ends it and all below it',
    ),
    found(
      'shop-fra-2',
      'heap',
      'warning',
      'thread:resizer',
      1_260_000,
      'Its heap holds 91 % of the 2.0 GB it may grow to',
    ),
    found(
      'shop-fra-1',
      'straggler',
      'warning',
      'app/carts/7f3a',
      12_000,
      'It was told to end and still runs; it holds Timeout 1000 ms, repeats, cart.ts:41 and 2 more',
    ),
    found(
      'shop-fra-2',
      'version-skew',
      'warning',
      null,
      10_800_000,
      'It runs with Node 20.20.2, where most of shop have 22.11.0',
    ),
  ];
}

function found(
  name: string,
  rule: string,
  severity: FindingView['severity'],
  lineage: string | null,
  agoMs: number,
  sentence: string,
  tab: FindingView['leadsTo']['tab'] = 'overview',
): FindingView {
  const instance = `production/${name}`;
  return {
    id: `${rule} ${instance} ${lineage}`,
    rule,
    severity,
    instance,
    environment: 'production',
    lineage,
    node: null,
    since: Date.now() - agoMs,
    sentence,
    leadsTo: { tab },
  };
}

/** Two of the shop in each region. */
function fleet(findings: FindingView[], fields: Partial<InstanceView>[]): FleetView {
  const view = liveFleet();
  const [environment] = view.environments;
  const [fra, lax] = environment!.instances;
  const named = (of: InstanceView, name: string) => ({ ...of, name, key: `production/${name}` });
  const instances = [
    named(fra!, 'shop-fra-1'),
    named(fra!, 'shop-fra-2'),
    named(lax!, 'shop-lax-1'),
    named(lax!, 'shop-lax-2'),
  ];
  environment!.instances = instances.map((each, index) => ({ ...each, ...fields[index] }));
  const looked = environment!.instances.filter(({ state }) => state === 'live' || state === 'stale').length;
  return { ...view, findings, checked: { ...NOT_CHECKED, instances: looked, of: instances.length } };
}

function trouble(code: ErrorCode) {
  return { code, message: code, facts: {}, mend: ERRORS[code].mend };
}
