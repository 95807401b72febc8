import { X } from 'lucide-react';
import { show, useInterface } from '../store/interface.ts';
import { IconButton } from '../ui/button.tsx';

/** Above a tree in which what was gone to is not: a link may be older than what it names. */
export function MissingBanner({ instance }: { instance: string }) {
  const missing = useInterface((state) => state.missing);
  if (missing?.instance !== instance) return null;
  return (
    <div className="banner" role="status">
      <p>
        <strong>There is no {missing.name} here.</strong> It may have ended; the timeline may tell of it.
      </p>
      <IconButton label="Put away" icon={X} onPress={() => show({ missing: null })} />
    </div>
  );
}
