import type { PersonView } from '../../../events/server-frames.ts';
import { Avatar } from './Avatar.tsx';

export interface MentionListProps {
  readonly id: string;
  readonly people: readonly PersonView[];
  readonly active: number;
  readonly onChoose: (person: PersonView) => void;
}

/** The focus stays in the text: the active option is named by `aria-activedescendant`. */
export function MentionList({ id, people, active, onChoose }: MentionListProps) {
  return (
    <div className="mention-list" role="listbox" id={id} aria-label="People to mention">
      {people.map((person, index) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are taken by the text field, which has the focus
        <div
          key={person.user_id}
          id={optionId(id, index)}
          role="option"
          tabIndex={-1}
          aria-selected={index === active}
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => onChoose(person)}
        >
          <Avatar id={person.user_id} name={person.display_name} size="small" />
          <span className="person-name">{person.display_name}</span>
          <span className="person-handle">@{person.handle}</span>
        </div>
      ))}
    </div>
  );
}

export function optionId(listId: string, index: number): string {
  return `${listId}-${index}`;
}
