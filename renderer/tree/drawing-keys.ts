import type { Drawn } from './drawing-layout.ts';

/** Where an arrow key leads from the active box. */
export function neighbour(
  nodes: readonly Drawn[],
  active: Drawn | null,
  key: string,
): Drawn | 'open' | 'close' | null {
  const real = nodes.filter(({ id }) => id !== null);
  if (!active) return key.startsWith('Arrow') ? (real[0] ?? null) : null;
  const level = active.row!.level;
  const column = real.filter(({ row }) => row!.level === level).sort((a, b) => a.y - b.y);
  const nearest = (boxes: Drawn[]) =>
    boxes.sort((a, b) => Math.abs(a.y - active.y) - Math.abs(b.y - active.y))[0] ?? null;
  const at = column.indexOf(active);
  switch (key) {
    case 'ArrowDown': {
      // What is folded right below is shown, as by a click.
      const folded = nodes.find((each) => each.folded && each.parentKey === active.parentKey);
      const after = column[at + 1] ?? null;
      return folded && folded.y > active.y && (after === null || folded.y < after.y) ? folded : after;
    }
    case 'ArrowUp':
      return column[at - 1] ?? null;
    case 'ArrowRight':
      if (!active.row!.hasChildren) return null;
      if (!active.row!.isOpen) return 'open';
      return nearest(childrenOf(real, active));
    case 'ArrowLeft':
      if (active.row!.isOpen && active.row!.hasChildren && level === 1) return 'close';
      return real.find((each) => childrenOf(real, each).includes(active)) ?? null;
    default:
      return null;
  }
}

/** The boxes right below one in the outline's order. */
function childrenOf(nodes: readonly Drawn[], parent: Drawn): Drawn[] {
  return nodes.filter(({ parentKey }) => parentKey === parent.key);
}
