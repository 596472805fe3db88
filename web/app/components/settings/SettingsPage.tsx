import { useEffect, useRef } from 'react';
import type { ChatState } from '../../../client/chat-state.ts';
import { listHref, settingsHref } from '../../route.ts';
import { ConnectionNotice } from '../ConnectionNotice.tsx';
import { BackIcon } from '../icons.tsx';
import { SignOutButton } from '../SignOutButton.tsx';
import { AddressesSection } from './AddressesSection.tsx';
import { BlockedSection } from './BlockedSection.tsx';
import { DataSection } from './DataSection.tsx';
import { PasswordSection } from './PasswordSection.tsx';
import { PrivacySection } from './PrivacySection.tsx';
import { ProfileSection } from './ProfileSection.tsx';
import { SessionsSection } from './SessionsSection.tsx';
import { type SectionId, sectionOf, sections } from './sections.ts';
import { TwoStepSection } from './TwoStepSection.tsx';
import './settings.css';

export interface SettingsPageProps {
  readonly chat: ChatState;
  readonly section: string | undefined;
}

/** The sections and one of them: side by side where there is room, one at a time on a phone. */
export default function SettingsPage({ chat, section }: SettingsPageProps) {
  const named = sectionOf(section);
  const open = named ?? sections[0];
  const heading = useFocusOnChange(open.id);
  return (
    <main className="chat settings" data-view={named === undefined ? 'list' : 'conversation'}>
      <div className="notices">
        <ConnectionNotice state={chat.connection} isFirst={!chat.isLoaded} />
      </div>
      <div className="sidebar">
        <header className="settings-header">
          <a className="icon-button" href={listHref} aria-label="Back to your conversations">
            <BackIcon />
          </a>
          <h1>Settings</h1>
          <SignOutButton />
        </header>
        <nav aria-label="Settings" className="settings-nav">
          <ul>
            {sections.map(({ id, title }) => (
              <li key={id}>
                <a
                  href={settingsHref(id)}
                  aria-current={id === named?.id ? 'page' : undefined}
                  data-shown={id === open.id || undefined}
                >
                  {title}
                </a>
              </li>
            ))}
          </ul>
        </nav>
      </div>
      <div className="pane settings-pane">
        <section className="settings-section" aria-labelledby="settings-title">
          <header>
            <a className="icon-button back" href={settingsHref()} aria-label="Back to the settings">
              <BackIcon />
            </a>
            <h1 id="settings-title" ref={heading} tabIndex={-1}>
              {open.title}
            </h1>
          </header>
          <Section id={open.id} chat={chat} />
        </section>
      </div>
    </main>
  );
}

function Section({ id, chat: { me } }: { readonly id: SectionId; readonly chat: ChatState }) {
  switch (id) {
    case 'profile':
      return <ProfileSection me={me} />;
    case 'addresses':
      return <AddressesSection me={me} />;
    case 'password':
      return <PasswordSection me={me} />;
    case 'two-step':
      return <TwoStepSection />;
    case 'sessions':
      return <SessionsSection />;
    case 'privacy':
      return <PrivacySection me={me} />;
    case 'blocked':
      return <BlockedSection />;
    case 'data':
      return <DataSection me={me} />;
  }
}

/** Screen readers and keyboards go on where something new appeared. */
function useFocusOnChange(id: SectionId) {
  const heading = useRef<HTMLHeadingElement>(null);
  const before = useRef(id);
  useEffect(() => {
    if (before.current === id) return;
    before.current = id;
    heading.current?.focus();
  }, [id]);
  return heading;
}
