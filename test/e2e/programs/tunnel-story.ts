/**
 * `tsx tunnel-story.ts INVENTORY ENV GAME`: the main job in the app through WireGuard, on the lab's desktop (the test
 * that starts it is tunnel.test.ts). Says each step when it is done; a step that fails ends it.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type App, closeDisplay, startApp } from '../../support/app.ts';
import { rowNamed, rowOf } from '../../support/outline.ts';

const [inventory, env, game] = process.argv.slice(2) as [string, string, string];
const perch = fileURLToPath(new URL('../../../cli/bin.js', import.meta.url));

main().then(
  () => process.exit(0),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);

async function main(): Promise<void> {
  const app = await startApp({ inventory });
  try {
    await story(app);
    assert.deepEqual(app.complaints, []);
  } finally {
    await app.close();
    await closeDisplay();
  }
}

async function story({ page }: App): Promise<void> {
  const fra = page.getByRole('treeitem', { name: /^tictactoe-fra/ });
  await fra.click();
  await page.getByRole('heading', { name: `The tunnel of ${env} is off` }).waitFor();
  await page.getByText(`perch tunnel up ${env}`).first().waitFor();
  await page.getByRole('treeitem', { name: new RegExp(`^${env}\\s*tunnel off`) }).waitFor();
  console.log('with the tunnel off it says so, and how to turn it on');

  tunnel('up');
  await page.getByRole('treeitem', { name: new RegExp(`^${env}\\s*tunnel up`) }).waitFor();
  for (const region of ['fra', 'lax']) {
    await page.getByRole('treeitem', { name: new RegExp(`^tictactoe-${region}.*healthy`) }).waitFor();
  }
  console.log('with the tunnel up both regions come by themselves');

  await rowNamed(page, game).click();
  await page.keyboard.press('2');
  await page
    .getByRole('tree', { name: `State of ${game}` })
    .getByRole('treeitem', { name: /turn: "O"/ })
    .waitFor();
  console.log('a game opens and shows its state');

  await page.getByRole('treegrid').focus();
  await page.keyboard.press('k');
  await page.getByRole('textbox', { name: 'Reason' }).fill('through the tunnel');
  await page.keyboard.press('Enter');
  await page
    .getByRole('region', { name: `Kill app/games/${game}` })
    .getByText(/^Restarted\./)
    .waitFor();
  await rowOf(page, game, '#2').waitFor();
  await page
    .getByRole('grid', { name: /What happened/ })
    .getByText(/through the tunnel/)
    .first()
    .waitFor();
  console.log('it is killed, and comes back as #2');

  tunnel('down');
  await page.getByText('The tunnel is off.', { exact: true }).waitFor({ timeout: 40_000 });
  assert.ok((await page.locator('.outline-row').count()) > 5, 'the tree stays while the tunnel is off');
  tunnel('up');
  await page.getByText('The tunnel is off.', { exact: true }).waitFor({ state: 'detached', timeout: 40_000 });
  await page.getByRole('treeitem', { name: /^tictactoe-fra.*healthy/ }).waitFor();
  console.log('it goes down and comes up again, and the tree with it');
}

function tunnel(verb: 'up' | 'down'): void {
  execFileSync(process.execPath, [perch, 'tunnel', verb, env, '--inventory', inventory], { stdio: 'pipe' });
}
