import type { Mark } from '../board.ts';
import type { GameView } from '../game.ts';
import type { Scores } from '../scoreboard.ts';
import type { Place } from '../web.ts';
import { drawBoard } from './board-view.ts';

interface Seat {
  id: string;
  mark: Mark;
  token: string;
}

const byId = <E extends HTMLElement>(id: string) => document.getElementById(id) as E;
const games = new Map<string, GameView>();
/** Kept over a reload of the page, so that a player stays in the game. */
let seat: Seat | null = JSON.parse(sessionStorage.getItem('seat') ?? 'null');
/** The last board of our game, which stays up when the game is gone. */
let mine: GameView | null = null;
let isGone = false;

listen();
byId<HTMLFormElement>('new-game').addEventListener('submit', (event) => {
  event.preventDefault();
  const against = (event.submitter as HTMLButtonElement).value;
  void sitDown('/games', { name: playerName(), against });
});
byId('leave').addEventListener('click', () => takeSeat(null));
drawSeat();

/** One stream of events; the browser connects again by itself, and `hello` begins from scratch. */
function listen(): void {
  const events = new EventSource('/events');
  const on = <T>(name: string, hear: (value: T) => void) =>
    events.addEventListener(name, (event) => hear(JSON.parse((event as MessageEvent<string>).data)));
  on<{ place: Place; games: GameView[]; scores: Scores }>('hello', (hello) => {
    drawPlace(hello.place);
    games.clear();
    byId('games').replaceChildren();
    for (const game of hello.games) showGame(game);
    if (seat && !games.has(seat.id)) closeGame(seat.id);
    drawScores(hello.scores);
    drawConnection(true);
  });
  on<GameView>('game', showGame);
  on<string>('closed', closeGame);
  on<Scores>('scores', drawScores);
  events.addEventListener('error', () => drawConnection(false));
}

function showGame(game: GameView): void {
  games.set(game.id, game);
  if (game.id === seat?.id) {
    mine = game;
    isGone = false;
    drawSeat();
  }
  drawCard(game);
}

function closeGame(id: string): void {
  games.delete(id);
  byId(`game-${id}`)?.remove();
  if (id !== seat?.id) return;
  isGone = true;
  drawSeat();
}

async function sitDown(route: string, body: object): Promise<void> {
  takeSeat((await post(route, body)) as Seat);
}

function takeSeat(next: Seat | null): void {
  seat = next;
  mine = next ? (games.get(next.id) ?? null) : null;
  isGone = false;
  sessionStorage.setItem('seat', JSON.stringify(next));
  drawSeat();
  for (const game of games.values()) drawCard(game);
}

function drawPlace(place: Place): void {
  byId('region').textContent = place.region;
  byId('instance').textContent = place.instance;
  document.title = `Tic-tac-toe · ${place.region}`;
}

function drawConnection(isLive: boolean): void {
  const line = byId('connection');
  line.textContent = isLive ? 'live' : 'the service is away, connecting again';
  line.classList.toggle('away', !isLive);
}

function drawSeat(): void {
  byId('new-game').hidden = seat !== null;
  byId('table').hidden = seat === null;
  if (!seat || !mine) return;
  const { id, mark, token } = seat;
  byId('versus').textContent = versus(mine);
  byId('table-id').textContent = `games/${id}`;
  byId('incarnation').textContent = `incarnation ${mine.incarnation}`;
  byId('leave').textContent = mine.result || isGone ? 'New game' : 'Leave';
  const isYourTurn = !isGone && !mine.result && mine.turn === mark && mine.players.O !== null;
  const turn = byId('turn');
  turn.textContent = isGone && !mine.result ? 'This game is gone.' : turnWords(mine, mark);
  turn.classList.toggle('yours', isYourTurn);
  drawBoard(byId('board'), mine, isYourTurn ? (cell) => void post('/move', { id, token, cell }) : 'watch');
  drawNotice(mine);
}

function drawNotice({ notice, incarnation }: GameView): void {
  const line = byId('notice');
  line.hidden = notice === null;
  if (!notice) return;
  const moves = notice.moves === 1 ? '1 move' : `${notice.moves} moves`;
  line.textContent =
    notice.kind === 'restored'
      ? `This game was started again (incarnation ${incarnation}) and its ${moves} played again.`
      : `This game was started again (incarnation ${incarnation}). It forgot its ${moves}.`;
}

function turnWords(game: GameView, mark: Mark): string {
  if (game.result === 'draw') return 'A draw.';
  if (game.result) return game.result === mark ? 'You won.' : 'You lost.';
  if (!game.players.O) return 'Waiting for somebody to take the other seat.';
  return game.turn === mark ? `Your turn: you play ${mark}.` : `${game.players[game.turn]?.name} thinks.`;
}

/** One game of the list: made once, then changed in place. */
function drawCard(game: GameView): void {
  const card = byId(`game-${game.id}`) ?? makeCard(game.id);
  const part = <E extends HTMLElement>(name: string) => card.querySelector<E>(`.${name}`)!;
  part('names').textContent = versus(game);
  part('incarnation').textContent = game.incarnation === 1 ? '' : `#${game.incarnation}`;
  part('incarnation').title = `incarnation ${game.incarnation}`;
  part('join').hidden = game.players.O !== null || game.id === seat?.id || seat !== null;
  drawBoard(part('board'), game, 'picture');
}

function makeCard(id: string): HTMLElement {
  const card = document.createElement('li');
  card.id = `game-${id}`;
  const line = (className: string, ...children: Node[]) => {
    const made = document.createElement('p');
    made.className = className;
    made.append(...children);
    return made;
  };
  const board = document.createElement('div');
  board.className = 'board';
  board.role = 'img';
  const code = document.createElement('code');
  code.textContent = id;
  const incarnation = document.createElement('span');
  incarnation.className = 'incarnation back';
  const join = document.createElement('button');
  join.className = 'join primary';
  join.textContent = 'Take the free seat';
  join.addEventListener('click', () => void sitDown('/join', { id, name: playerName() }));
  card.append(line('names'), board, line('foot', code, incarnation), join);
  byId('games').append(card);
  return card;
}

function drawScores(scores: Scores): void {
  const rows = Object.entries(scores).sort(([, one], [, two]) => two.won - one.won || one.lost - two.lost);
  byId('no-scores').hidden = rows.length > 0;
  byId('scores').replaceChildren(
    ...rows.map(([name, { won, drawn, lost }]) => {
      const row = document.createElement('tr');
      for (const text of [name, won, drawn, lost]) row.insertCell().textContent = String(text);
      return row;
    }),
  );
}

function versus({ players: { X, O } }: GameView): string {
  return `${X?.name ?? 'free seat'} – ${O?.name ?? 'free seat'}`;
}

function playerName(): string {
  return byId<HTMLInputElement>('name').value;
}

async function post(route: string, body: object): Promise<unknown> {
  const response = await fetch(route, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error);
  return answer;
}
