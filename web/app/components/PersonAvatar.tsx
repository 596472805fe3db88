import { presenceText } from '../presence-text.ts';
import { useNow } from '../use-now.ts';
import { usePresence } from '../use-presence.ts';
import { Avatar, type AvatarProps } from './Avatar.tsx';

/** Somebody's avatar with a dot that tells whether they are there; decoration like it. */
export function PersonAvatar(props: Omit<AvatarProps, 'isGroup'>) {
  const status = usePresence(props.id);
  const now = useNow();
  return (
    <span className="person-avatar" title={presenceText(status, now)} aria-hidden="true">
      <Avatar {...props} />
      {status !== undefined && status.status !== 'offline' && (
        <span className="presence-dot" data-status={status.status} />
      )}
    </span>
  );
}
