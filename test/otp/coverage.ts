/** Where supervisor.erl decides. The rest of it checks specs, formats reports, and changes code. */
const DECISIONS = [
  'init/1',
  'init_children/2',
  'init_dynamic/2',
  'start_children/2',
  'do_start_child/2',
  'do_start_child_i/3',
  'handle_call/3',
  'count_child/2',
  'handle_cast/2',
  'handle_info/2',
  'terminate/2',
  'handle_start_child/2',
  'restart_child/3',
  'do_restart/3',
  'do_auto_shutdown/2',
  'restart/2',
  'restart/3',
  'restart_multiple_children/3',
  'restarting/1',
  'try_again_restart/1',
  'terminate_children/2',
  'do_terminate/2',
  'shutdown/1',
  'unlink_flush/2',
  'terminate_dynamic_children/1',
  'wait_dynamic_children/5',
  'save_child/2',
  'do_save_child/2',
  'del_child/2',
  'split_child/2',
  'split_ids/3',
  'find_child/2',
  'find_child_and_args/2',
  'find_dynamic_child/2',
  'find_child_by_pid/2',
  'get_dynamic_child/1',
  'set_pid/3',
  'remove_child/2',
  'children_map/2',
  'children_map/4',
  'children_to_list/2',
  'children_to_list/4',
  'children_fold/3',
  'children_any/2',
  'children_any1/2',
  'append/2',
  'add_restart/1',
  'add_restart/3',
  'dyn_size/1',
  'dyn_erase/2',
  'dyn_store/3',
  'dyn_fold/3',
  'dyn_map/2',
  'dyn_exists/2',
  'dyn_args/2',
  'dyn_init/1',
  'dyn_init/2',
];

export interface Coverage {
  percent: number;
  reached: number;
  lines: number;
  /** `restart/3 line 812` */
  missed: string[];
  /** Of the list above, what this OTP does not have: the list has to follow it. */
  unknown: string[];
}

/** How much of the decisions was reached; `functions` with their first lines, `lines` with how often they ran. */
export function coverageOf({
  functions,
  lines,
}: {
  functions: readonly [string, number, number][];
  lines: readonly [number, number][];
}): Coverage {
  const ordered = functions
    .map(([name, arity, first]) => ({ name: `${name}/${arity}`, first }))
    .sort((a, b) => a.first - b.first);
  const functionAt = (line: number) => ordered.findLast(({ first }) => first <= line)?.name ?? '';
  const decisions = lines.filter(([line]) => DECISIONS.includes(functionAt(line)));
  const missed = decisions
    .filter(([, times]) => times === 0)
    .map(([line]) => `${functionAt(line)} line ${line}`);
  const reached = decisions.length - missed.length;
  return {
    percent: Math.floor((reached / Math.max(1, decisions.length)) * 1000) / 10,
    reached,
    lines: decisions.length,
    missed,
    unknown: DECISIONS.filter((name) => !ordered.some((each) => each.name === name)),
  };
}
