import { Fragment, lazy } from 'react';
import { useChatStore } from '../chat-store.ts';
import { useReauthentication } from '../reauthentication.ts';
import { usePlace } from '../route.ts';
import { useTitle } from '../use-title.ts';
import { ChatPage } from './ChatPage.tsx';
import { Loading } from './Loading.tsx';
import { SignInPage } from './SignInPage.tsx';

const ReauthenticateDialog = lazy(() => import('./ReauthenticateDialog.tsx'));
const SettingsPage = lazy(() => import('./settings/SettingsPage.tsx'));

export function App() {
  const chat = useChatStore((store) => store.chat);
  const place = usePlace();
  const isAsked = useReauthentication((store) => store.answer !== undefined);
  useTitle(chat);
  if (chat === undefined) return <SignInPage />;
  // By the person: when another tab signs somebody else in, nothing on the page outlives the one before.
  const person = chat.me.user_id;
  return (
    <Fragment key={person}>
      {place.name === 'settings' ? (
        <Loading>
          <SettingsPage chat={chat} section={place.section} />
        </Loading>
      ) : (
        <ChatPage chat={chat} />
      )}
      {isAsked && (
        <Loading>
          <ReauthenticateDialog me={chat.me} />
        </Loading>
      )}
    </Fragment>
  );
}
