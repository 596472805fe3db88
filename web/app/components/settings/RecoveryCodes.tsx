import { useState } from 'react';
import { saveFile } from '../../save-file.ts';
import { FormError } from '../FormError.tsx';
import { useAction } from '../use-submit.ts';

export interface RecoveryCodesProps {
  readonly codes: readonly string[];
  readonly onDone: () => void;
}

/** They are shown once: the server keeps hashes of them only. */
export function RecoveryCodes({ codes, onDone }: RecoveryCodesProps) {
  const [isCopied, setCopied] = useState(false);
  const copy = useAction(async () => {
    await navigator.clipboard.writeText(codes.join('\n'));
    setCopied(true);
  });
  return (
    <div className="stack">
      <p>
        <strong>Save these recovery codes now: they are not shown again.</strong> When you do not have your
        authenticator app, each of them signs you in once. Whoever has them and your password has your
        account.
      </p>
      <ul className="recovery-codes" aria-label="Recovery codes">
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ul>
      <FormError text={copy.error} />
      <div className="form-actions">
        {/* Browsers offer the clipboard on secure origins only. */}
        {'clipboard' in navigator && (
          <button type="button" onClick={copy.run}>
            {isCopied ? 'Copied' : 'Copy'}
          </button>
        )}
        <button
          type="button"
          onClick={() => saveFile('confab-recovery-codes.txt', `${codes.join('\n')}\n`, 'text/plain')}
        >
          Download
        </button>
        <button type="button" className="primary" onClick={onDone}>
          I have saved them
        </button>
      </div>
    </div>
  );
}
