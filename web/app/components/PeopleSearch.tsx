import { type KeyboardEvent, useState } from 'react';
import type { PersonView } from '../../../events/server-frames.ts';
import { limits } from '../../../shared/limits.ts';
import { Avatar } from './Avatar.tsx';
import { Field } from './Field.tsx';
import { CheckIcon, CloseIcon } from './icons.tsx';
import { usePeople } from './use-people.ts';

export interface PeopleSearchProps {
  readonly myId: string;
  readonly chosen: readonly PersonView[];
  readonly onChange: (chosen: readonly PersonView[]) => void;
}

export function PeopleSearch({ myId, chosen, onChange }: PeopleSearchProps) {
  const [query, setQuery] = useState('');
  const { people, status } = usePeople(query, myId);
  const chosenIds = new Set(chosen.map((person) => person.user_id));

  function toggle(person: PersonView): void {
    const isChosen = chosenIds.has(person.user_id);
    onChange(isChosen ? chosen.filter((other) => other.user_id !== person.user_id) : [...chosen, person]);
  }

  /** Enter takes the first one found: type a name, Enter, Tab, Enter. */
  function onKeyDown(event: KeyboardEvent): void {
    const [first] = people;
    if (event.key !== 'Enter' || event.nativeEvent.isComposing || query.trim() === '') return;
    event.preventDefault();
    if (first === undefined) return;
    if (!chosenIds.has(first.user_id)) toggle(first);
    setQuery('');
  }

  return (
    <div className="people-search stack">
      <Field
        label="Find people"
        type="search"
        value={query}
        onChange={(event) => setQuery(event.target.value)}
        onKeyDown={onKeyDown}
        placeholder="Name or handle"
        autoComplete="off"
        maxLength={limits.userSearchQueryMaxChars}
        data-autofocus
      />
      <Chosen people={chosen} onRemove={toggle} />
      <p className="hint" role="status">
        {status}
      </p>
      {people.length > 0 && (
        <ul className="people" aria-label="People found">
          {people.map((person) => (
            <li key={person.user_id}>
              <button
                type="button"
                className="person"
                aria-pressed={chosenIds.has(person.user_id)}
                onClick={() => toggle(person)}
              >
                <Avatar id={person.user_id} name={person.display_name} size="small" />
                <span className="person-name">{person.display_name}</span>
                <span className="person-handle">@{person.handle}</span>
                {chosenIds.has(person.user_id) && <CheckIcon />}
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

interface ChosenProps {
  readonly people: readonly PersonView[];
  readonly onRemove: (person: PersonView) => void;
}

function Chosen({ people, onRemove }: ChosenProps) {
  if (people.length === 0) return null;
  return (
    <ul className="chips" aria-label="Chosen">
      {people.map((person) => (
        <li key={person.user_id} className="chip">
          {person.display_name}
          <button type="button" aria-label={`Remove ${person.display_name}`} onClick={() => onRemove(person)}>
            <CloseIcon />
          </button>
        </li>
      ))}
    </ul>
  );
}
