import { Input, Label, Radio, RadioGroup, TextField } from 'react-aria-components';
import type { Act } from '../../../protocol/act.ts';
import { LIMITS } from '../../../protocol/limits.ts';
import type { TreeNode } from '../../../protocol/tree.ts';
import type { ActDetails } from '../../store/acts.ts';
import { duration } from '../../ui/format.ts';

/** What a person sends to a process that is to go on or to end in order; any other is the CLI's. */
const SIGNALS = ['SIGUSR2', 'SIGHUP', 'SIGTERM', 'SIGINT', 'SIGQUIT'] as const;

const LEASES_MS = [5000, LIMITS.leaseMs, LIMITS.maxLeaseMs];

/** With what an act's fields begin. */
export function detailsOf(act: Act): ActDetails {
  if (act === 'signal') return { signal: SIGNALS[0] };
  if (act === 'suspend') return { leaseMs: LIMITS.leaseMs };
  return act === 'start-child' ? { child: '', childArgs: '' } : {};
}

export function isComplete(act: Act, { child, childArgs }: ActDetails): boolean {
  return act !== 'start-child' || (child?.trim() !== '' && whyNoJson(childArgs ?? '') === null);
}

/** As it is sent: what was left empty is not there. */
export function given({ child, childArgs, ...details }: ActDetails): ActDetails {
  return {
    ...details,
    ...(child?.trim() ? { child: child.trim() } : {}),
    ...(childArgs?.trim() ? { childArgs } : {}),
  };
}

interface DetailsProps {
  act: Act;
  supervisor: TreeNode;
  details: ActDetails;
  onChange: (details: ActDetails) => void;
}

/** The fields of an act that takes more than a reason. */
export function Details({ act, supervisor, details, onChange }: DetailsProps) {
  if (act === 'signal') {
    return (
      <Choice
        label="Signal"
        value={details.signal!}
        options={SIGNALS.map((name) => [name, name])}
        onChange={(signal) => onChange({ signal })}
      />
    );
  }
  if (act === 'suspend') {
    return (
      <Choice
        label="For at most"
        value={String(details.leaseMs)}
        options={LEASES_MS.map((ms) => [String(ms), duration(ms).replace('.0', '')])}
        onChange={(ms) => onChange({ leaseMs: Number(ms) })}
      />
    );
  }
  if (act !== 'start-child') return null;
  const wrong = whyNoJson(details.childArgs ?? '');
  return (
    <div className="detail-fields">
      <TextField
        className="field"
        value={details.child}
        onChange={(child) => onChange({ ...details, child })}
        maxLength={200}
        autoFocus
      >
        <Label>Id of the child</Label>
        <Input className="input code" placeholder={`below ${supervisor.lineage}`} />
      </TextField>
      <TextField
        className="field"
        value={details.childArgs}
        onChange={(childArgs) => onChange({ ...details, childArgs })}
        maxLength={LIMITS.maxChildArgsChars}
        isInvalid={wrong !== null}
      >
        <Label>
          Arguments, as JSON <span className={wrong ? 'bad' : 'faint'}>{wrong ?? 'or none'}</span>
        </Label>
        <Input className="input code" placeholder='{"players": 2}' spellCheck={false} />
      </TextField>
    </div>
  );
}

interface ChoiceProps {
  label: string;
  value: string;
  options: [value: string, words: string][];
  onChange: (value: string) => void;
}

function Choice({ label, value, options, onChange }: ChoiceProps) {
  return (
    <RadioGroup className="choices" orientation="horizontal" value={value} onChange={onChange}>
      <Label>{label}</Label>
      {options.map(([each, words]) => (
        <Radio key={each} value={each} className="choice">
          {words}
        </Radio>
      ))}
    </RadioGroup>
  );
}

/** Null: it is JSON, or nothing. */
function whyNoJson(text: string): string | null {
  if (text.trim() === '') return null;
  try {
    JSON.parse(text);
    return null;
  } catch {
    return 'that is no JSON';
  }
}
