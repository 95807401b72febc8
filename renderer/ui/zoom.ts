import { ask } from '../bridge.ts';
import { show, useInterface } from '../store/interface.ts';
import { say } from './said.tsx';

/** In percent. */
export const ZOOMS = [80, 90, 100, 110, 125, 150, 175, 200] as const;

/** One step larger (1) or smaller (-1); 0: as it was made. */
export function zoomWindow(step: 1 | -1 | 0): void {
  const { zoom } = useInterface.getState();
  const next =
    step === 0 ? 100 : step === 1 ? ZOOMS.find((each) => each > zoom) : ZOOMS.findLast((each) => each < zoom);
  if (next === undefined) return;
  show({ zoom: next });
  void ask('set-zoom', { percent: next });
  say(`Zoom ${next} %`);
}

export function zoomOffer(step: 1 | -1): true | string {
  const { zoom } = useInterface.getState();
  if (step === 1) return zoom < ZOOMS.at(-1)! ? true : 'It is as large as it gets';
  return zoom > ZOOMS[0] ? true : 'It is as small as it gets';
}
