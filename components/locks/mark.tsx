import type { ReactNode } from 'react';

/** A condition of a lock: a word with its reason. */
export function Mark({ word, className, children }: { word: string; className: string; children: ReactNode }) {
  return (
    <p className="wrap-anywhere mt-0.5 text-muted">
      <span className={`tag mr-1 ${className}`}>{word}</span> {children}
    </p>
  );
}
