import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { client } from './chat-store.ts';
import { App } from './components/App.tsx';
import './styles/tokens.css';
import './styles/base.css';
import './styles/controls.css';
import './styles/forms.css';
import './styles/sign-in.css';
import './styles/layout.css';
import './styles/sidebar.css';
import './styles/conversation.css';
import './styles/messages.css';
import './styles/message-bubble.css';
import './styles/message-text.css';
import './styles/message-parts.css';
import './styles/writing.css';
import './styles/thread.css';
import './styles/presence.css';
import './styles/dialog.css';

const root = document.getElementById('app');
if (root === null) throw new Error('index.html has no #app');
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
client.resume().catch((error: unknown) => console.error('The session could not be resumed', error));
