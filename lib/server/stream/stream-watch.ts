/** Observes the event streams: counts them for the metrics, and writes two lines to the log for each. */
import type { ServerResponse } from 'node:http';
import { STREAM_EVENT_NAMES, type StreamEventName } from '../../contract/events';
import { log } from '../../platform/log';
import { oncePerProcess } from '../../platform/process-global';
import type { RequestConnection } from '../http/request-connection';

/** Why a stream ended, and the label of the metric for it. */
const REASONS: Readonly<Record<string, string>> = {
  'the client left': 'client_left',
  stalled: 'stalled',
  'another history': 'another_history',
  'the server stops': 'server_stops',
  'its messages can not be read': 'messages_unreadable',
  'its token is no longer valid': 'token_revoked',
  'no sign of life': 'silent',
  'it broke the protocol': 'protocol_broken',
  'it sent a binary message': 'protocol_broken',
  'it sent too many messages': 'too_many_messages',
};
const OTHER = 'other';

/** What carries a stream: server-sent events of the swarm or of a terminal, or a WebSocket. */
export type StreamKind = 'sse' | 'terminal' | 'websocket';

/** The name in the metrics of every event of a terminal. */
export const TERMINAL_EVENT = 'terminal';

/** Counts since the process began. */
interface StreamCounts {
  /** One entry for each open stream; the response is null where its connection is not known. */
  readonly open: Set<{ response: ServerResponse | null; kind: StreamKind }>;
  readonly events: Record<string, number>;
  readonly endings: Record<string, number>;
  bytes: number;
}

interface Shared {
  counts: StreamCounts;
  /** Answers that are or were streams. */
  responses: WeakSet<ServerResponse>;
}

const shared = () =>
  oncePerProcess<Shared>('streams', () => ({
    counts: {
      open: new Set(),
      events: zeros([...STREAM_EVENT_NAMES, TERMINAL_EVENT]),
      endings: zeros([...Object.values(REASONS), OTHER]),
      bytes: 0,
    },
    responses: new WeakSet(),
  }));

function zeros(names: readonly string[]): Record<string, number> {
  return Object.fromEntries(names.map((name) => [name, 0]));
}

/** @returns what all streams have sent so far, and the open streams */
export function streamCounts(): Readonly<StreamCounts> {
  return shared().counts;
}

/** @returns whether an answer is or was a stream */
export function isStream(response: ServerResponse): boolean {
  return shared().responses.has(response);
}

/** Observes one stream while it is open. */
export interface WatchedStream {
  /** An event was handed to the socket. */
  sent(event: StreamEventName | typeof TERMINAL_EVENT, bytes: number): void;
  /** @param reason a phrase of this code; further calls change nothing */
  ended(reason: string): void;
}

/** Records that a stream begins. */
export function watchStream(connection: RequestConnection | null, kind: StreamKind): WatchedStream {
  const { counts, responses } = shared();
  const entry = { response: connection?.response ?? null, kind };
  const request = connection?.requestId ?? null;
  const start = performance.now();
  let events = 0;
  let bytes = 0;
  counts.open.add(entry);
  if (entry.response) responses.add(entry.response);
  log().info({ request, kind }, 'stream opened');
  return {
    sent(event, size) {
      events++;
      bytes += size;
      counts.bytes += size;
      counts.events[event] = (counts.events[event] ?? 0) + 1;
    },
    ended(reason) {
      if (!counts.open.delete(entry)) return;
      const label = REASONS[reason] ?? OTHER;
      counts.endings[label] = (counts.endings[label] ?? 0) + 1;
      log().info({ request, reason, ms: Math.round(performance.now() - start), events, bytes }, 'stream ended');
    },
  };
}
