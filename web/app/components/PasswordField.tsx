import { useState } from 'react';
import { limits } from '../../../shared/limits.ts';
import { Field, type FieldProps } from './Field.tsx';
import { HideIcon, ShowIcon } from './icons.tsx';

/** A password that can be looked at. `new-password` states what is asked of it, and judges nothing more. */
export function PasswordField(
  props: FieldProps & { readonly autoComplete: 'current-password' | 'new-password' },
) {
  const [isShown, setShown] = useState(false);
  const isNew = props.autoComplete === 'new-password';
  const rules = {
    minLength: limits.passwordMinChars,
    maxLength: limits.passwordMaxChars,
    hint: `At least ${limits.passwordMinChars} characters. A few words in a row are a good one.`,
  };
  return (
    <Field
      type={isShown ? 'text' : 'password'}
      autoCapitalize="none"
      autoCorrect="off"
      spellCheck={false}
      {...(isNew && rules)}
      {...props}
      action={
        <button
          type="button"
          className="icon-button"
          aria-label="Show password"
          aria-pressed={isShown}
          onClick={() => setShown(!isShown)}
        >
          {isShown ? <HideIcon /> : <ShowIcon />}
        </button>
      }
    />
  );
}
