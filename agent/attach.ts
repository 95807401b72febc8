import { type AgentConfig, readConfig } from './config.ts';
import { switchedOffBy } from './off-switch.ts';
import { registry } from './registry.ts';
import { startWith } from './start.ts';

/**
 * What came of it. `attached`: the agent starts, and opens its local socket in `runtimeDir`, or joins `hub`, the socket of the
 * service that started this process. `present`: there is one already. `off`: Perch is switched off here. `denied`:
 * Node's permission model keeps threads or the inspector from it.
 */
export type AttachOutcome =
  | { outcome: 'attached'; runtimeDir: string; hub: string | null }
  | { outcome: 'present' | 'off' | 'denied' };

/**
 * What `perch attach` puts into a process that runs already (client/attach/injection.ts evaluates the whole bundle there).
 * The agent is reached by its local socket only, whatever the environment says: it opens no port and says nothing.
 */
export function attach(attachedAt: number): AttachOutcome {
  if (registry().probe) return { outcome: 'present' };
  const config = readConfig({ listen: [] }, process.env);
  if (!config?.local || switchedOffBy(config)) return { outcome: 'off' };
  const { permission } = process;
  if (permission && !(permission.has('worker') && permission.has('inspector'))) return { outcome: 'denied' };
  const hub = process.env.PERCH_HUB || null;
  startWith({ ...config, attachedAt } satisfies AgentConfig);
  return { outcome: 'attached', runtimeDir: config.runtimeDir, hub };
}
