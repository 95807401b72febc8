import type { Act } from '../../protocol/act.ts';
import type { TreeNode } from '../../protocol/tree.ts';
import { isListHere, rowHere } from '../nodes/row-here.ts';
import { fleet, instancesOf, observedAt } from '../store/desk.ts';
import { selectHere } from '../store/go-to.ts';
import { placeOf, show, useInterface } from '../store/interface.ts';
import { isAlive } from '../store/row-keys.ts';
import { say } from '../ui/said.tsx';
import { ACT_WORDS, actsOn, whyNot } from './rules.ts';

/** Whether this act can be asked for of what is selected: true, why not, or false where it means nothing. */
export function offerOf(act: Act): true | false | string {
  if (!isListHere()) return offerOfNode(act, useInterface.getState().instance);
  const row = rowHere();
  if (!row) return 'Select a node first';
  const { instance, id, status } = row;
  if (observedAt(instance).tree.node(id)) return offerOfNode(act, instance, id);
  // Its tree is not here yet: it is asked for with the act, and tells then.
  if (act === 'resume' || act === 'suspend') return (status === 'suspended') === (act === 'resume');
  return true;
}

/** Asks for the reason of an act on what is selected; nothing is done before there is one. */
export function requestAct(act: Act): void {
  if (!isListHere()) return requestHere(act);
  const row = rowHere();
  // In its own instance: that is what an act is armed for, told by and asked about.
  if (row) selectHere({ instance: row.instance, node: row.id }, () => requestHere(act));
}

function requestHere(act: Act): void {
  const { instance } = useInterface.getState();
  const offer = offerOfNode(act, instance);
  const node = placeOf(instance).selected;
  if (instance !== null && node && offer === true) show({ asked: { act, instance, node: node.id } });
  else if (typeof offer === 'string') say(`${ACT_WORDS[act].title}: ${offer}`);
}

/** Without an id of what is selected there. */
function offerOfNode(act: Act, instance: string | null, id?: string): true | false | string {
  const { node, supervisor, isLast } = nodeIn(instance, id ?? placeOf(instance).selected?.id ?? null);
  if (!node) return 'Select a node first';
  if (!actsOn(node, supervisor, isLast).includes(act)) return meansNothing(act, node);
  const known = instancesOf(fleet.get()).find(({ key }) => key === instance) ?? null;
  return whyNot(node, known) ?? true;
}

function nodeIn(instance: string | null, id: string | null) {
  if (instance === null) return { node: null, supervisor: null, isLast: false };
  const { tree } = observedAt(instance);
  const node = tree.node(id);
  const supervisor = tree.node(node?.parent ?? null);
  const isLast = node !== null && tree.newestAt(tree.keyOf(node.id) ?? '')?.id === node.id;
  return { node, supervisor, isLast };
}

function meansNothing(act: Act, node: TreeNode): false | string {
  if (act === 'resume') return isAlive(node) ? false : 'It has ended';
  if (act === 'suspend' && node.status === 'suspended') return false;
  if (act === 'delete') return 'Only a stopped child can be deleted';
  if (!isAlive(node)) return 'It has ended';
  if (act === 'suspend') return 'It has no thread and no process of its own';
  if (act === 'signal') return 'It is no process';
  if (act === 'break') return 'It is no blocked thread';
  if (act === 'start-child') return 'It is no dynamic supervisor';
  return 'It means nothing for this node';
}
