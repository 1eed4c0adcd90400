/** The page's place in the stream that the tabs of a browser share: opens it, and follows the page's life. */
import type { SwarmState } from '../contract/events';
import { STREAM_PATH } from '../contract/paths';
import { requestPath } from './api';
import { HOME, serverUrl } from './base-path';
import { SharedStream, type SharedStreamOptions } from './shared-stream';
import { answerCensus } from './stream-census';
import { openTabChannel } from './tab-channel';

/** Counts up when tabs of an older build could misread what tabs of this one say to each other. */
const PROTOCOL = 1;

type Listeners = Pick<SharedStreamOptions, 'onEvents' | 'onState'>;

/**
 * Follows the swarm by the shared stream, without a gap from the state that the page came with. A page that is frozen
 * or kept for the way back holds no connection.
 *
 * @param first the state in the server's page
 * @param root the swarm's folder: tabs of different swarms at one address share nothing
 * @returns ends all of it
 */
export function followSwarm(first: SwarmState, root: string, listeners: Listeners): () => void {
  const stream = openSharedStream(first, root, listeners);
  const left = new AbortController();
  const { signal } = left;
  const back = () => {
    stream.start();
    if (document.visibilityState === 'visible') stream.wake();
  };
  stream.start();
  window.addEventListener('online', back, { signal });
  window.addEventListener('pageshow', back, { signal });
  window.addEventListener('pagehide', () => stream.stop(), { signal });
  document.addEventListener('freeze', () => stream.stop(), { signal });
  document.addEventListener('resume', back, { signal });
  document.addEventListener('visibilitychange', () => stream.visibilityChanged(), { signal });
  const endCensus = answerCensus(() => stream.isLeader);
  return () => {
    left.abort();
    endCensus();
    stream.stop();
  };
}

function openSharedStream(first: SwarmState, root: string, listeners: Listeners): SharedStream {
  const name = `claude-swarm-dashboard ${PROTOCOL} ${HOME} ${root}`;
  return new SharedStream({
    ...listeners,
    first,
    name,
    tab: `${Date.now()}.${Math.random()}`,
    open: (id) =>
      new EventSource(
        serverUrl(requestPath(STREAM_PATH, id === null ? undefined : new URLSearchParams({ last_event_id: id }))),
      ),
    openChannel: (onMessage) => openTabChannel(name, onMessage),
    // Not there on an address that is no secure context, such as that of another machine over plain HTTP.
    locks: (navigator as { locks?: LockManager }).locks ?? null,
    isVisible: () => document.visibilityState === 'visible',
  });
}
