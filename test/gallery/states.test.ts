import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FleetView, InstanceState, InstanceView, TroubleView } from '../../electron/ipc.ts';
import { ERRORS, type ErrorCode } from '../../protocol/errors.ts';
import { closeDisplay } from '../support/app.ts';
import { axeViolations } from '../support/axe.ts';
import { NOT_CHECKED } from '../support/checked.ts';
import { Pictures } from '../support/pictures.ts';
import { type ScriptedApp, startScriptedApp } from '../support/scripted-app.ts';
import { gameTree, snapshotOf } from '../support/tree-data.ts';

/** What no real service can be put into at will, over a desk that says what is to be seen. */
const pictures = new Pictures('states');
const PUBLIC_KEY =
  'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHk4cB1jYxkX3m2dJm0Yp1vLgk2dX3o6tqk8r5d9xw1Z ann@laptop';
const FINGERPRINT = 'SHA256:pXc1r4w7k5oVQeYyq8b0s9nJ2mUuT3aZlD6fHcGxRkE';

let app: ScriptedApp;

beforeAll(async () => {
  app = await startScriptedApp();
  await app.page.emulateMedia({ reducedMotion: 'reduce' });
});

afterAll(async () => {
  await app?.close();
  await closeDisplay();
});

interface Scene {
  fleet: FleetView;
  /** A tree is there, from before. */
  hasTree?: boolean;
  /** What stands on the screen, by role and name. */
  shows: [role: 'heading' | 'alert' | 'status' | 'button' | 'treegrid', name: RegExp][];
  says: RegExp;
}

/** Made when it is drawn: ages begin then. */
const SCENES: Record<string, () => Scene> = {
  'nothing yet': () => ({
    fleet: {
      environments: [],
      inventory: { file: '/home/ann/.config/perch/fleet.yaml', error: null },
      publicKey: PUBLIC_KEY,
      findings: [],
      checked: NOT_CHECKED,
    },
    shows: [['heading', /Nothing to look at yet/]],
    says: /node --import @perch\/agent\/register app\.js[\s\S]*perch demo[\s\S]*fleet\.yaml[\s\S]*ssh-ed25519/,
  }),
  'nothing yet, and the key is locked': () => ({
    fleet: {
      environments: [],
      inventory: { file: '/home/ann/.config/perch/fleet.yaml', error: null },
      publicKey: null,
      lockedKey: '/home/ann/.config/perch/id_rsa',
      findings: [],
      checked: NOT_CHECKED,
    },
    shows: [['heading', /Nothing to look at yet/]],
    says: /The key of this computer is locked[\s\S]*ssh-keygen -y -f \/home\/ann/,
  }),
  'inventory with a typo': () => ({
    fleet: {
      environments: [],
      inventory: {
        file: '/home/ann/fleet.yaml',
        error: trouble('BAD_INVENTORY', '/home/ann/fleet.yaml:3:5: unknown key "tunel"'),
      },
      publicKey: null,
      findings: [],
      checked: NOT_CHECKED,
    },
    shows: [['heading', /Nothing to look at yet/]],
    says: /fleet\.yaml:3:5[\s\S]*BAD_INVENTORY[\s\S]*perch keys new/,
  }),
  connecting: () => ({
    fleet: production({ state: 'connecting' }),
    shows: [['status', /Connecting to fra-1/]],
    says: /10\.77\.1\.2:7400/,
  }),
  'not reached': () => ({
    fleet: production({
      state: 'connecting',
      error: trouble(
        'CONNECT_FAILED',
        'Cannot connect to 10.77.1.2:7400: nothing listens there (ECONNREFUSED)',
      ),
      retryAt: Date.now() + 60_000,
    }),
    shows: [
      ['status', /Cannot reach fra-1/],
      ['button', /Try now/],
    ],
    says: /nothing listens there[\s\S]*Next try in/,
  }),
  'way in failed': () => ({
    fleet: production({
      state: 'connecting',
      address: 'via kubectl exec',
      via: 'kubectl exec',
      error: trouble(
        'CONNECT_FAILED',
        'Cannot connect via kubectl exec: the command ended with code 1; the way in said: Error from server (NotFound): pods "game-0" not found',
      ),
      retryAt: Date.now() + 60_000,
    }),
    shows: [['status', /Cannot reach fra-1/]],
    says: /not reached · via kubectl exec[\s\S]*pods "game-0" not found[\s\S]*Next try in/,
  }),
  'tunnel off': () => ({
    fleet: production(
      { state: 'tunnel-off', error: trouble('TUNNEL_OFF', 'The tunnel of production is off') },
      'off',
    ),
    shows: [['status', /The tunnel of production is off/]],
    says: /sudo npx perch tunnel up production/,
  }),
  'key refused': () => ({
    fleet: production({
      state: 'refused',
      error: trouble('KEY_REFUSED', 'The agent does not know this key', {
        line: `capabilities="observe,inspect,control" ${PUBLIC_KEY}`,
      }),
    }),
    shows: [
      ['alert', /fra-1 does not know this key/],
      ['button', /Copy the line/],
    ],
    says: /capabilities="observe,inspect,control" ssh-ed25519/,
  }),
  'no key': () => ({
    fleet: production({
      state: 'refused',
      error: trouble('NO_IDENTITY', 'Looked for /home/ann/.config/perch/id_ed25519'),
    }),
    shows: [['alert', /There is no key to log in with/]],
    says: /perch keys new/,
  }),
  'host key changed': () => ({
    fleet: production({
      state: 'host-key-changed',
      error: trouble('HOST_KEY_CHANGED', 'THE HOST KEY OF 10.77.1.2:7400 HAS CHANGED', {
        fingerprint: FINGERPRINT,
        expected: ['SHA256:uNiVztksCsDhcc0u9e8BrPXU7kQ2xr5wQ0l4m8aJt1o'],
        where: '/home/ann/.config/perch/known_hosts:3',
      }),
    }),
    shows: [['alert', /The host key of fra-1 has changed/]],
    says: /Someone may stand between you and the service[\s\S]*Known[\s\S]*Now shown/,
  }),
  'host key unknown': () => ({
    fleet: production({
      state: 'host-key-unknown',
      error: trouble('HOST_KEY_UNKNOWN', 'Met for the first time', { fingerprint: FINGERPRINT }),
    }),
    shows: [
      ['status', /fra-1 is met for the first time/],
      ['button', /trust it/],
    ],
    says: /SHA256:pXc1r4w7k5oVQeYyq8b0s9nJ2mUuT3aZlD6fHcGxRkE/,
  }),
  live: () => ({
    fleet: production({ state: 'live' }),
    hasTree: true,
    shows: [['treegrid', /Tree/]],
    says: /healthy/,
  }),
  'a loop blocked': () => ({
    fleet: production({ state: 'live', trouble: { blocked: 1, stragglers: 0 } }),
    hasTree: true,
    shows: [['treegrid', /Tree/]],
    says: /loop blocked/,
  }),
  stale: () => ({
    fleet: production({
      state: 'stale',
      heardAt: Date.now() - 7000,
      error: trouble('TIMEOUT', 'The agent is silent'),
    }),
    hasTree: true,
    shows: [
      ['status', /Nothing heard\. This is as it was \d+\ss ago/],
      ['treegrid', /Tree/],
    ],
    says: /silent for \d+\ss/,
  }),
  reconnecting: () => ({
    fleet: production({
      state: 'reconnecting',
      heardAt: Date.now() - 42_000,
      retryAt: Date.now() + 600_000,
      error: trouble('CONNECTION_LOST', 'The connection ended'),
    }),
    hasTree: true,
    shows: [
      ['status', /Connection lost; connecting again\. This is as it was \d+\ss ago\..*Next try in/],
      ['treegrid', /Tree/],
      ['button', /Try now/],
    ],
    says: /lost \d+\ss ago/,
  }),
  gone: () => ({
    fleet: production({ state: 'gone', heardAt: Date.now() - 30_000 }),
    hasTree: true,
    shows: [['status', /It has ended\. This is as it was/]],
    says: /gone/,
  }),
};

describe.each(Object.entries(SCENES))('%s', (name, makeScene) => {
  test('says what is the matter, fits, and has no fault that axe finds, in both themes and all sizes', async () => {
    const { page } = app;
    const scene = makeScene();
    await reload();
    await app.setFleet(scene.fleet);
    const instance = page.getByRole('treeitem', { name: /^fra-1/ });
    if (scene.fleet.environments.length > 0) await instance.click();
    if (scene.hasTree) {
      await app.push({ kind: 'tree', instance: KEY, event: { snapshot: snapshotOf(gameTree(6)) } });
    }
    for (const [role, text] of scene.shows) {
      const part = page.getByRole(role, role === 'status' || role === 'alert' ? {} : { name: text });
      await part
        .filter({ hasText: role === 'treegrid' || role === 'button' ? /(?:)/ : text })
        .first()
        .waitFor();
    }
    expect(await page.locator('body').textContent()).toMatch(scene.says);
    await pictures.take(app, name);
  });
});

test('every picture is there', () => expect(pictures.difference(Object.keys(SCENES))).toEqual([]));

test('a search that finds nothing says so, and can be cleared', async () => {
  const { page } = app;
  await reload();
  await app.setFleet(production({ state: 'live' }));
  await page.getByRole('treeitem', { name: /^fra-1/ }).click();
  await app.push({ kind: 'tree', instance: KEY, event: { snapshot: snapshotOf(gameTree(6)) } });
  await page.getByRole('searchbox', { name: 'Search the tree' }).fill('nobody is called that');
  await page.getByText('Nothing here matches').waitFor();
  expect(await axeViolations(page)).toEqual([]);
  await page.getByRole('button', { name: 'Clear the search' }).last().click();
  await page.getByRole('treegrid').waitFor();
});

/** A fresh page that listens. */
async function reload(): Promise<void> {
  await app.page.reload();
  await app.page.getByRole('contentinfo').waitFor();
}

const KEY = 'production/fra-1';

function trouble(code: ErrorCode, message: string, facts: Record<string, unknown> = {}): TroubleView {
  return { code, message, facts, mend: ERRORS[code].mend };
}

function production(
  fields: Partial<InstanceView> & { state: InstanceState },
  tunnel: 'up' | 'off' = 'up',
): FleetView {
  const isMet = fields.state === 'live' || fields.heardAt != null;
  const instance = (name: string, region: string, more: Partial<InstanceView>): InstanceView => ({
    key: `production/${name}`,
    environment: 'production',
    region,
    service: 'tictactoe',
    name,
    address: '10.77.1.2:7400',
    state: 'live',
    error: null,
    info: {
      service: 'tictactoe',
      region,
      instance: name,
      pid: 4121,
      node: '20.20.2',
      epoch: 'e1',
      agent: '0.1.0',
      startedAt: Date.now() - 7_400_000,
      listening: ['10.77.1.2:7400'],
    },
    capabilities: ['observe', 'inspect', 'control'],
    latencyMs: 12.4,
    heardAt: Date.now(),
    retryAt: null,
    armed: { mine: null, others: [] },
    trouble: { blocked: 0, stragglers: 0 },
    ...more,
  });
  return {
    environments: [
      {
        name: 'production',
        isLocal: false,
        tunnel:
          tunnel === 'up'
            ? {
                health: 'ok',
                short: 'up, handshake 12 s ago',
                words: 'fra: connected, last handshake 12 s ago.',
              }
            : {
                health: 'off',
                short: 'off',
                words: 'The tunnel on this computer is off. Turn it on with `perch tunnel up production`.',
              },
        instances: [
          instance(
            'fra-1',
            'fra',
            isMet ? fields : { info: null, heardAt: null, latencyMs: null, ...fields },
          ),
          instance('lax-1', 'lax', {}),
        ],
      },
    ],
    inventory: { file: '/home/ann/.config/perch/fleet.yaml', error: null },
    publicKey: PUBLIC_KEY,
    findings: [],
    checked: NOT_CHECKED,
  };
}
