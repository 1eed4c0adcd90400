import type { ReactNode } from 'react';
import { served } from '@/lib/client/base-path';

/** A page with one heading and a short text. */
export function PlainPage({ title, children }: { title: string; children: ReactNode }) {
  return (
    <main className="mx-auto max-w-prose px-4 py-16">
      <title>Claude Swarm</title>
      <link rel="icon" href={served('/static/icon.svg')} />
      <h1 className="font-semibold text-xl">{title}</h1>
      <div className="mt-2">{children}</div>
    </main>
  );
}
