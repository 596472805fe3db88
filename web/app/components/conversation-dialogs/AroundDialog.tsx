import { useEffect, useRef } from 'react';
import { activeChat } from '../../chat-store.ts';
import { useOpenConversation } from '../../conversation-context.ts';
import { Dialog } from '../Dialog.tsx';
import { LoadError } from '../settings/LoadError.tsx';
import { useLoaded } from '../use-loaded.ts';
import { MessageLines } from './MessageLines.tsx';

export interface AroundDialogProps {
  readonly seqNo: number;
  readonly onClose: () => void;
}

/** A message so far back that the way there is not loaded, with those before and after it. */
export function AroundDialog({ seqNo, onClose }: AroundDialogProps) {
  const { convoId } = useOpenConversation();
  const { data, error, reload } = useLoaded(() => activeChat().messagesAround(convoId, seqNo));
  const content = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (data !== undefined)
      content.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'center' });
  }, [data]);
  return (
    <Dialog title="An earlier message" onClose={onClose}>
      <div ref={content}>
        {data === undefined && <LoadError error={error} onRetry={reload} />}
        {data !== undefined && <MessageLines messages={data} highlighted={seqNo} />}
      </div>
    </Dialog>
  );
}
