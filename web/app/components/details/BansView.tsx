import type { BanView } from '../../../client/membership-api.ts';
import { activeChat } from '../../chat-store.ts';
import { mediumTime } from '../../times.ts';
import { Avatar } from '../Avatar.tsx';
import { FormError } from '../FormError.tsx';
import { SubmitButton } from '../SubmitButton.tsx';
import { LoadError } from '../settings/LoadError.tsx';
import { useLoaded } from '../use-loaded.ts';
import { useAction } from '../use-submit.ts';
import type { DetailsProps } from './DetailsDialog.tsx';

export function BansView({ conversation }: DetailsProps) {
  const { convoId } = conversation;
  const { data: bans, error, reload, setData } = useLoaded(() => activeChat().membership.bans(convoId));
  if (bans === undefined) return <LoadError error={error} onRetry={reload} />;
  if (bans.length === 0) return <p className="muted">Nobody is banned.</p>;
  return (
    <ul className="members" aria-label="Banned people">
      {bans.map((ban) => (
        <BanItem
          key={ban.person.user_id}
          convoId={convoId}
          ban={ban}
          onLifted={() => setData(bans.filter((other) => other !== ban))}
        />
      ))}
    </ul>
  );
}

interface BanItemProps {
  readonly convoId: string;
  readonly ban: BanView;
  readonly onLifted: () => void;
}

function BanItem({ convoId, ban, onLifted }: BanItemProps) {
  const { person, until } = ban;
  const lift = useAction(async () => {
    await activeChat().membership.unban(convoId, person.user_id);
    onLifted();
  });
  return (
    <li className="member">
      <Avatar id={person.user_id} name={person.display_name} size="small" />
      <p className="member-name">
        <strong>{person.display_name}</strong>
        {until !== null && <span className="muted"> until {mediumTime(new Date(until))}</span>}
      </p>
      <SubmitButton attempt={lift} className="link" onClick={lift.run}>
        Lift the ban
      </SubmitButton>
      <FormError text={lift.error} />
    </li>
  );
}
