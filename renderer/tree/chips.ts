import { HOSTS, KINDS, type TreeNode } from '../../protocol/tree.ts';
import { isAlive } from '../store/row-keys.ts';

type Group = 'status' | 'kind' | 'host';

export interface Chip {
  id: ChipId;
  group: Group;
  title: string;
  takes(node: TreeNode): boolean;
}

const STATES = {
  /** In trouble; what somebody holds on purpose has a group of its own. */
  wrong: {
    title: 'Wrong',
    takes: ({ status }: TreeNode) =>
      status === 'blocked' || status === 'straggler' || status === 'stale' || status === 'restarting',
  },
  blocked: { title: 'Blocked', takes: ({ status }: TreeNode) => status === 'blocked' },
  suspended: { title: 'Suspended', takes: ({ status }: TreeNode) => status === 'suspended' },
  ghosts: { title: 'Ghosts', takes: (node: TreeNode) => !isAlive(node) },
};

export type ChipId =
  | `status:${keyof typeof STATES}`
  | `kind:${(typeof KINDS)[number]}`
  | `host:${(typeof HOSTS)[number]}`;

/** All filters that can be pressed, group by group. */
export const CHIPS: readonly Chip[] = [
  ...Object.entries(STATES).map(
    ([id, state]): Chip => ({ id: `status:${id as keyof typeof STATES}`, group: 'status', ...state }),
  ),
  ...KINDS.map((kind): Chip => chip(`kind:${kind}`, 'kind', kind, (node) => node.kind === kind)),
  ...HOSTS.map((host): Chip => chip(`host:${host}`, 'host', host, (node) => node.host === host)),
];

const IDS: ReadonlySet<unknown> = new Set(CHIPS.map(({ id }) => id));

export function isChipId(value: unknown): value is ChipId {
  return IDS.has(value);
}

/** Whether all groups let a node through: within a group any pressed one does. Null: nothing is pressed. */
export function chipFilter(pressed: readonly ChipId[]): ((node: TreeNode) => boolean) | null {
  const groups = (['status', 'kind', 'host'] satisfies Group[])
    .map((group) => CHIPS.filter((chip) => chip.group === group && pressed.includes(chip.id)))
    .filter((chips) => chips.length > 0);
  if (groups.length === 0) return null;
  return (node) => groups.every((chips) => chips.some(({ takes }) => takes(node)));
}

/** How many nodes each would let through. */
export type ChipCounts = Record<ChipId, number>;

export function noCounts(): ChipCounts {
  return Object.fromEntries(CHIPS.map(({ id }) => [id, 0])) as ChipCounts;
}

function chip(id: ChipId, group: Group, title: string, takes: Chip['takes']): Chip {
  return { id, group, title, takes };
}
