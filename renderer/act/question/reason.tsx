import { Input, Label, TextField } from 'react-aria-components';
import { LIMITS } from '../../../protocol/limits.ts';

/** What was answered last: often the next act is for the same cause. */
export const lastAnswers = { reason: '', forMs: 5 * 60_000 };

interface ReasonProps {
  value: string;
  onChange: (value: string) => void;
  /** Nothing is to be typed before it. */
  isFirst: boolean;
}

export function Reason({ value, onChange, isFirst }: ReasonProps) {
  return (
    <TextField
      className="field"
      value={value}
      onChange={onChange}
      maxLength={LIMITS.maxReasonChars}
      autoFocus={isFirst}
    >
      <Label>Reason</Label>
      <Input
        className="input"
        placeholder="Why? It goes into the ledger and the audit log."
        onFocus={(event) => event.currentTarget.select()}
      />
    </TextField>
  );
}
