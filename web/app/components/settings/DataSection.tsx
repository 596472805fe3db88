import { useEffect, useRef, useState } from 'react';
import type { Me } from '../../../../events/user-contracts.ts';
import { client } from '../../chat-store.ts';
import { confirmed } from '../../reauthentication.ts';
import { saveFile } from '../../save-file.ts';
import { FormError } from '../FormError.tsx';
import { SubmitButton } from '../SubmitButton.tsx';
import { useAction } from '../use-submit.ts';
import { EraseDialog } from './EraseDialog.tsx';

export function DataSection({ me }: { readonly me: Me }) {
  const [isErasing, setErasing] = useState(false);
  return (
    <div className="stack-wide">
      <Download handle={me.handle} />
      <section className="stack" aria-labelledby="erase-title">
        <h2 id="erase-title">Erase your account</h2>
        <p>
          Your profile, your addresses and all your sessions are removed for ever. Messages that you wrote
          stay in their conversations, without your name.
        </p>
        <div className="form-actions">
          <button type="button" className="danger" onClick={() => setErasing(true)}>
            Erase account…
          </button>
        </div>
        {isErasing && <EraseDialog handle={me.handle} onClose={() => setErasing(false)} />}
      </section>
    </div>
  );
}

function Download({ handle }: { readonly handle: string }) {
  const [progress, setProgress] = useState('');
  const leaving = useRef<AbortController>(undefined);
  useEffect(() => () => leaving.current?.abort(), []);

  const download = useAction(async () => {
    const controller = new AbortController();
    leaving.current = controller;
    setProgress('Collecting…');
    try {
      const data = await confirmed(() =>
        client.exportData(
          (count) => setProgress(`Collecting… ${messages(count)} so far.`),
          controller.signal,
        ),
      );
      saveFile(`confab-${handle}.json`, JSON.stringify(data, null, 2), 'application/json');
      setProgress(`Done: your account and ${messages(data.messages.length)}.`);
    } catch (error) {
      setProgress('');
      throw error;
    }
  });

  return (
    <section className="stack" aria-labelledby="download-title">
      <h2 id="download-title">Download your data</h2>
      <p>Everything that is kept about you, and every message that you wrote, as one JSON file.</p>
      <FormError text={download.error} />
      <div className="form-actions">
        <SubmitButton attempt={download} className="" busy="Collecting…" onClick={download.run}>
          Download
        </SubmitButton>
        <p className="hint" role="status">
          {progress}
        </p>
      </div>
    </section>
  );
}

function messages(count: number): string {
  return count === 1 ? '1 message' : `${count.toLocaleString()} messages`;
}
