import { type ReactNode, useEffect } from 'react';

interface PointerAreaProps {
  /** Takes whether the pointer is over the content; the same function at every render. */
  onChange: (over: boolean) => void;
  children: ReactNode;
}

/** Reports whether the pointer is over its content. It has no box of its own. */
export function PointerArea({ onChange, children }: PointerAreaProps) {
  // What disappears under the pointer gets no event of its leaving.
  useEffect(() => () => onChange(false), [onChange]);
  return (
    <div className="contents" onPointerEnter={() => onChange(true)} onPointerLeave={() => onChange(false)}>
      {children}
    </div>
  );
}
