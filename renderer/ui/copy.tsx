import { Check, Copy } from 'lucide-react';
import { useEffect, useState } from 'react';
import { ask } from '../bridge.ts';
import { IconButton } from './button.tsx';

/** Copies a text; says for a moment that it did. */
export function CopyButton({ text, label }: { text: string; label: string }) {
  const [isDone, setDone] = useState(false);
  useEffect(() => {
    if (!isDone) return;
    const timer = setTimeout(() => setDone(false), 1500);
    return () => clearTimeout(timer);
  }, [isDone]);
  const copy = () => void ask('copy', { text }).then(() => setDone(true));
  return <IconButton label={isDone ? 'Copied' : label} icon={isDone ? Check : Copy} onPress={copy} />;
}

/** A line to be typed elsewhere, with a button that copies it. */
export function Command({ text, label = 'Copy' }: { text: string; label?: string }) {
  return (
    <div className="command">
      <code>{text}</code>
      <CopyButton text={text} label={label} />
    </div>
  );
}
