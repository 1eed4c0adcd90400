/** The command `watch`: follows the stream, one line for each event, across interruptions. */
import { setTimeout as delay } from 'node:timers/promises';
import { createParser } from 'eventsource-parser';
import { parseCursor, type StreamEventName } from '../../lib/contract/events';
import { STREAM_PATH } from '../../lib/contract/paths';
import type { ApiClient } from './api-client';
import type { WatchCommand } from './arguments';
import type { CommandContext } from './context';
import { CommandError, EXIT, type ExitCode } from './exit';
import { OutputClosed } from './output';
import { describeEvent } from './watch-lines';

/** Heartbeats arrive once a second. */
const SILENCE_TIMEOUT_MS = 10_000;
const CONNECT_TIMEOUT_MS = 15_000;
const MIN_RETRY_MS = 1000;
const MAX_RETRY_MS = 30_000;

/** One event as it arrived. */
export interface WatchedEvent {
  event: StreamEventName;
  id?: string;
  data: string;
}

interface Follower {
  /** Called for each event, in order; the next one waits for it. */
  onEvent(event: WatchedEvent): Promise<void>;
  /** Called when a connection ended. @param seconds until the next attempt */
  onRetry(reason: string, seconds: number): void;
  signal: AbortSignal;
  /** A number from 0 to 1; tests pass their own. */
  random?: () => number;
  /** The shortest pause before a reconnect; tests pass their own. */
  minRetryMs?: number;
}

/** Prints the events until the signal ends it. */
export async function watch(
  { events, after }: WatchCommand,
  { client, common, output, signal }: CommandContext,
): Promise<ExitCode> {
  if (after !== null && parseCursor(after) === null) {
    throw new CommandError('--after must be the id of an event, such as k3v9q2mxw7ra.1284.', EXIT.usage);
  }
  const wanted = new Set<string>(events);
  await follow(client, after, {
    signal,
    onEvent: async ({ event, id, data }) => {
      if (!wanted.has(event)) return;
      if (common.json) {
        const idField = id === undefined ? '' : `"id":${JSON.stringify(id)},`;
        await output.line(`{"event":"${event}",${idField}"data":${data}}`);
        return;
      }
      for (const line of describeEvent(event, data)) await output.line(line);
    },
    onRetry: (reason, seconds) => output.remark(`Interrupted (${reason}); trying again in ${seconds} s.`),
  });
  return EXIT.done;
}

/**
 * Follows the stream until the signal ends it. After an interruption it continues behind the last `messages` event that
 * `onEvent` has taken, so each message comes once, and none is left out unless `connected` says so.
 *
 * @throws {CommandError} if the first attempt finds no dashboard, or it refuses
 */
export async function follow(client: ApiClient, after: string | null, follower: Follower): Promise<void> {
  const { signal, onRetry, random = Math.random, minRetryMs = MIN_RETRY_MS } = follower;
  let lastEventId = after;
  let isHeard = false;
  for (let failures = 0; !signal.aborted; ) {
    let reason = 'the stream ended';
    try {
      await readStream(client, lastEventId, signal, async (event) => {
        isHeard = true;
        failures = 0;
        await follower.onEvent(event);
        if (event.id !== undefined) lastEventId = event.id;
      });
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof OutputClosed) throw error;
      // A refusal will be the same the next time; a server that is starting or full answers later.
      if (error instanceof CommandError && (!isHeard || error.exitCode === EXIT.refused)) throw error;
      reason = error instanceof Error ? error.message : String(error);
    }
    if (signal.aborted) return;
    const longest = Math.min(MAX_RETRY_MS, minRetryMs * 2 ** failures);
    // Many clients of one server must not come back at the same moment.
    const pause = longest * (0.5 + random() / 2);
    failures += 1;
    onRetry(reason, Math.round(pause / 100) / 10);
    await delay(pause, undefined, { signal }).catch(() => {});
  }
}

async function readStream(
  client: ApiClient,
  lastEventId: string | null,
  signal: AbortSignal,
  onEvent: (event: WatchedEvent) => Promise<void>,
): Promise<void> {
  const dropped = new AbortController();
  let silence: NodeJS.Timeout | undefined;
  const expect = (milliseconds: number) => {
    clearTimeout(silence);
    silence = setTimeout(() => dropped.abort(new Error('nothing was heard')), milliseconds);
  };
  expect(CONNECT_TIMEOUT_MS);
  const stopped = AbortSignal.any([signal, dropped.signal]);
  try {
    const headers = {
      Accept: 'text/event-stream',
      ...client.readHeaders,
      ...(lastEventId !== null && { 'Last-Event-ID': lastEventId }),
    };
    const response = await fetch(`${client.url}${STREAM_PATH}`, { headers, redirect: 'manual', signal: stopped }).catch(
      (error) => {
        throw dropped.signal.aborted ? dropped.signal.reason : client.unreachable(error);
      },
    );
    if (response.status !== 200) throw client.refused(response.status, await response.text());
    const arrived: WatchedEvent[] = [];
    const parser = createParser({
      onEvent: ({ event, id, data }) => {
        if (event !== undefined)
          arrived.push({ event: event as StreamEventName, ...(id !== undefined && { id }), data });
      },
    });
    const decoder = new TextDecoder();
    for await (const bytes of response.body ?? []) {
      parser.feed(decoder.decode(bytes, { stream: true }));
      // While a slow reader is waited for, nothing is heard, which is no fault of the server.
      clearTimeout(silence);
      for (const event of arrived.splice(0)) await onEvent(event);
      expect(SILENCE_TIMEOUT_MS);
    }
  } finally {
    clearTimeout(silence);
    dropped.abort();
  }
}
