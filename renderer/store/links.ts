import type { FleetView, InstanceView } from '../../electron/ipc.ts';
import { type Link, LOCAL_ENVIRONMENT } from '../../protocol/link.ts';
import { fleet, onLink } from './desk.ts';
import { goTo } from './go-to.ts';
import { show, useInterface } from './interface.ts';

/** The instance that a link names, in the fleet as it is now. */
export function linkedInstance(view: FleetView | null, link: Link): InstanceView | null {
  const environments = view?.environments ?? [];
  const inventory = environments.filter(({ isLocal, name }) => !isLocal && name === link.environment);
  const local = environments.filter(({ isLocal }) => isLocal && link.environment === LOCAL_ENVIRONMENT);
  const instances = [...inventory, ...local].flatMap((environment) => environment.instances);
  return instances.find(({ name }) => name === link.instance) ?? null;
}

/** Follows links from now on. What one names may be starting just now: it is gone to once it is listed. */
export function followLinks(): void {
  let stopWaiting = (): void => {};
  onLink((push) => {
    stopWaiting();
    if (push.kind === 'link-refused') {
      show({ notice: { isBad: true, words: push.error.message, mend: push.error.mend } });
      return;
    }
    if (follow(push.to)) return;
    const notice = { isBad: true, words: absent(push.to), mend: 'It is gone to as soon as it is listed.' };
    show({ notice });
    const offFleet = fleet.subscribe(() => {
      if (follow(push.to)) stopWaiting();
    });
    // Whoever puts the notice away does not want to be taken there later.
    const offNotice = useInterface.subscribe((state) => {
      if (state.notice !== notice) stopWaiting();
    });
    stopWaiting = () => {
      stopWaiting = () => {};
      offFleet();
      offNotice();
      if (useInterface.getState().notice === notice) show({ notice: null });
    };
  });
}

function follow(link: Link): boolean {
  const instance = linkedInstance(fleet.get(), link);
  if (!instance) return false;
  goTo({ instance: instance.key, ...(link.lineage === null ? {} : { lineage: link.lineage }) });
  return true;
}

function absent({ environment, instance }: Link): string {
  const where = environment === LOCAL_ENVIRONMENT ? 'on this computer' : `in ${environment}`;
  return `A link leads to ${instance}, and there is none ${where}.`;
}
