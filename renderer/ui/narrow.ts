import { useSyncExternalStore } from 'react';

/** Below this the panes have no room beside each other: a small window, or a large zoom. CSS pixels. */
const NARROW = '(max-width: 799px)';

/** Whether the panes have to stand one above the other. */
export function useIsNarrow(): boolean {
  return useSyncExternalStore(listen, () => matchMedia(NARROW).matches);
}

function listen(changed: () => void): () => void {
  const query = matchMedia(NARROW);
  query.addEventListener('change', changed);
  return () => query.removeEventListener('change', changed);
}
