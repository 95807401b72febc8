import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type App, closeDisplay, startApp } from '../support/app.ts';
import { type Demo, type Home, makeHome, startDemo } from '../support/demo.ts';
import { GamePage } from '../support/game-page.ts';
import { rowNamed, rowOf } from '../support/outline.ts';
import { Pictures } from '../support/pictures.ts';
import { until } from '../support/until.ts';

/** The real app with the example. */
const NOBODY = 65_534;
const pictures = new Pictures('example', {
  'killed-dark-1440': 'app-dark.png',
  'killed-light-1440': 'app-light.png',
  'recovery-dark-1440': { file: 'recovery-dark.png', part: '.inspector' },
  'asked-light-1440': { file: 'asked-light.png', part: '.dialog' },
  'drawing-dark-1440': 'drawing-dark.png',
});

let home: Home;
let demo: Demo;
let app: App;
let game: string;

beforeAll(async () => {
  // As an ordinary user: with the real sandbox, and with nobody else's services in the picture.
  home = makeHome(process.getuid?.() === 0 ? NOBODY : undefined);
  demo = await startDemo(home);
  app = await startApp({ home: home.env.HOME, env: home.env, asUser: home.uid, sandbox: true });
  await app.page.emulateMedia({ reducedMotion: 'reduce' });
  await app.page
    .getByRole('treeitem', { name: /^tictactoe-fra/ })
    .first()
    .click();
  const browser = new GamePage(demo.instances.find(({ region }) => region === 'fra')!.url);
  const { json } = await browser.post('/games', { name: 'Ann', against: 'bot' });
  game = json.id;
  await browser.post('/move', { id: game, token: json.token, cell: 4 });
});

afterAll(async () => {
  await app?.close();
  await closeDisplay();
  await demo?.stop();
  home?.remove();
});

const VIEWS: Record<string, () => Promise<void>> = {
  overview: async () => {
    await rowNamed(app.page, 'games').click();
    await app.page.keyboard.press('1');
  },
  state: async () => {
    await rowNamed(app.page, game).first().click();
    await app.page.keyboard.press('2');
    await app.page.getByText(/read in/).waitFor();
  },
  stack: async () => {
    await rowNamed(app.page, 'bot-1').last().click();
    await app.page.keyboard.press('3');
    await app.page.getByText(/^Thread bot-1/).waitFor();
  },
  asked: async () => {
    await rowNamed(app.page, game).first().click();
    await app.page.keyboard.press('k');
    await app.page.getByRole('textbox', { name: 'Reason' }).fill('it no longer answers');
  },
  killed: async () => {
    await app.page.keyboard.press('Enter');
    await app.page.getByText(/^Restarted\./).waitFor();
    await until(() => rowOf(app.page, game, '#2').getAttribute('aria-selected')).toBe('true');
    await app.page.keyboard.press('2');
    await app.page.getByText(/read in/).waitFor();
  },
  history: async () => {
    await app.page.keyboard.press('4');
    await app.page.getByRole('list', { name: `History of ${game}` }).waitFor();
  },
  recovery: async () => {
    await app.page.getByRole('treegrid').focus();
    for (let life = 3; life <= 23; life++) {
      await app.page.keyboard.press('k');
      await app.page.getByRole('dialog').waitFor();
      await app.page.keyboard.press('Enter');
      await until(() => rowOf(app.page, game, `#${life}`).getAttribute('aria-selected')).toBe('true');
    }
    await rowNamed(app.page, 'games').click();
    await app.page.getByText('p95').waitFor();
    await app.page.getByRole('button', { name: 'Put away' }).click();
  },
  held: async () => {
    await rowNamed(app.page, 'bot-1').last().click();
    await app.page.keyboard.press('1');
    await app.page.keyboard.press('p');
    await app.page.keyboard.press('Enter');
    await app.page
      .getByText(/^suspended \d+\ss$/)
      .first()
      .waitFor();
  },
  drawing: async () => {
    await app.page.keyboard.press('d');
    await app.page.getByRole('tree', { name: 'Drawing of the tree' }).focus();
    await app.page.keyboard.press('0');
  },
  icicle: async () => {
    await app.page.keyboard.press('i');
    await app.page.getByRole('tree', { name: 'Icicle of the tree' }).focus();
  },
  nodes: async () => {
    await app.page.keyboard.press('l');
    await app.page.getByRole('grid', { name: 'Nodes' }).getByText('bot-1').first().waitFor();
  },
  palette: async () => {
    await app.page.keyboard.press('o');
    await app.page.keyboard.press('Control+k');
    await app.page.getByRole('combobox').fill('bot');
    await app.page.getByRole('option', { name: /bot-1/ }).first().waitFor();
  },
  cost: async () => {
    await app.page.keyboard.press('Escape');
    await app.page.keyboard.press('c');
    await app.page.getByRole('dialog', { name: /costs/ }).getByRole('table').first().waitFor();
  },
  paused: async () => {
    await app.page.keyboard.press('Escape');
    await app.page.keyboard.press('F8');
    await app.page.getByRole('region', { name: 'Paused' }).waitFor();
  },
  keys: async () => {
    await app.page.keyboard.press('F8');
    await app.page.keyboard.press('?');
    await app.page.getByRole('dialog', { name: 'Keys' }).waitFor();
  },
};

describe.each(Object.entries(VIEWS))('%s', (name, open) => {
  test('fits and has no fault that axe finds, in both themes and all sizes', async () => {
    await open();
    await pictures.take(app, name);
  });
});

test('every picture is there', () => expect(pictures.difference(Object.keys(VIEWS))).toEqual([]));
