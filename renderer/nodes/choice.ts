import { LIMITS } from '../../protocol/limits.ts';
import { isDescendingUnlessTold, NODE_SORTS, type NodeSort } from '../../protocol/node-list.ts';
import { KINDS, type NodeKind } from '../../protocol/tree.ts';
import { COLUMN_IDS, type NodesColumnId, START_COLUMNS } from './columns.ts';

/** What a person chose for the list of nodes. Plain data. */
export interface NodesChoice {
  /** Of the whole fleet, or of the instance that is open. */
  isFleetWide: boolean;
  sort: NodeSort;
  isDescending: boolean;
  /** None: all of them. */
  kinds: NodeKind[];
  text: string;
  /** So many are asked for: one of ROWS. */
  limit: number;
  /** Beside the name, in the order shown. */
  columns: readonly NodesColumnId[];
}

/** So many can be asked for: more than a screen holds, than anybody reads, and than the agents give. */
export const ROWS: readonly number[] = [200, 1000, LIMITS.maxNodeRows];

export const START_NODES: NodesChoice = {
  isFleetWide: true,
  sort: 'busy',
  isDescending: true,
  kinds: [],
  text: '',
  limit: ROWS[0]!,
  columns: START_COLUMNS,
};

/** What was kept, as far as this version knows it. What was typed is not kept. */
export function readNodesChoice(kept: unknown): NodesChoice {
  if (typeof kept !== 'object' || kept === null) return START_NODES;
  const { isFleetWide, sort, isDescending, kinds, limit, columns } = kept as Record<
    keyof NodesChoice,
    unknown
  >;
  const isSort = NODE_SORTS.includes(sort as NodeSort);
  return {
    isFleetWide: isFleetWide !== false,
    sort: isSort ? (sort as NodeSort) : START_NODES.sort,
    isDescending: isSort ? isDescending === true : START_NODES.isDescending,
    kinds: Array.isArray(kinds) ? KINDS.filter((kind) => kinds.includes(kind)) : [],
    text: '',
    limit: ROWS.includes(limit as number) ? (limit as number) : START_NODES.limit,
    columns: Array.isArray(columns) ? COLUMN_IDS.filter((id) => columns.includes(id)) : START_COLUMNS,
  };
}

/** As it is kept: without what was typed. */
export function keptOf({ text: _, ...kept }: NodesChoice): Omit<NodesChoice, 'text'> {
  return kept;
}

/** Shows these columns, in the order of the menu. What the list is in the order of is to be seen. */
export function withNodeColumns(from: NodesChoice, shown: Iterable<NodesColumnId>): NodesChoice {
  const wanted = new Set<string>(shown);
  const columns = COLUMN_IDS.filter((id) => wanted.has(id));
  if (from.sort === 'name' || wanted.has(from.sort)) return { ...from, columns };
  const sort = wanted.has(START_NODES.sort) ? START_NODES.sort : 'name';
  return { ...from, columns, sort, isDescending: isDescendingUnlessTold(sort) };
}

/** A press on a head: what is most telling first, then the other way round. */
export function sortedBy(from: NodesChoice, sort: NodeSort): NodesChoice {
  const isDescending = from.sort === sort ? !from.isDescending : isDescendingUnlessTold(sort);
  return { ...from, sort, isDescending };
}

export function withKind(from: NodesChoice, kind: NodeKind): NodesChoice {
  const kinds = from.kinds.includes(kind)
    ? from.kinds.filter((each) => each !== kind)
    : [...from.kinds, kind];
  return { ...from, kinds };
}

export function withoutFilters(from: NodesChoice): NodesChoice {
  return { ...from, kinds: [], text: '' };
}
