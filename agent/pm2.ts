/** What PM2 calls a process, and what it runs. */
export interface UnderPm2 {
  program: string;
  name: string;
  /** The same over restarts, another for each process of a cluster. */
  id: string;
}

/** True for the script of PM2's that wraps a service: that is one, where PM2's other scripts are not. */
export function isPm2Wrapper(script: string | undefined): boolean {
  return /[/\\]pm2[/\\]lib[/\\]ProcessContainer(?:Fork)?\.js$/.test(script ?? '');
}

/**
 * Under PM2 Node is started with a script of PM2's, which loads the service: what that is stands in the environment, for a process
 * of a cluster as JSON in one variable. Null elsewhere, also in a service's own children, which inherit it.
 */
export function underPm2(script: string | undefined, env: NodeJS.ProcessEnv): UnderPm2 | null {
  if (!isPm2Wrapper(script)) return null;
  const told = env.pm2_env === undefined ? env : parse(env.pm2_env);
  const { pm_exec_path: program, name, pm_id: id } = told;
  if (!program || !name || id === undefined) return null;
  return { program: String(program), name: String(name), id: String(id) };
}

function parse(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}
