export interface LoadErrorProps {
  /** Undefined as long as it is still being loaded. */
  readonly error: string | undefined;
  readonly onRetry: () => void;
}

/** Stands in for what is not there yet. */
export function LoadError({ error, onRetry }: LoadErrorProps) {
  if (error === undefined) return <p className="muted">Loading…</p>;
  return (
    <div className="stack" role="alert">
      <p className="form-error">{error}</p>
      <div className="form-actions">
        <button type="button" onClick={onRetry}>
          Try again
        </button>
      </div>
    </div>
  );
}
