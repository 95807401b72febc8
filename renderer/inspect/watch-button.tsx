import { Star } from 'lucide-react';
import { ToggleButton, TooltipTrigger } from 'react-aria-components';
import { useInterface } from '../store/interface.ts';
import { isWatched, toggleWatched } from '../store/watched.ts';
import { Hint } from '../ui/button.tsx';

/** Whether the person is told, outside of the window too, when this place restarts. */
export function WatchButton({ instance, lineage }: { instance: string; lineage: string }) {
  const isOn = useInterface(({ watched }) => isWatched(watched, instance, lineage));
  return (
    <TooltipTrigger delay={600}>
      <ToggleButton
        className={`button is-bare is-icon${isOn ? ' is-watched' : ''}`}
        aria-label="Watch for restarts"
        isSelected={isOn}
        onChange={toggleWatched}
      >
        <Star size={15} strokeWidth={1.75} fill={isOn ? 'currentColor' : 'none'} aria-hidden />
      </ToggleButton>
      <Hint keys="*">{isOn ? 'Watched: restarts are told' : 'Tell me when it restarts'}</Hint>
    </TooltipTrigger>
  );
}
