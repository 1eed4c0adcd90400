import { served } from '@/lib/client/base-path';
import { formatCount } from '@/lib/client/text';

/**
 * The page's title and icon, which say in the browser's tab how many things need a person. They are drawn here and not
 * given as metadata: the framework would set its own again after each change.
 */
export function TabSignal({ count = 0, past = false }: { count?: number; past?: boolean }) {
  // Whoever looks at the past has it said: the count is one of now.
  if (past) count = 0;
  return (
    <>
      <title>
        {past ? 'Past · Claude Swarm' : count > 0 ? `(${formatCount(count)}) Claude Swarm` : 'Claude Swarm'}
      </title>
      <link rel="icon" href={served(count > 0 ? '/static/icon-attention.svg' : '/static/icon.svg')} />
    </>
  );
}
