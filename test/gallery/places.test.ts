import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FleetView, Wear } from '../../electron/ipc.ts';
import { closeDisplay } from '../support/app.ts';
import { rowNamed } from '../support/outline.ts';
import { Pictures } from '../support/pictures.ts';
import { type ScriptedApp, startScriptedApp } from '../support/scripted-app.ts';
import { armedFleet, liveFleet } from '../support/shop-fleet.ts';
import { showShop } from '../support/shop-page.ts';
import { shopPreview } from '../support/shop-preview.ts';

/** Environments that wear a colour, and what comes to the window from outside. */
const pictures = new Pictures('places');

let app: ScriptedApp;

beforeAll(async () => {
  app = await startScriptedApp();
});

afterAll(async () => {
  await app?.close();
  await closeDisplay();
});

const SCENES: Record<string, () => Promise<void>> = {
  production: async () => {
    await showShop(app, { fleet: worn(liveFleet(), { colour: 'magenta', isProduction: true }) });
    await rowNamed(app.page, 'cache').first().click();
    await app.page.getByRole('banner').getByText('Production').waitFor();
  },
  'production under another name, armed': async () => {
    await showShop(app, { fleet: worn(armedFleet(), { colour: 'teal', isProduction: true }, 'eu-live') });
    await app.page.getByRole('banner').getByText('eu-live').waitFor();
  },
  'an act on production': async () => {
    await showShop(app, { fleet: worn(liveFleet(), { colour: 'violet', isProduction: true }, 'eu-live') });
    await app.setAnswers({ preview: shopPreview() });
    await rowNamed(app.page, 'cache').first().click();
    await app.page.keyboard.press('k');
    await app.page.getByRole('dialog').getByText('Production').waitFor();
    await app.page.getByText('app/cache, app/checkout').first().waitFor();
  },
  'to arm production': async () => {
    await showShop(app, { fleet: worn(liveFleet(), { colour: 'brown', isProduction: true }) });
    await app.page.keyboard.press('a');
    await app.page.getByRole('dialog').getByText('Production').waitFor();
  },
  'no production, but a colour': async () => {
    await showShop(app, { fleet: worn(liveFleet(), { colour: 'green', isProduction: false }, 'staging') });
    await app.page.getByRole('banner').getByText('staging').waitFor();
  },
  'first run': async () => {
    await startEmpty();
    await app.page.getByRole('button', { name: 'Start the demo' }).waitFor();
  },
  'first run, the demo failed': async () => {
    await startEmpty({ demo: { state: 'failed', words: 'The example is not built.' } });
    await app.page.getByRole('alert').waitFor();
  },
  'a locked key': async () => {
    await showShop(app, {
      fleet: { ...liveFleet(), passphrase: { id: 1, words: 'That was not it. Passphrase' } },
    });
    await app.page.getByRole('dialog', { name: 'The key to log in with is locked' }).waitFor();
  },
  'a link to what is not there': async () => {
    await showShop(app);
    await app.push({ kind: 'link', to: { environment: 'production', instance: 'shop-ams', lineage: null } });
    await app.page
      .getByRole('alert')
      .getByText(/leads to shop-ams/)
      .waitFor();
  },
};

describe.each(Object.entries(SCENES))('%s', (name, open) => {
  test('fits and has no fault that axe finds, in both themes and all sizes', async () => {
    await open();
    await pictures.take(app, name);
  });
});

test('every picture is there', () => expect(pictures.difference(Object.keys(SCENES))).toEqual([]));

async function startEmpty(more: Partial<FleetView> = {}): Promise<void> {
  await app.page.reload();
  await app.page.getByRole('contentinfo').waitFor();
  const publicKey =
    'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHk4cB1jYxkX3m2dJm0Yp1vLgk2dX3o6tqk8r5d9xw1Z ann@laptop';
  await app.setFleet({ ...liveFleet(), environments: [], publicKey, ...more });
}

function worn(fleet: FleetView, wears: Wear, name = 'production'): FleetView {
  const environments = fleet.environments.map((environment) => ({ ...environment, name, wears }));
  return { ...fleet, environments };
}
