import { type ReactNode, useEffect, useRef, useState } from 'react';
import type { SignInStep } from '../../client/sign-in-api.ts';
import { askedCode, forgetAskedCode } from '../asked-code.ts';
import { useChatStore } from '../chat-store.ts';
import { Logo } from './icons.tsx';
import { LogInForm } from './LogInForm.tsx';
import { RegisterForm } from './RegisterForm.tsx';
import { OtherWay, type OtherWayMode } from './sign-in/OtherWay.tsx';
import { SignedOutNotice } from './sign-in/SignedOutNotice.tsx';

type Mode =
  | { readonly name: 'log-in'; readonly isReset?: boolean }
  | { readonly name: 'register' }
  | OtherWayMode;

const titles: Readonly<Record<Mode['name'], string>> = {
  'log-in': 'Welcome back',
  register: 'Create your account',
  code: 'Sign in with a code',
  reset: 'Reset your password',
  'second-factor': 'One more step',
};

export function SignInPage() {
  const [mode, setMode] = useState<Mode>(firstMode);
  const card = useFocusOnChange(mode);
  return (
    <main className="sign-in">
      <div className="sign-in-card" ref={card}>
        <p className="brand">
          <Logo />
          Confab
        </p>
        <h1>{titles[mode.name]}</h1>
        <Forms mode={mode} onMode={setMode} />
      </div>
    </main>
  );
}

interface FormsProps {
  readonly mode: Mode;
  readonly onMode: (mode: Mode) => void;
}

function Forms({ mode, onMode }: FormsProps) {
  const because = useChatStore((store) => store.signedOutBecause);
  const [email, setEmail] = useState('');

  function onStep(step: SignInStep): void {
    if (step.kind === 'second-factor') onMode({ name: 'second-factor', challenge: step.challenge });
  }

  function startOver(): void {
    forgetAskedCode();
    onMode({ name: 'log-in' });
  }

  function onReset(address: string): void {
    setEmail(address);
    onMode({ name: 'log-in', isReset: true });
  }

  if (mode.name === 'register')
    return (
      <>
        <RegisterForm />
        <Switch question="You have an account?" label="Sign in" onClick={startOver} />
      </>
    );
  if (mode.name !== 'log-in')
    return (
      <>
        <OtherWay mode={mode} email={email} onStep={onStep} onReset={onReset} />
        <Switch
          label={mode.name === 'second-factor' ? 'Start again' : 'Use your password'}
          onClick={startOver}
        />
      </>
    );
  return (
    <>
      {mode.isReset ? <ResetNotice /> : because && <SignedOutNotice because={because} />}
      <LogInForm
        email={email}
        onEmail={setEmail}
        onStep={onStep}
        onForgot={() => onMode({ name: 'reset' })}
        onCode={() => onMode({ name: 'code' })}
      />
      <Switch question="New here?" label="Create an account" onClick={() => onMode({ name: 'register' })} />
    </>
  );
}

/** Where a page that was thrown away goes on: a code is on its way. */
function firstMode(): Mode {
  if (askedCode('login') !== undefined) return { name: 'code' };
  return askedCode('reset') === undefined ? { name: 'log-in' } : { name: 'reset' };
}

function ResetNotice() {
  return (
    <p className="notice" role="status">
      Your password is changed. Sign in with the new one.
    </p>
  );
}

interface SwitchProps {
  readonly question?: string;
  readonly label: string;
  readonly onClick: () => void;
}

function Switch({ question, label, onClick }: SwitchProps): ReactNode {
  return (
    <p className="sign-in-switch">
      {question}{' '}
      <button type="button" className="link" onClick={onClick}>
        {label}
      </button>
    </p>
  );
}

/** What was clicked is gone with the former form: the first field of the new one takes the focus. */
function useFocusOnChange(mode: Mode) {
  const card = useRef<HTMLDivElement>(null);
  const before = useRef(mode);
  useEffect(() => {
    if (before.current === mode) return;
    before.current = mode;
    card.current?.querySelector('input')?.focus();
  }, [mode]);
  return card;
}
