import type { MessageView } from '../../../../events/http-contracts.ts';
import { activeChat } from '../../chat-store.ts';
import { useOpenConversation } from '../../conversation-context.ts';
import { mediumTime } from '../../times.ts';
import { Dialog } from '../Dialog.tsx';
import { LoadError } from '../settings/LoadError.tsx';
import { useLoaded } from '../use-loaded.ts';

export interface VersionsDialogProps {
  readonly message: MessageView;
  readonly onClose: () => void;
}

/** What a message said before, the latest first. */
export function VersionsDialog({ message, onClose }: VersionsDialogProps) {
  const { convoId } = useOpenConversation();
  const { data, error, reload } = useLoaded(() => activeChat().versions(convoId, message.seq_no));
  return (
    <Dialog title="What it said before" onClose={onClose}>
      {data === undefined && <LoadError error={error} onRetry={reload} />}
      {data !== undefined && (
        <ol className="versions">
          {[...data].reverse().map((version, index) => (
            <li key={version.created_at}>
              <p className="muted">
                {index === 0 ? 'Now, since ' : ''}
                <time dateTime={version.created_at}>{mediumTime(new Date(version.created_at))}</time>
              </p>
              <p className="version-text" dir="auto">
                {version.content}
              </p>
            </li>
          ))}
        </ol>
      )}
    </Dialog>
  );
}
