import { useEffect, useState } from 'react';
import type { Act } from '../../../protocol/act.ts';
import { asPerchError, type PerchError } from '../../../protocol/errors.ts';
import type { Preview } from '../../../protocol/preview.ts';
import { ask } from '../../bridge.ts';

export interface PreviewReading {
  /** Null while it is asked for the first time, or could not be had. */
  preview: Preview | null;
  error: PerchError | null;
}

/** What was said may be over by the time a reason is typed. */
const AGAIN_MS = 3000;

/** What an act would do, asked again while the question is open. */
export function usePreview(asked: {
  instance: string;
  act: Act;
  node: string;
  epoch: string;
}): PreviewReading {
  const { instance, act, node, epoch } = asked;
  const [reading, setReading] = useState<PreviewReading>({ preview: null, error: null });
  useEffect(() => {
    let isOver = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = async (): Promise<void> => {
      const found = await ask('preview', { instance, act, node, epoch }).then(
        (preview): PreviewReading => ({ preview, error: null }),
        (thrown): PreviewReading => ({ preview: null, error: asPerchError(thrown) }),
      );
      if (isOver) return;
      setReading(found);
      timer = setTimeout(() => void look(), AGAIN_MS);
    };
    void look();
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [instance, act, node, epoch]);
  return reading;
}
