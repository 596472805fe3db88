import type { MessageView } from '../../../events/http-contracts.ts';
import { useOpenConversation } from '../conversation-context.ts';
import { nameList } from '../names.ts';

export interface ReactionsProps {
  readonly message: MessageView;
  readonly reactions: NonNullable<MessageView['reactions']>;
}

/** Each emoji with its count: a button that adds one's own and takes it back. */
export function Reactions({ message, reactions }: ReactionsProps) {
  const { people, myId, mayReact, mayTakeBack, change } = useOpenConversation();
  if (reactions.length === 0) return null;
  return (
    <ul className="reactions" aria-label="Reactions">
      {reactions.map(({ emoji, count, user_ids: userIds }) => {
        const isMine = userIds.includes(myId);
        const names = nameList(people, userIds, myId);
        return (
          <li key={emoji}>
            <button
              type="button"
              className="reaction"
              aria-pressed={isMine}
              aria-label={`${emoji} ${count}: ${names}`}
              title={names}
              disabled={!(mayReact || (isMine && mayTakeBack))}
              onClick={() => change(message, { kind: isMine ? 'unreact' : 'react', emoji })}
            >
              <span aria-hidden="true">
                {emoji} {count}
              </span>
            </button>
          </li>
        );
      })}
    </ul>
  );
}
