import { useState } from 'react';
import type { Me } from '../../../../events/user-contracts.ts';
import { limits } from '../../../../shared/limits.ts';
import { client } from '../../chat-store.ts';
import { languages, timeZones } from '../../locales.ts';
import { profileChanges } from '../../profile-changes.ts';
import { Avatar } from '../Avatar.tsx';
import { Field } from '../Field.tsx';
import { HandleField } from '../RegisterForm.tsx';
import { SelectField } from '../SelectField.tsx';
import { useSubmit } from '../use-submit.ts';
import { SaveActions } from './SaveActions.tsx';

export function ProfileSection({ me }: { readonly me: Me }) {
  const [isSaved, setSaved] = useState(false);
  const submission = useSubmit(async (field) => {
    setSaved(false);
    const changes = profileChanges(me, field);
    if (changes !== undefined) client.showMe(await client.account.update(changes));
    setSaved(true);
  });
  const { fieldError } = submission;
  return (
    <form onSubmit={submission.onSubmit} onInput={() => setSaved(false)} className="stack">
      <p className="person-line">
        <Avatar id={me.user_id} name={me.display_name} />
        <span className="muted">This is how others see you.</span>
      </p>
      <Field
        label="Name"
        name="display_name"
        autoComplete="name"
        maxLength={limits.displayNameMaxChars}
        defaultValue={me.display_name}
        error={fieldError('display_name')}
        required
      />
      <HandleField defaultValue={me.handle} error={fieldError('handle')} />
      <SelectField
        label="Language"
        name="locale"
        defaultValue={me.locale ?? ''}
        options={languages(me.locale, navigator.languages)}
      />
      <SelectField
        label="Time zone"
        name="time_zone"
        defaultValue={me.time_zone ?? ''}
        options={timeZones(me.time_zone)}
      />
      <SaveActions attempt={submission} isSaved={isSaved} />
    </form>
  );
}
