import type { EnvironmentView, Wear } from '../../electron/ipc.ts';
import { fleet } from '../store/desk.ts';
import { useInterface } from '../store/interface.ts';
import { useValue } from '../store/value.ts';

/** Over the whole window while an instance is open whose environment wears a colour, and along its edges. */
export function WornBar() {
  const environment = useWorn(useInterface((state) => state.instance));
  if (!environment) return null;
  const { name, wears } = environment;
  return (
    <header className={`worn is-${wears.colour} worn-bar`}>
      <WornWords name={name} wears={wears} />
      <div className="worn-frame" aria-hidden />
    </header>
  );
}

/** Over what is asked before something is done there. */
export function WornStrip({ instance }: { instance: string | null }) {
  const environment = useWorn(instance);
  if (!environment) return null;
  const { name, wears } = environment;
  return (
    <p className={`worn is-${wears.colour} worn-strip`}>
      <WornWords name={name} wears={wears} />
    </p>
  );
}

/** Beside the name of an environment: the colour, and the word unless the name is that word. */
export function WornMark({ wears: { colour, isProduction }, name }: { wears: Wear; name: string }) {
  const says = isProduction && name.toLowerCase() !== 'production';
  return (
    <span className={`worn is-${colour} worn-mark${says ? '' : ' is-mute'}`}>
      {says ? 'production' : <span className="unseen">{isProduction ? 'production' : colour}</span>}
    </span>
  );
}

function WornWords({ name, wears: { isProduction } }: { name: string; wears: Wear }) {
  const isSaid = name.toLowerCase() === 'production';
  return (
    <>
      {isProduction && <strong>Production</strong>}
      {!(isProduction && isSaid) && <span className="cut">{name}</span>}
    </>
  );
}

function useWorn(instance: string | null): (EnvironmentView & { wears: Wear }) | null {
  const view = useValue(fleet);
  const found = view?.environments.find(({ instances }) => instances.some(({ key }) => key === instance));
  return found?.wears ? { ...found, wears: found.wears } : null;
}
