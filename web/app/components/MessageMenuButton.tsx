import type { MessageView } from '../../../events/http-contracts.ts';
import { useOpenConversation } from '../conversation-context.ts';
import { messageSummary } from '../message-summary.ts';
import { MoreIcon } from './icons.tsx';

export interface MessageMenuButtonProps {
  readonly message: MessageView;
  readonly name: string;
}

/** Shows with the pointer or the focus on the message; always there for the keyboard and for screen readers. */
export function MessageMenuButton({ message, name }: MessageMenuButtonProps) {
  const { openMenu } = useOpenConversation();
  return (
    <button
      type="button"
      className="icon-button message-more"
      aria-haspopup="menu"
      aria-label={`Actions for the message of ${name}: ${messageSummary(message)}`}
      onClick={(event) => openMenu(message, event.currentTarget)}
    >
      <MoreIcon />
    </button>
  );
}
