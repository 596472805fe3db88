import type { UpdateConversationRequest } from '../../../../events/membership-contracts.ts';
import type { ConversationState } from '../../../client/conversation-state.ts';
import { activeChat } from '../../chat-store.ts';
import { ChoiceField } from '../ChoiceField.tsx';
import { FormError } from '../FormError.tsx';
import { SubmitButton } from '../SubmitButton.tsx';
import { useSubmit } from '../use-submit.ts';

/** What holds for everybody in it. */
export function RulesSection({ conversation }: { readonly conversation: ConversationState }) {
  const { convoId, view } = conversation;
  const isArchived = view.archived_at !== null;
  const rules = useSubmit(async (field) => {
    const wanted = { posting: field('posting'), history: field('history') };
    const changes: UpdateConversationRequest = {
      ...(wanted.posting !== view.posting && {
        posting: wanted.posting === 'admins' ? 'admins' : 'everybody',
      }),
      ...(view.type === 'group' &&
        wanted.history !== view.history && { history: wanted.history === 'joined' ? 'joined' : 'all' }),
    };
    if (Object.keys(changes).length > 0) await activeChat().membership.update(convoId, changes);
  });
  const archive = useSubmit(() => activeChat().membership.update(convoId, { archived: !isArchived }));
  return (
    <section className="details-section" aria-label="Rules">
      <h3>Rules</h3>
      {!isArchived && (
        <form className="stack" onSubmit={rules.onSubmit}>
          <ChoiceField
            key={`posting ${view.posting}`}
            label="Who may write"
            name="posting"
            defaultValue={view.posting}
            options={[
              { value: 'everybody', name: 'Everybody' },
              { value: 'admins', name: 'Only admins' },
            ]}
          />
          {view.type === 'group' && (
            <ChoiceField
              key={`history ${view.history}`}
              label="What newcomers see"
              name="history"
              defaultValue={view.history}
              options={[
                { value: 'all', name: 'Everything' },
                { value: 'joined', name: 'What is said after they join' },
              ]}
            />
          )}
          <FormError text={rules.error} />
          <div className="form-actions">
            <SubmitButton attempt={rules} className="" busy="Saving…">
              Save rules
            </SubmitButton>
          </div>
        </form>
      )}
      <form className="form-actions" onSubmit={archive.onSubmit}>
        <SubmitButton attempt={archive} className="">
          {isArchived ? 'Take out of the archive' : 'Archive for everybody'}
        </SubmitButton>
        <FormError text={archive.error} />
      </form>
    </section>
  );
}
