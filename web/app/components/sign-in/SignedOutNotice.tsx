import type { SignedOutReason } from '../../../client/session-news.ts';

const texts: Readonly<Record<SignedOutReason, string>> = {
  ended:
    'You were signed out of this browser, because this session was ended on another device or your password was changed. Nothing of yours is left here.',
  lapsed: 'Your session has run out. Sign in again.',
  erased: 'Your account has been erased. Nothing of yours is left here.',
};

/** Why somebody who did not sign out finds themselves here. */
export function SignedOutNotice({ because }: { readonly because: SignedOutReason }) {
  return (
    <p className="notice" role="alert">
      {texts[because]}
    </p>
  );
}
