import { Component, type ReactNode, Suspense } from 'react';

interface LoadingProps {
  readonly children: ReactNode;
}

/** For a part of the page that is fetched when it is first needed: shows nothing until then, and says if it fails. */
export class Loading extends Component<LoadingProps, { readonly hasFailed: boolean }> {
  override state = { hasFailed: false };

  static getDerivedStateFromError() {
    return { hasFailed: true };
  }

  override render(): ReactNode {
    if (!this.state.hasFailed) return <Suspense>{this.props.children}</Suspense>;
    return (
      <div className="load-failed" role="alert">
        <p>This part could not be loaded.</p>
        <button type="button" onClick={() => window.location.reload()}>
          Load the page again
        </button>
      </div>
    );
  }
}
