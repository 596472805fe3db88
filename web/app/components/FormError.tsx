/** Says what went wrong; empty it stays in the page, so that screen readers notice when it changes. */
export function FormError({ text }: { readonly text: string | undefined }) {
  return (
    <div role="alert" className="form-error">
      {text}
    </div>
  );
}
