import { useId } from 'react';
import type { Choice } from '../locales.ts';

export interface SelectFieldProps {
  readonly label: string;
  readonly name: string;
  readonly defaultValue: string;
  readonly options: readonly Choice[];
}

/** A labelled choice of one or none. */
export function SelectField({ label, name, defaultValue, options }: SelectFieldProps) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select id={id} name={name} defaultValue={defaultValue}>
        <option value="">Not set</option>
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.name}
          </option>
        ))}
      </select>
    </div>
  );
}
