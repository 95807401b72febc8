import type { FleetView, InstanceView } from '../../electron/ipc.ts';
import { linkTo } from '../../protocol/link.ts';
import type { TreeNode } from '../../protocol/tree.ts';
import { ask } from '../bridge.ts';
import { isListHere, rowHere } from '../nodes/row-here.ts';
import { fleet, instancesOf, observedAt } from '../store/desk.ts';
import { type InspectorTab, placeOf, useInterface } from '../store/interface.ts';
import { say } from '../ui/said.tsx';
import { shellWord } from '../ui/shell-word.ts';

export type Copied = 'link' | 'path' | 'id' | 'command';

/** Whether there is such a text to copy: true, or why not. */
export function copyOffer(what: Copied): true | string {
  const found = textOf(what);
  return 'text' in found ? true : found.whyNot;
}

/** Puts it into the clipboard, and says so. */
export function copy(what: Copied): void {
  const found = textOf(what);
  if (!('text' in found)) return;
  void ask('copy', { text: found.text }).then(() => say(`Copied ${found.text}`));
}

function textOf(what: Copied): { text: string } | { whyNot: string } {
  const { tab } = useInterface.getState();
  const view = fleet.get();
  const { instance, node } = isListHere() ? ofRow() : ofSelection();
  const known = instancesOf(view).find(({ key }) => key === instance);
  if (!known) return { whyNot: isListHere() ? 'Select a node first' : 'Open an instance first' };
  switch (what) {
    case 'link': {
      const text = linkTo(view, known.key, node?.lineage ?? null);
      return text === null ? { whyNot: 'Its name cannot stand in a link' } : { text };
    }
    case 'path':
      return node ? { text: node.lineage } : { whyNot: 'Select a node first' };
    case 'id':
      return node ? { text: node.id } : { whyNot: 'Select a node first' };
    case 'command':
      return { text: cliCommand(targetOf(view, known), node, tab) };
    default:
      return what satisfies never;
  }
}

interface Named {
  instance: string | null;
  node: Pick<TreeNode, 'id' | 'lineage'> | null;
}

function ofSelection(): Named {
  const { instance } = useInterface.getState();
  const id = placeOf(instance).selected?.id ?? null;
  return { instance, node: instance === null ? null : observedAt(instance).tree.node(id) };
}

function ofRow(): Named {
  const row = rowHere();
  return { instance: row?.instance ?? null, node: row };
}

/** What shows the same on a command line; of a node what its tab shows. */
export function cliCommand(target: string, node: Pick<TreeNode, 'id'> | null, tab: InspectorTab): string {
  const words = node === null ? ['tree', target] : [...CLI[tab](target, node)];
  return ['perch', ...words.map(shellWord)].join(' ');
}

const CLI: Record<InspectorTab, (target: string, node: { id: string }) => readonly string[]> = {
  overview: (target, { id }) => ['show', target, id],
  state: (target, { id }) => ['state', target, id],
  stack: (target, { id }) => ['stack', target, id],
  history: (target) => ['ledger', target],
};

/** What the command line finds this instance by: its name, while no other has it. */
export function targetOf(view: FleetView | null, { key, name, address }: InstanceView): string {
  const isLocal = view?.environments.some(
    (environment) => environment.isLocal && environment.instances.some((each) => each.key === key),
  );
  const namesakes = instancesOf(view).filter((each) => each.name === name).length;
  if (namesakes === 1) return name;
  return isLocal ? address : key;
}
