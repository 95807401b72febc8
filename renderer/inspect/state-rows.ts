import { isTagged, type StateValue } from '../../protocol/state.ts';
import { bytes, counted } from '../ui/format.ts';

/** One line of a state. Paths are JSON Pointers as the answers print them (protocol/state.ts). */
export interface StateRow {
  path: string;
  /** 1 for the fields of the state itself. */
  level: number;
  label: string;
  /** The value in a line; of an open container only what it is. */
  text: string;
  /** How it is written: as a value, as a note about a value, or hidden. */
  tone: 'value' | 'note' | 'hidden';
  /** Null: nothing in it. */
  isOpen: boolean | null;
  /** It has to be asked for: what is in it, or the rest of the container at `path`. */
  asks: 'content' | 'rest' | null;
}

export interface StateView {
  /** Opened and closed by hand, by path. */
  open: ReadonlyMap<string, boolean>;
  /** What was asked for beyond the first answer, by path. */
  parts: ReadonlyMap<string, StateValue>;
}

/** Small containers near the top start open. */
const OPEN_LEVELS = 2;
const OPEN_ENTRIES = 20;

/** The lines of a state, top down. */
export function stateRows(root: StateValue, view: StateView): StateRow[] {
  const rows: StateRow[] = [];
  const visit = (value: StateValue, path: string, level: number): void => {
    const { entries, rest } = inside(value, path);
    for (const { label, path: at, value: printed } of entries) {
      const inner = view.parts.get(at) ?? printed;
      const { tone, text } = preview(inner);
      const asksContent = isMore(inner);
      const isContainer = asksContent || countIn(inner) > 0;
      const isOpen = isContainer
        ? (view.open.get(at) ?? (!asksContent && level < OPEN_LEVELS && countIn(inner) <= OPEN_ENTRIES))
        : null;
      const row = { path: at, level, label, isOpen };
      if (isOpen && !asksContent) {
        rows.push({ ...row, text: whatItIs(inner), tone: 'note', asks: null });
        visit(inner, at, level + 1);
      } else rows.push({ ...row, text, tone, asks: asksContent ? 'content' : null });
    }
    if (rest > 0) {
      rows.push({
        path,
        level,
        label: '',
        text: `${counted(rest, 'more', 'more')}`,
        tone: 'note',
        isOpen: null,
        asks: 'rest',
      });
    }
  };
  const whole = view.parts.get('') ?? root;
  if (countIn(whole) === 0) {
    const { tone, text } = preview(whole);
    return [
      { path: '', level: 1, label: '', text, tone, isOpen: null, asks: isMore(whole) ? 'content' : null },
    ];
  }
  visit(whole, '', 1);
  return rows;
}

interface Entry {
  label: string;
  path: string;
  value: StateValue;
}

/** What a value holds, and how many entries of it were not shown. */
function inside(value: StateValue, path: string): { entries: Entry[]; rest: number } {
  if (Array.isArray(value)) {
    const last = value.at(-1);
    const rest = last !== undefined && isMore(last) && last.of === undefined ? last.count : 0;
    const shown = rest > 0 ? value.slice(0, -1) : value;
    return {
      entries: shown.map((each, index) => ({ label: String(index), path: `${path}/${index}`, value: each })),
      rest,
    };
  }
  if (typeof value !== 'object' || value === null) return { entries: [], rest: 0 };
  if (!isTagged(value)) return fieldsOf(value as Record<string, StateValue>, path);
  switch (value.$) {
    case 'Map':
      return {
        entries: value.entries.map(([key, each], index) => ({
          label: typeof key === 'string' ? key : preview(key, 40).text,
          path: `${path}/entries/${index}/1`,
          value: each,
        })),
        rest: value.more ?? 0,
      };
    case 'Set':
      return {
        entries: value.values.map((each, index) => ({
          label: String(index),
          path: `${path}/values/${index}`,
          value: each,
        })),
        rest: value.more ?? 0,
      };
    case 'Object':
      return { ...fieldsOf(value.fields, `${path}/fields`), rest: value.more ?? 0 };
    case 'Error':
      return fieldsOf(value.fields ?? {}, `${path}/fields`);
    default:
      return { entries: [], rest: 0 };
  }
}

function fieldsOf(fields: Record<string, StateValue>, path: string): { entries: Entry[]; rest: number } {
  const entries: Entry[] = [];
  let rest = 0;
  for (const [key, value] of Object.entries(fields)) {
    if (key === '$more' && isMore(value)) rest = value.count;
    else entries.push({ label: plainKey(key), path: `${path}/${escapeSegment(key)}`, value });
  }
  return { entries, rest };
}

/** How many entries are shown or counted in it; 0 for what has none. */
export function countIn(value: StateValue): number {
  const { entries, rest } = inside(value, '');
  return entries.length + rest;
}

/** A value in one line, at most about `chars` characters. */
export function preview(value: StateValue, chars = 72): Pick<StateRow, 'text' | 'tone'> {
  const as = (text: string, tone: StateRow['tone'] = 'value') => ({ text, tone });
  if (typeof value === 'string') return as(quoted(value, chars));
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return as(String(value));
  if (Array.isArray(value)) return as(listed(value, chars));
  if (!isTagged(value)) return as(fielded('', value as Record<string, StateValue>, chars));
  switch (value.$) {
    case 'Undefined':
      return as('undefined', 'note');
    case 'Number':
    case 'Symbol':
    case 'RegExp':
      return as(value.text);
    case 'BigInt':
      return as(`${value.text}n`);
    case 'Function':
      return as(value.name === '' ? 'function' : `function ${value.name}`, 'note');
    case 'Date':
      return as(value.iso ?? 'invalid date');
    case 'Error':
      return as(`${value.class}: ${cut(value.message, chars)}`);
    case 'Map':
      return as(`Map, ${counted(value.entries.length + (value.more ?? 0), 'entry', 'entries')}`, 'note');
    case 'Set':
      return as(`Set, ${counted(value.values.length + (value.more ?? 0), 'value')}`, 'note');
    case 'Object':
      return as(fielded(value.class, value.fields, chars));
    case 'Bytes':
      return as(`${value.class}, ${bytes(value.byteLength)}  ${cut(value.hex, 24)}`);
    case 'Proxy':
    case 'Promise':
    case 'WeakRef':
      return as(value.$, 'note');
    case 'Redacted':
      return as('hidden', 'hidden');
    case 'Getter':
      return as('getter, not run', 'note');
    case 'Ref':
      return as(value.path === '' ? 'the same as the whole' : `the same as ${value.path}`, 'note');
    case 'Text':
      return as(`${quoted(value.text, chars)}  ${counted(value.chars, 'character')}`);
    case 'More':
      return as(`${value.of ?? 'more'}, ${counted(value.count, 'entry', 'entries')}`, 'note');
    default:
      return value satisfies never;
  }
}

/** An open container without what it holds: `Array, 9 entries`, `Game`. */
function whatItIs(value: StateValue): string {
  if (Array.isArray(value)) return `Array, ${counted(countIn(value), 'entry', 'entries')}`;
  if (typeof value !== 'object' || value === null || !isTagged(value)) return 'Object';
  return value.$ === 'Object' || value.$ === 'Error' ? value.class : preview(value).text;
}

function listed(values: StateValue[], chars: number): string {
  const shown: string[] = [];
  let used = 2;
  for (const value of values) {
    const text = isContainer(value) ? '…' : preview(value, 20).text;
    if (used + text.length > chars) {
      shown.push('…');
      break;
    }
    shown.push(text);
    used += text.length + 2;
  }
  return `[${shown.join(', ')}]`;
}

function fielded(name: string, fields: Record<string, StateValue>, chars: number): string {
  const shown: string[] = [];
  let used = name.length + 3;
  for (const [key, value] of Object.entries(fields)) {
    const text = isContainer(value) ? `${plainKey(key)}: …` : `${plainKey(key)}: ${preview(value, 20).text}`;
    if (used + text.length > chars || key === '$more') {
      shown.push('…');
      break;
    }
    shown.push(text);
    used += text.length + 2;
  }
  const inner = shown.length === 0 ? '{}' : `{ ${shown.join(', ')} }`;
  return name === '' ? inner : `${name} ${inner}`;
}

function isContainer(value: StateValue): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    (Array.isArray(value) || countIn(value) > 0 || isMore(value))
  );
}

function isMore(value: StateValue): value is { $: 'More'; count: number; of?: string } {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    isTagged(value) &&
    value.$ === 'More'
  );
}

/** A doubled `$` is the service's own. */
function plainKey(key: string): string {
  return key.startsWith('$$') ? key.slice(1) : key;
}

function escapeSegment(segment: string): string {
  return segment.replaceAll('~', '~0').replaceAll('/', '~1');
}

function quoted(text: string, chars: number): string {
  return JSON.stringify(cut(text, chars));
}

function cut(text: string, chars: number): string {
  return text.length <= chars ? text : `${text.slice(0, chars - 1)}…`;
}
