import { useValue, Value } from '../store/value.ts';

/** What a key just did, or why it did nothing; for a moment, in the status bar. */
const said = new Value<{ words: string } | null>(null);

const SAID_MS = 5000;

let timer: ReturnType<typeof setTimeout> | null = null;

export function say(words: string): void {
  said.set({ words });
  if (timer !== null) clearTimeout(timer);
  timer = setTimeout(() => said.set(null), SAID_MS);
}

export function Said() {
  const now = useValue(said);
  return (
    <span className="said cut" role="status" title={now?.words}>
      {now?.words}
    </span>
  );
}
