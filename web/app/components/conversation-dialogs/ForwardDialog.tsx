import { useState } from 'react';
import type { MessageView } from '../../../../events/http-contracts.ts';
import { presentByActivity } from '../../../client/chat-state.ts';
import { activeChat, useChatStore } from '../../chat-store.ts';
import { whyNoWriting } from '../../conversation-rights.ts';
import { messageSummary } from '../../message-summary.ts';
import { conversationName } from '../../names.ts';
import { conversationHref, goTo } from '../../route.ts';
import { Avatar } from '../Avatar.tsx';
import { Dialog } from '../Dialog.tsx';
import { Field } from '../Field.tsx';
import { FormError } from '../FormError.tsx';
import { useSubmit } from '../use-submit.ts';

const shownMax = 20;

export interface ForwardDialogProps {
  readonly message: MessageView;
  readonly onClose: () => void;
}

/** Passes a message on to another conversation, or to the same one. */
export function ForwardDialog({ message, onClose }: ForwardDialogProps) {
  const chat = useChatStore((store) => store.chat);
  const [query, setQuery] = useState('');
  const [chosen, setChosen] = useState<string>();
  const submission = useSubmit(async () => {
    if (chosen === undefined) return;
    await activeChat().send(chosen, '', { forward: message });
    onClose();
    goTo(conversationHref(chosen));
  });
  if (chat === undefined) return null;
  const wanted = query.trim().toLocaleLowerCase();
  const found = presentByActivity(chat)
    .filter(({ view }) => whyNoWriting(view) === undefined)
    .map(({ convoId, view }) => ({ convoId, view, name: conversationName(view, chat.me.user_id) }))
    .filter(({ name }) => name.toLocaleLowerCase().includes(wanted))
    .slice(0, shownMax);
  return (
    <Dialog title="Forward" onClose={onClose}>
      <form className="stack" onSubmit={submission.onSubmit}>
        <blockquote className="dialog-quote">{messageSummary(message)}</blockquote>
        <Field
          label="Find a conversation"
          type="search"
          value={query}
          onChange={(event) => setQuery(event.target.value)}
          autoComplete="off"
          data-autofocus
        />
        <ul className="people" aria-label="Conversations to forward to">
          {found.map(({ convoId, view, name }) => (
            <li key={convoId}>
              <button
                type="button"
                className="person"
                aria-pressed={chosen === convoId}
                onClick={() => setChosen(convoId)}
              >
                <Avatar id={convoId} name={name} isGroup={view.type !== 'direct'} size="small" />
                <span className="person-name">{name}</span>
              </button>
            </li>
          ))}
        </ul>
        {found.length === 0 && <p className="hint">No conversation found.</p>}
        <FormError text={submission.error} />
        <div className="dialog-actions">
          <button type="submit" className="primary" disabled={chosen === undefined || submission.isBusy}>
            Forward
          </button>
        </div>
      </form>
    </Dialog>
  );
}
