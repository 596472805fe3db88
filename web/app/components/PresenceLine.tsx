import { customText, presenceText } from '../presence-text.ts';
import { useNow } from '../use-now.ts';
import { usePresence } from '../use-presence.ts';

/** In words whether somebody is there, and what they say of themselves. */
export function PresenceLine({ userId, before = '' }: { readonly userId: string; readonly before?: string }) {
  const status = usePresence(userId);
  const now = useNow();
  return <>{[before, presenceText(status, now), customText(status)].filter(Boolean).join(' · ')}</>;
}
