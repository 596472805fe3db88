import { useState } from 'react';
import { Logo } from './icons.tsx';
import { LogInForm } from './LogInForm.tsx';
import { RegisterForm } from './RegisterForm.tsx';

export function SignInPage() {
  const [mode, setMode] = useState<'log-in' | 'register'>('log-in');
  const isNew = mode === 'register';
  return (
    <main className="sign-in">
      <div className="sign-in-card">
        <p className="brand">
          <Logo />
          Confab
        </p>
        <h1>{isNew ? 'Create your account' : 'Welcome back'}</h1>
        {isNew ? <RegisterForm /> : <LogInForm />}
        <p className="sign-in-switch">
          {isNew ? 'You have an account?' : 'New here?'}{' '}
          <button type="button" className="link" onClick={() => setMode(isNew ? 'log-in' : 'register')}>
            {isNew ? 'Sign in' : 'Create an account'}
          </button>
        </p>
      </div>
    </main>
  );
}
