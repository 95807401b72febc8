import { Label, Radio, RadioGroup } from 'react-aria-components';

/** Long enough for what a person does, short enough to be forgotten without harm. */
const MINUTES = [1, 5, 15] as const;

interface ArmForProps {
  name: string;
  forMs: number;
  onChange: (forMs: number) => void;
}

/** How long this window may act; it is read-only before and after. */
export function ArmFor({ name, forMs, onChange }: ArmForProps) {
  return (
    <div className="arm-for">
      <p className="arm-head">{name} is read-only until you arm it.</p>
      <p className="soft">Everybody who watches sees it, with your name and the reason.</p>
      <RadioGroup
        className="arm-minutes"
        orientation="horizontal"
        value={String(forMs)}
        onChange={(value) => onChange(Number(value))}
      >
        <Label>Arm for</Label>
        {MINUTES.map((minutes) => (
          <Radio key={minutes} value={String(minutes * 60_000)} className="choice">
            {minutes} min
          </Radio>
        ))}
      </RadioGroup>
    </div>
  );
}
