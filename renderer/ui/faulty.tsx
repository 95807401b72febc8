import { Component, type ReactNode } from 'react';
import { Button } from './button.tsx';

/** In place of a screen that threw: what it said, and a way on. Nothing is left blank. */
export class Faulty extends Component<{ children: ReactNode }, { error: Error | null }> {
  override state: { error: Error | null } = { error: null };

  static getDerivedStateFromError(thrown: unknown): { error: Error } {
    return { error: thrown instanceof Error ? thrown : new Error(String(thrown)) };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (!error) return this.props.children;
    return (
      <main>
        <div className="page" role="alert">
          <h1>This screen has a fault</h1>
          <p className="code selectable">{error.message}</p>
          <p className="soft">
            That did nothing to any service. This is a fault of Perch; please report it with the message.
          </p>
          <div className="page-buttons">
            <Button look="main" onPress={() => location.reload()}>
              Load the window again
            </Button>
          </div>
        </div>
      </main>
    );
  }
}
