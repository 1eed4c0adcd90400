import { served } from '@/lib/client/base-path';
import { formatCount } from '@/lib/client/text';

/**
 * The page's title and icon, which show the number of open attention items in the browser's tab. They are rendered here
 * and not as metadata: the framework would restore its own after each change.
 */
export function TabSignal({ count = 0, past = false }: { count?: number; past?: boolean }) {
  // At a past moment the title says so, since the count belongs to the present.
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
