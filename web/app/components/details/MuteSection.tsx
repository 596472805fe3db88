import { type ConversationState, isMuted } from '../../../client/conversation-state.ts';
import { activeChat } from '../../chat-store.ts';
import { mediumTime } from '../../times.ts';
import { useNow } from '../../use-now.ts';
import { FormError } from '../FormError.tsx';
import { useAction } from '../use-submit.ts';

const hourMs = 3_600_000;
/** So far away that nobody waits for it. */
const endlessMs = 50 * 365 * 24 * hourMs;

/** No notifications for a while. */
export function MuteSection({ conversation }: { readonly conversation: ConversationState }) {
  const { convoId, view } = conversation;
  const now = useNow();
  return (
    <section aria-label="Notifications" className="details-section">
      <h3>Notifications</h3>
      {isMuted(conversation, now.getTime()) ? (
        <>
          <p>{mutedText(view.muted_until ?? '', now)}</p>
          <div className="form-actions">
            <MuteButton label="Unmute" act={() => activeChat().membership.unmute(convoId)} />
          </div>
        </>
      ) : (
        <div className="form-actions">
          <MuteButton label="Mute for 1 hour" act={() => muteFor(convoId, hourMs)} />
          <MuteButton label="Mute for 8 hours" act={() => muteFor(convoId, 8 * hourMs)} />
          <MuteButton
            label="Mute until I turn it back on"
            act={() => activeChat().membership.mute(convoId, null)}
          />
        </div>
      )}
    </section>
  );
}

function MuteButton({ label, act }: { readonly label: string; readonly act: () => Promise<unknown> }) {
  const action = useAction(act);
  return (
    <>
      <button type="button" onClick={action.run} disabled={action.isBusy}>
        {label}
      </button>
      <FormError text={action.error} />
    </>
  );
}

function muteFor(convoId: string, durationMs: number): Promise<void> {
  return activeChat().membership.mute(convoId, new Date(Date.now() + durationMs).toISOString());
}

function mutedText(until: string, now: Date): string {
  const end = new Date(until);
  return end.getTime() - now.getTime() > endlessMs
    ? 'Muted until you turn it back on.'
    : `Muted until ${mediumTime(end)}.`;
}
