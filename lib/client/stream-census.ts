/**
 * How many streams the tabs of this browser have to this origin. A browser does not show a page that a request waits
 * for a free connection (resource timing gives the same zeros as for a silent server), so that the tabs' own word is the only
 * evidence for "too many open tabs".
 */

const CHANNEL = 'claude-swarm-dashboard streams';
const ANSWER_TIMEOUT_MS = 300;
/** All browsers open so many connections to one server over HTTP/1.1. */
export const MAX_CONNECTIONS = 6;

type CensusMessage = 'who streams?' | 'this tab';

/** Answers other tabs until the returned function is called. */
export function answerCensus(streams: () => boolean): () => void {
  const channel = open();
  if (channel === null) return () => {};
  channel.onmessage = ({ data }: MessageEvent<CensusMessage>) => {
    if (data === 'who streams?' && streams()) channel.postMessage('this tab' satisfies CensusMessage);
  };
  return () => channel.close();
}

/** @returns how many tabs said that they have a stream, this one included; 0 where tabs cannot say it */
export async function countStreams(): Promise<number> {
  const channel = open();
  if (channel === null) return 0;
  let count = 0;
  channel.onmessage = ({ data }: MessageEvent<CensusMessage>) => {
    if (data === 'this tab') count += 1;
  };
  channel.postMessage('who streams?' satisfies CensusMessage);
  await new Promise((resolve) => setTimeout(resolve, ANSWER_TIMEOUT_MS));
  channel.close();
  return count;
}

/** @returns whether streams of this browser's tabs take every connection that it opens to this server */
export async function streamsUseAllConnections(): Promise<boolean> {
  const [page] = globalThis.performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
  // Over HTTP/2 all requests share one connection.
  if (!page?.nextHopProtocol.startsWith('http/1')) return false;
  return (await countStreams()) >= MAX_CONNECTIONS;
}

function open(): BroadcastChannel | null {
  try {
    return new BroadcastChannel(CHANNEL);
  } catch {
    return null;
  }
}
