import { ArrowLeft, ArrowRight } from 'lucide-react';
import { useInterface } from '../store/interface.ts';
import { useValue } from '../store/value.ts';
import { stepOffer, stepWay, trail } from '../store/way.ts';
import { IconButton } from './button.tsx';

/** Back and forward to where the person was. */
export function Way() {
  useValue(trail);
  useInterface(({ instance }) => instance);
  return (
    <>
      <IconButton
        label="Back"
        icon={ArrowLeft}
        onPress={() => stepWay(-1)}
        isDisabled={stepOffer(-1) !== true}
        keys="Alt ←"
      />
      <IconButton
        label="Forward"
        icon={ArrowRight}
        onPress={() => stepWay(1)}
        isDisabled={stepOffer(1) !== true}
        keys="Alt →"
      />
    </>
  );
}
