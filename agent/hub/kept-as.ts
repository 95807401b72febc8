import { keptName } from '../../protocol/kept-name.ts';
import { parseListenAddress } from '../config.ts';
import type { HubData } from '../hub-thread.ts';

/**
 * What this instance's files are called, the same in its next life: by PERCH_INSTANCE or FLY_MACHINE_ID, else host
 * and listen address, else (nobody else could tell it from another either) service, script and user.
 */
export function keptAs({ config, hostname, argv }: HubData, service: string): string {
  const uid = process.getuid?.() ?? 0;
  const address = config.listen.find(isLasting);
  const name = config.instance ?? (address ? `${hostname}@${address}` : null);
  return keptName(name === null ? [service, argv[1] ?? '', String(uid)] : [service, name]);
}

/** A port that is the same next time: 0 is a free one. */
function isLasting(raw: string): boolean {
  const address = parseListenAddress(raw);
  return typeof address === 'object' && address.kind === 'tcp' && address.port !== 0;
}
