import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button as AriaButton, Tooltip, TooltipTrigger } from 'react-aria-components';

interface ButtonProps {
  children: ReactNode;
  onPress: () => void;
  look?: 'plain' | 'bare' | 'main' | 'danger' | 'armed';
  isDisabled?: boolean;
  type?: 'button' | 'submit';
}

export function Button({ children, onPress, look = 'plain', isDisabled, type = 'button' }: ButtonProps) {
  return (
    <AriaButton className={`button is-${look}`} onPress={onPress} isDisabled={isDisabled} type={type}>
      {children}
    </AriaButton>
  );
}

interface IconButtonProps {
  /** Its accessible name, and what the tooltip says. */
  label: string;
  icon: LucideIcon;
  onPress: () => void;
  isDisabled?: boolean;
  /** Shown in the tooltip. */
  keys?: string;
}

export function IconButton({ label, icon: Icon, onPress, isDisabled, keys }: IconButtonProps) {
  return (
    <TooltipTrigger delay={600}>
      <AriaButton
        className="button is-bare is-icon"
        aria-label={label}
        onPress={onPress}
        isDisabled={isDisabled}
      >
        <Icon size={15} strokeWidth={1.75} aria-hidden />
      </AriaButton>
      <Hint keys={keys}>{label}</Hint>
    </TooltipTrigger>
  );
}

export function Hint({ children, keys }: { children: ReactNode; keys?: string }) {
  return (
    <Tooltip className="tooltip" offset={6}>
      {children}
      {keys && <kbd>{keys}</kbd>}
    </Tooltip>
  );
}
