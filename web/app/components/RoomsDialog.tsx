import { useState } from 'react';
import type { RoomView } from '../../../events/membership-contracts.ts';
import { limits } from '../../../shared/limits.ts';
import { activeChat } from '../chat-store.ts';
import { conversationHref, goTo } from '../route.ts';
import { Avatar } from './Avatar.tsx';
import { Dialog } from './Dialog.tsx';
import { Field } from './Field.tsx';
import { FormError } from './FormError.tsx';
import { SubmitButton } from './SubmitButton.tsx';
import { useRooms } from './use-rooms.ts';
import { useAction } from './use-submit.ts';
import '../styles/details.css';

/** The directory of public rooms. */
export default function RoomsDialog({ onClose }: { readonly onClose: () => void }) {
  const [query, setQuery] = useState('');
  const { rooms, status, loadMore } = useRooms(query);
  return (
    <Dialog title="Public rooms" onClose={onClose}>
      <div className="stack">
        <Field
          label="Find rooms"
          type="search"
          value={query}
          onChange={(event) => setQuery(event.target.value)}
          placeholder="A word of the name"
          autoComplete="off"
          maxLength={limits.roomQueryMaxChars}
          data-autofocus
        />
        <p className="hint" role="status">
          {status}
        </p>
        {rooms.length > 0 && (
          <ul className="members" aria-label="Rooms">
            {rooms.map((room) => (
              <RoomItem key={room.convo_id} room={room} onDone={onClose} />
            ))}
          </ul>
        )}
        {loadMore !== undefined && (
          <button type="button" onClick={loadMore}>
            Show more rooms
          </button>
        )}
      </div>
    </Dialog>
  );
}

function RoomItem({ room, onDone }: { readonly room: RoomView; readonly onDone: () => void }) {
  const { convo_id: convoId, title, topic, member_count: count, joined } = room;
  const enter = useAction(async () => {
    if (!joined) await activeChat().membership.join(convoId);
    onDone();
    goTo(conversationHref(convoId));
  });
  return (
    <li className="member">
      <Avatar id={convoId} name={title} isGroup size="small" />
      <p className="member-name">
        <strong>{title}</strong>
        <span className="muted member-line">
          {count === 1 ? '1 member' : `${count} members`}
          {topic !== null && ` · ${topic}`}
        </span>
      </p>
      <SubmitButton attempt={enter} className="" onClick={enter.run}>
        {joined ? 'Open' : 'Join'}
        <span className="visually-hidden"> {title}</span>
      </SubmitButton>
      <FormError text={enter.error} />
    </li>
  );
}
