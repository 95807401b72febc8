import { ChevronRight } from 'lucide-react';
import { Fragment } from 'react';
import { Button } from 'react-aria-components';

interface FocusPathProps {
  /** Outermost first; the last is what is in focus. */
  path: readonly { id: string; name: string }[];
  onFocus: (id: string | null) => void;
}

/** Where the picture begins, and the way back out. */
export function FocusPath({ path, onFocus }: FocusPathProps) {
  const inner = path.at(-1);
  return (
    <nav className="focus-path" aria-label="Focus">
      <Step name="Whole tree" isLast={!inner} onPress={() => onFocus(null)} />
      {path.map(({ id, name }) => (
        <Fragment key={id}>
          <ChevronRight className="faint" size={13} aria-hidden />
          <Step name={name} isLast={id === inner?.id} onPress={() => onFocus(id)} />
        </Fragment>
      ))}
    </nav>
  );
}

function Step({ name, isLast, onPress }: { name: string; isLast: boolean; onPress: () => void }) {
  return (
    <Button
      className="focus-step cut"
      aria-current={isLast ? 'location' : undefined}
      excludeFromTabOrder={isLast}
      onPress={onPress}
    >
      {name}
    </Button>
  );
}
