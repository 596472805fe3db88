import { listHref } from '../route.ts';

export interface EmptyPaneProps {
  /** This person has conversations to choose from. */
  readonly hasAny: boolean;
  /** The address names a conversation that is not there, or not ours. */
  readonly isMissing: boolean;
  readonly onStart: () => void;
}

export function EmptyPane({ hasAny, isMissing, onStart }: EmptyPaneProps) {
  return (
    <div className="empty-pane">
      {isMissing ? (
        <>
          <h2>No such conversation</h2>
          <p>It does not exist, or you are not in it.</p>
          <a className="button" href={listHref}>
            Back to your conversations
          </a>
        </>
      ) : (
        <>
          <h2>{hasAny ? 'Pick up where you left off' : 'Welcome to Confab'}</h2>
          <p>{hasAny ? 'Choose a conversation, or begin a new one.' : 'Find somebody, and say hello.'}</p>
          <button type="button" className={hasAny ? undefined : 'primary'} onClick={onStart}>
            Start a conversation
          </button>
        </>
      )}
    </div>
  );
}
