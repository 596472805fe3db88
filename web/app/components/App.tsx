import { useChatStore } from '../chat-store.ts';
import { ChatPage } from './ChatPage.tsx';
import { SignInPage } from './SignInPage.tsx';

export function App() {
  const chat = useChatStore((store) => store.chat);
  return chat === undefined ? <SignInPage /> : <ChatPage chat={chat} />;
}
