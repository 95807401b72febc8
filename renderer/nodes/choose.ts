import { show, useInterface } from '../store/interface.ts';
import type { NodesChoice } from './choice.ts';

export function useNodesChoice(): NodesChoice {
  return useInterface(({ nodes }) => nodes);
}

export function chooseNodes(change: (from: NodesChoice) => NodesChoice): void {
  show({ nodes: change(useInterface.getState().nodes) });
}
