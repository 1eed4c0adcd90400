import type { ReactNode } from 'react';

/** A name and a value in a list of facts, whose element has the columns. */
export function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="contents">
      <dt className="text-muted">{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
