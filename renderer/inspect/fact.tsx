import type { ReactNode } from 'react';

/** A line of a list of facts. */
export function Fact({ name, isCode, children }: { name: string; isCode?: boolean; children: ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd className={isCode ? 'selectable code' : 'selectable'}>{children}</dd>
    </>
  );
}
