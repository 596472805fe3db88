import { activeChat } from '../chat-store.ts';
import { conversationHref, goTo, listHref } from '../route.ts';
import { mediumTime } from '../times.ts';
import { Avatar } from './Avatar.tsx';
import { FormError } from './FormError.tsx';
import { SubmitButton } from './SubmitButton.tsx';
import { LoadError } from './settings/LoadError.tsx';
import { useLoaded } from './use-loaded.ts';
import { useAction } from './use-submit.ts';

/** What a link leads to, before one comes in. */
export default function InvitePane({ token }: { readonly token: string }) {
  const { data: invite, error, reload } = useLoaded(() => activeChat().invitations.preview(token));
  const join = useAction(async () => {
    goTo(conversationHref(await activeChat().invitations.acceptLink(token)));
  });
  return (
    <div className="empty-pane">
      <h2>You are invited</h2>
      {invite === undefined ? (
        <LoadError error={error} onRetry={reload} />
      ) : (
        <>
          <Avatar id={invite.invited_by.user_id} name={invite.title ?? ''} isGroup />
          <p>
            <strong>{invite.title ?? 'A group'}</strong>
          </p>
          {invite.topic !== null && <p>{invite.topic}</p>}
          <p>
            {invite.invited_by.display_name} invites you.{' '}
            {invite.member_count === 1 ? '1 member' : `${invite.member_count} members`}, until{' '}
            {mediumTime(new Date(invite.expires_at))}.
          </p>
          <FormError text={join.error} />
          <SubmitButton attempt={join} onClick={join.run}>
            {invite.role === 'admin' ? 'Join as an admin' : 'Join'}
          </SubmitButton>
        </>
      )}
      <a className="button" href={listHref}>
        Back to your conversations
      </a>
    </div>
  );
}
