import type { ClipboardEvent } from 'react';
import { codeIn } from '../code.ts';
import { Field, type FieldProps } from './Field.tsx';

/** Six digits from a mail, an SMS or an authenticator app: phones offer them, and a pasted sentence gives its code. */
export function CodeField(props: FieldProps) {
  function onPaste(event: ClipboardEvent<HTMLInputElement>): void {
    const code = codeIn(event.clipboardData.getData('text'));
    if (code === undefined) return;
    event.preventDefault();
    event.currentTarget.value = code;
  }
  return (
    <Field
      name="code"
      inputMode="numeric"
      autoComplete="one-time-code"
      pattern="\s*(\d[\s\-]?){6}\s*"
      title="Six digits"
      maxLength={16}
      spellCheck={false}
      required
      onPaste={onPaste}
      {...props}
      className="code-input"
    />
  );
}
