import { useState } from 'react';
import { activeChat } from '../../chat-store.ts';
import { LoadError } from '../settings/LoadError.tsx';
import { useLoaded } from '../use-loaded.ts';
import type { DetailsProps } from './DetailsDialog.tsx';
import { MemberItem } from './MemberItem.tsx';

const pageSize = 20;
const rank = { owner: 0, admin: 1, member: 2 };

/** Everybody who is in it: who rules first, then by name; a page at a time. */
export function MemberList({ chat, conversation }: DetailsProps) {
  const { convoId, roster, view } = conversation;
  const [shown, setShown] = useState(pageSize);
  const { error, reload } = useLoaded(() => activeChat().membership.load(convoId));
  const members = [...(roster?.members.values() ?? [])].sort(
    (left, right) =>
      rank[left.role] - rank[right.role] || left.person.display_name.localeCompare(right.person.display_name),
  );
  return (
    <section className="details-section" aria-label="Members">
      <h3>{view.member_count === 1 ? '1 member' : `${view.member_count} members`}</h3>
      {roster === undefined && <LoadError error={error} onRetry={reload} />}
      {roster !== undefined && (
        <ul className="members" aria-label="Members">
          {members.slice(0, shown).map(({ person, role }) => (
            <MemberItem
              key={person.user_id}
              convoId={convoId}
              view={view}
              myId={chat.me.user_id}
              person={person}
              role={role}
            />
          ))}
        </ul>
      )}
      {members.length > shown && (
        <button type="button" onClick={() => setShown(shown + pageSize)}>
          Show more members
        </button>
      )}
    </section>
  );
}
