import type { ReactNode } from 'react';
import { countdownText } from '../countdown.ts';
import type { Attempt } from './use-submit.ts';

export interface SubmitButtonProps {
  readonly attempt: Attempt;
  readonly children: ReactNode;
  /** Instead of the children while it is under way. */
  readonly busy?: string;
  readonly className?: string;
  readonly disabled?: boolean;
  /** A button that does it by itself; without it the form around it does. */
  readonly onClick?: () => void;
}

/** Disabled while its work is under way, and as long as the server would refuse it. */
export function SubmitButton(props: SubmitButtonProps) {
  const { attempt, children, busy, className = 'primary', disabled = false, onClick } = props;
  const { isBusy, secondsToWait } = attempt;
  return (
    <button
      type={onClick === undefined ? 'submit' : 'button'}
      className={className}
      disabled={disabled || isBusy || secondsToWait > 0}
      onClick={onClick}
    >
      {isBusy && busy !== undefined ? busy : children}
      {secondsToWait > 0 && ` (${countdownText(secondsToWait)})`}
    </button>
  );
}
