import type { SessionView } from '../../../../events/account-contracts.ts';
import { client } from '../../chat-store.ts';
import { deviceName, isHandheld } from '../../device-name.ts';
import { mediumTime } from '../../times.ts';
import { FormError } from '../FormError.tsx';
import { SubmitButton } from '../SubmitButton.tsx';
import { useLoaded } from '../use-loaded.ts';
import { useAction } from '../use-submit.ts';
import { ComputerIcon, PhoneIcon } from './icons.tsx';
import { LoadError } from './LoadError.tsx';

/** Where this person is signed in, and the way to end it. */
export function SessionsSection() {
  const { data: sessions, error, reload, setData } = useLoaded(() => client.account.sessions());
  const endOthers = useAction(async () => {
    await client.account.endOtherSessions();
    setData(sessions?.filter((session) => session.current) ?? []);
  });
  if (sessions === undefined) return <LoadError error={error} onRetry={reload} />;
  const sorted = sessions.toSorted(
    (left, right) =>
      Number(right.current) - Number(left.current) || right.last_used_at.localeCompare(left.last_used_at),
  );
  return (
    <div className="stack">
      <p>If you do not know one of these, end it and change your password.</p>
      <ul className="sessions" aria-label="Sessions">
        {sorted.map((session) => (
          <SessionItem
            key={session.session_id}
            session={session}
            onEnded={() => setData(sessions.filter((other) => other !== session))}
          />
        ))}
      </ul>
      <FormError text={endOthers.error ?? error} />
      {sessions.length > 1 && (
        <div className="form-actions">
          <SubmitButton attempt={endOthers} className="danger" onClick={endOthers.run}>
            End all other sessions
          </SubmitButton>
        </div>
      )}
    </div>
  );
}

interface SessionItemProps {
  readonly session: SessionView;
  readonly onEnded: () => void;
}

function SessionItem({ session, onEnded }: SessionItemProps) {
  const { session_id: id, current, user_agent: userAgent, ip, last_used_at: usedAt } = session;
  const end = useAction(async () => {
    await client.account.endSession(id);
    onEnded();
  });
  const name = deviceName(userAgent);
  return (
    <li>
      {isHandheld(userAgent) ? <PhoneIcon /> : <ComputerIcon />}
      <div>
        <p title={userAgent ?? undefined}>
          <strong>{name}</strong> {current && <span className="tag tag-good">This device</span>}
        </p>
        <p className="muted">
          Last used {mediumTime(new Date(usedAt))}
          {ip === null ? '' : ` from ${ip}`}
        </p>
        <FormError text={end.error} />
      </div>
      {!current && (
        <SubmitButton attempt={end} className="" onClick={end.run}>
          End <span className="visually-hidden">the session of {name}</span>
        </SubmitButton>
      )}
    </li>
  );
}
