import type { Mark } from '../board.ts';
import type { GameView } from '../game.ts';

const SHAPES: Record<Mark, string> = {
  X: 'M2.5 2.5 13.5 13.5M13.5 2.5 2.5 13.5',
  O: 'M8 2a6 6 0 1 1 0 12A6 6 0 1 1 8 2',
};

/**
 * Draws into `board`, changing only what changed. With a function its free cells can be chosen; `watch` shows
 * the same buttons disabled; `picture` is one image with the whole board as its name.
 */
export function drawBoard(
  board: HTMLElement,
  game: GameView,
  choose: ((cell: number) => void) | 'watch' | 'picture',
): void {
  const tag = choose === 'picture' ? 'span' : 'button';
  while (board.children.length < 9) board.append(document.createElement(tag));
  if (choose === 'picture') board.ariaLabel = pictureWords(game);
  game.board.forEach((mark, cell) => {
    const element = board.children[cell] as HTMLElement;
    const won = game.line?.includes(cell) ?? false;
    element.className = `${mark ?? ''} ${won ? 'won' : ''}`;
    if (element.dataset.mark !== (mark ?? '')) {
      element.dataset.mark = mark ?? '';
      element.replaceChildren(...(mark ? [drawMark(mark)] : []));
    }
    if (!(element instanceof HTMLButtonElement) || choose === 'picture') return;
    element.ariaLabel = `Row ${Math.floor(cell / 3) + 1}, column ${(cell % 3) + 1}: ${mark ?? 'free'}`;
    element.disabled = choose === 'watch' || mark !== null;
    element.onclick = choose === 'watch' ? null : () => choose(cell);
  });
}

function pictureWords({ board }: GameView): string {
  const rows = [0, 3, 6].map((from) =>
    board
      .slice(from, from + 3)
      .map((mark) => mark ?? 'free')
      .join(' '),
  );
  return rows.join(', ');
}

function drawMark(mark: Mark): SVGElement {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', '0 0 16 16');
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  path.setAttribute('d', SHAPES[mark]);
  svg.append(path);
  return svg;
}
