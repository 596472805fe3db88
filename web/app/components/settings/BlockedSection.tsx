import type { PersonView } from '../../../../events/server-frames.ts';
import { client } from '../../chat-store.ts';
import { Avatar } from '../Avatar.tsx';
import { FormError } from '../FormError.tsx';
import { SubmitButton } from '../SubmitButton.tsx';
import { useLoaded } from '../use-loaded.ts';
import { useAction } from '../use-submit.ts';
import { LoadError } from './LoadError.tsx';

export function BlockedSection() {
  const { data: people, error, reload, setData } = useLoaded(() => client.account.blocked());
  if (people === undefined) return <LoadError error={error} onRetry={reload} />;
  if (people.length === 0)
    return (
      <p className="muted">
        You have blocked nobody. To block somebody, open your conversation with them and choose “About” at its
        top.
      </p>
    );
  return (
    <ul className="blocked" aria-label="Blocked people">
      {people.map((person) => (
        <BlockedItem
          key={person.user_id}
          person={person}
          onUnblocked={() => setData(people.filter((other) => other !== person))}
        />
      ))}
    </ul>
  );
}

interface BlockedItemProps {
  readonly person: PersonView;
  readonly onUnblocked: () => void;
}

function BlockedItem({ person, onUnblocked }: BlockedItemProps) {
  const unblock = useAction(async () => {
    await client.account.unblock(person.user_id);
    onUnblocked();
  });
  return (
    <li>
      <Avatar id={person.user_id} name={person.display_name} size="small" />
      <div>
        <p>
          <strong>{person.display_name}</strong>{' '}
          {!person.deleted && <span className="muted">@{person.handle}</span>}
        </p>
        <FormError text={unblock.error} />
      </div>
      <SubmitButton attempt={unblock} className="" onClick={unblock.run}>
        Unblock <span className="visually-hidden">{person.display_name}</span>
      </SubmitButton>
    </li>
  );
}
