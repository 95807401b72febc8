import { CircleCheck, CircleDashed, type LucideIcon, Rows3, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button } from 'react-aria-components';
import { fleet } from '../store/desk.ts';
import { type Page, show, useInterface } from '../store/interface.ts';
import { useValue } from '../store/value.ts';
import { tallyOf } from '../wrong/tally.ts';

/** What there is over the whole fleet, above its instances. */
export function Pages() {
  const { failed, warnings, waiting } = tallyOf(useValue(fleet));
  const count = failed + warnings;
  const look = failed > 0 ? 'bad' : count > 0 ? 'warn' : 'soft';
  const icon = count > 0 ? TriangleAlert : waiting > 0 ? CircleDashed : CircleCheck;
  return (
    <div className="fleet-pages">
      <Door page="wrong" title="What is wrong" icon={icon} look={look}>
        {count > 0 && (
          <>
            <span className={`badge is-${look}`}>{count}</span>
            <span className="unseen">{failed > 0 ? `, ${failed} failed` : ' warnings'}</span>
          </>
        )}
      </Door>
      <Door page="nodes" title="Nodes" icon={Rows3} look="soft" />
    </div>
  );
}

interface DoorProps {
  page: Page;
  title: string;
  icon: LucideIcon;
  look: 'bad' | 'warn' | 'soft';
  children?: ReactNode;
}

function Door({ page, title, icon: Icon, look, children }: DoorProps) {
  const isHere = useInterface((state) => state.page === page);
  return (
    <Button
      className={`fleet-page${isHere ? ' is-selected' : ''}`}
      aria-current={isHere ? 'page' : undefined}
      onPress={() => show({ page })}
    >
      <Icon size={14} strokeWidth={1.9} aria-hidden className={look} />
      <span className="cut">{title}</span>
      {children}
    </Button>
  );
}
