import { Info, TriangleAlert, X } from 'lucide-react';
import { show, useInterface } from '../store/interface.ts';
import { IconButton } from './button.tsx';

/** What came of something that has no place of its own on the screen: a link from outside, a file that was written. */
export function NoticeLine() {
  const notice = useInterface((state) => state.notice);
  if (!notice) return null;
  const { isBad, words, mend } = notice;
  const Icon = isBad ? TriangleAlert : Info;
  return (
    <div className={`notice${isBad ? ' is-bad' : ''}`} role={isBad ? 'alert' : 'status'}>
      <Icon size={14} aria-hidden />
      <p className="selectable">
        {words}
        {mend && <span className="notice-mend"> {mend}</span>}
      </p>
      <IconButton label="Put away" icon={X} onPress={() => show({ notice: null })} />
    </div>
  );
}
