import type { TroubleView } from '../../electron/ipc.ts';
import type { PerchError } from '../../protocol/errors.ts';

/** An error as a person needs it: what happened, and what to do. */
export function Trouble({ error }: { error: PerchError | TroubleView }) {
  return (
    <div className="trouble" role="status">
      <p className="selectable">{error.message}</p>
      <p className="selectable soft">
        {error.mend} <span className="code faint">{error.code}</span>
      </p>
    </div>
  );
}
