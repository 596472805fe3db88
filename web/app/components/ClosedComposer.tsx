import { LockIcon } from './icons.tsx';

/** Stands where the composer would be, and says why there is none. */
export function ClosedComposer({ reason }: { readonly reason: string }) {
  return (
    <p className="closed-composer">
      <LockIcon />
      {reason}
    </p>
  );
}
