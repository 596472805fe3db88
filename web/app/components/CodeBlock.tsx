import { useState } from 'react';

export interface CodeBlockProps {
  readonly text: string;
  /** As its writer named it; empty if not. */
  readonly language: string;
}

/** Code as it was typed, with a scroll of its own so that the page does not get one. */
export function CodeBlock({ text, language }: CodeBlockProps) {
  const [isCopied, setCopied] = useState(false);
  async function copy(): Promise<void> {
    await navigator.clipboard.writeText(text);
    setCopied(true);
  }
  return (
    <div className="code-block">
      <div className="code-head">
        <bdi>{language === '' ? 'Code' : language}</bdi>
        {/* Browsers offer the clipboard on secure origins only. */}
        {'clipboard' in navigator && (
          <button
            type="button"
            className="link"
            onClick={() => void copy().catch(() => {})}
            onBlur={() => setCopied(false)}
          >
            {isCopied ? 'Copied' : 'Copy'}
            <span className="visually-hidden"> code</span>
          </button>
        )}
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable with the keyboard */}
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset is for the fields of a form */}
      <pre tabIndex={0} role="group" aria-label={language === '' ? 'Code' : `Code, ${language}`} dir="ltr">
        <code>{text}</code>
      </pre>
    </div>
  );
}
