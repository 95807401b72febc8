import type { Child, SupervisorState } from './state.ts';

/**
 * Who is restarted when `child` is, itself included, in start order. As in OTP it takes in children that were
 * stopped before, and those that had ended by themselves: they are started again with the others.
 */
export function restartGroup<C extends Child, R>(state: SupervisorState<C, R>, child: C): C[] {
  switch (state.flags.strategy) {
    case 'one_for_one':
    case 'dynamic':
      return [child];
    case 'one_for_all':
      return [...state.children.values()];
    case 'rest_for_one': {
      const all = [...state.children.values()];
      return all.slice(all.indexOf(child));
    }
  }
}

/** Whether the end of `child`, which is not restarted, ends its supervisor too. */
export function endsSupervisor<C extends Child, R>(state: SupervisorState<C, R>, child: C): boolean {
  if (!child.rule.significant) return false;
  switch (state.flags.autoShutdown) {
    case 'never':
      return false;
    case 'any_significant':
      return true;
    case 'all_significant':
      for (const other of state.children.values()) {
        if (other !== child && other.rule.significant && other.phase !== 'none') return false;
      }
      return true;
  }
}
