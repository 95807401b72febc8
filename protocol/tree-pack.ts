import type { TreeColumns, TreeNode } from './tree.ts';

/**
 * A column of a snapshot in fewer bytes: one value that all rows have, or the different ones with each row's place
 * among them; as it is where most differ. Half of a large tree's fields are the same for all its workers.
 */
export type PackedColumn<T> = T[] | { same: T } | { of: T[]; at: number[] };
/** `id` is never packed: it tells how many rows there are. */
export type PackedColumns = { id: string[] } & {
  [K in Exclude<keyof TreeNode, 'id'>]: PackedColumn<TreeNode[K]>;
};

/** Where more differ than this share of the rows, naming them apart saves nothing. */
const MOST_DIFFERENT = 1 / 4;

export function packColumns(columns: TreeColumns): PackedColumns {
  const packed: Record<string, unknown> = {};
  for (const [field, values] of Object.entries(columns))
    packed[field] = field === 'id' ? values : pack(values);
  return packed as PackedColumns;
}

export function unpackColumns(columns: TreeColumns | PackedColumns): TreeColumns {
  const plain: Record<string, unknown> = {};
  const rows = columns.id.length;
  for (const [field, column] of Object.entries(columns)) plain[field] = unpack(column, rows);
  return plain as TreeColumns;
}

function pack(values: unknown[]): PackedColumn<unknown> {
  if (values.length === 0) return values;
  const [first] = values;
  if (values.every((value) => isSame(value, first))) return { same: first };
  const most = Math.max(1, values.length * MOST_DIFFERENT);
  const places = { plain: new Map<unknown, number>(), objects: new Map<string, number>() };
  const of: unknown[] = [];
  const at: number[] = [];
  for (const value of values) {
    const isObject = typeof value === 'object' && value !== null;
    const key = isObject ? JSON.stringify(value) : value;
    const known: Map<unknown, number> = isObject ? places.objects : places.plain;
    let place = known.get(key);
    if (place === undefined) {
      if (of.length >= most) return values;
      place = of.length;
      known.set(key, place);
      of.push(value);
    }
    at.push(place);
  }
  return { of, at };
}

/** Small plain objects are the same when they say the same. Without a list of keys for each: there are very many. */
function isSame(one: unknown, two: unknown): boolean {
  if (one === two) return true;
  if (typeof one !== 'object' || typeof two !== 'object' || one === null || two === null) return false;
  if (Array.isArray(one) || Array.isArray(two)) return Array.isArray(one) && isSameList(one, two);
  const [mine, other] = [one as Record<string, unknown>, two as Record<string, unknown>];
  for (const key in mine) {
    const value = other[key];
    if (value === undefined && !(key in other)) return false;
    if (!isSame(mine[key], value)) return false;
  }
  for (const key in other) if (!(key in mine)) return false;
  return true;
}

/** By place: the names of a list's places would be made into strings for each. */
function isSameList(one: unknown[], two: unknown): boolean {
  if (!Array.isArray(two) || one.length !== two.length) return false;
  for (let at = 0; at < one.length; at++) if (!isSame(one[at], two[at])) return false;
  return true;
}

function unpack(column: PackedColumn<unknown>, rows: number): unknown[] {
  if (Array.isArray(column)) return column;
  if ('same' in column) return new Array(rows).fill(column.same);
  const { of, at } = column;
  return Array.from({ length: rows }, (_, row) => of[at[row]!]);
}
