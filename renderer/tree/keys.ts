import type { Row } from '../store/rows.ts';

/** Lines that keys move over, however they are held. */
export interface KeyLines {
  length: number;
  at(index: number): Pick<Row, 'level' | 'isOpen' | 'hasChildren'> | undefined;
  /** The line it hangs from; -1: none. Without it the lines before are looked through. */
  above?(index: number): number;
}

export type Step = { kind: 'go'; index: number } | { kind: 'open'; isOpen: boolean };

const LINE: Row = { id: '', level: 1, isOpen: false, hasChildren: false, position: 0, siblings: 0 };

/** The same in a list: the line to go to; null: none. */
export function nextLine(
  event: Parameters<typeof nextStep>[0],
  lines: number,
  at: number,
  pageRows: number,
): number | null {
  const step = nextStep(event, Array<Row>(lines).fill(LINE), at, pageRows);
  return step?.kind === 'go' ? step.index : null;
}

/** What a key does in a tree of lines (ARIA Authoring Practices, treegrid); null: nothing. */
export function nextStep(
  event: { key: string; ctrlKey: boolean; altKey: boolean; metaKey: boolean },
  rows: KeyLines,
  at: number,
  pageRows: number,
): Step | null {
  if (event.ctrlKey || event.altKey || event.metaKey || rows.length === 0) return null;
  const last = rows.length - 1;
  const go = (index: number): Step => ({ kind: 'go', index: Math.min(last, Math.max(0, index)) });
  const row = at === -1 ? undefined : rows.at(at);
  switch (event.key) {
    case 'ArrowDown':
      return go(at + 1);
    case 'ArrowUp':
      return go(at === -1 ? last : at - 1);
    case 'PageDown':
      return go(at + pageRows);
    case 'PageUp':
      return go(at - pageRows);
    case 'Home':
      return go(0);
    case 'End':
      return go(last);
    case 'ArrowRight':
      if (!row?.hasChildren) return null;
      return row.isOpen ? go(at + 1) : { kind: 'open', isOpen: true };
    case 'ArrowLeft': {
      if (!row) return null;
      if (row.hasChildren && row.isOpen) return { kind: 'open', isOpen: false };
      const parent = rows.above?.(at) ?? lineAbove(rows, at, row.level);
      return parent === -1 ? null : go(parent);
    }
    default:
      return null;
  }
}

function lineAbove(rows: KeyLines, at: number, level: number): number {
  for (let index = at - 1; index >= 0; index--) if (rows.at(index)!.level < level) return index;
  return -1;
}
