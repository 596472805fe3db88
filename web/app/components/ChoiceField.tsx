import { useId } from 'react';
import type { Choice } from '../locales.ts';

export interface ChoiceFieldProps<Value extends string> {
  readonly label: string;
  readonly name?: string;
  readonly value?: Value;
  readonly defaultValue?: Value;
  readonly options: readonly (Choice & { readonly value: Value })[];
  readonly disabled?: boolean;
  readonly onChoose?: (value: Value) => void;
}

/** A labelled choice of one of a few. */
export function ChoiceField<Value extends string>(props: ChoiceFieldProps<Value>) {
  const { label, options, onChoose, ...select } = props;
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select
        id={id}
        {...select}
        onChange={
          onChoose &&
          ((event) => {
            const chosen = options.find(({ value }) => value === event.target.value);
            if (chosen !== undefined) onChoose(chosen.value);
          })
        }
      >
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.name}
          </option>
        ))}
      </select>
    </div>
  );
}
