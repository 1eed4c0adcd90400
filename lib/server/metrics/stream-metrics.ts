import type { Registry } from 'prom-client';
import { streamCounts } from '../stream/stream-watch';
import { type Reading, readCounter, readGauge } from './read-metric';

/** Registers the metrics of the event streams. */
export function registerStreamMetrics(registry: Registry): void {
  readGauge(registry, {
    name: 'claude_swarm_streams_open',
    help: 'Open event streams, WebSockets and terminals included.',
    read: () => streamCounts().open.size,
  });
  readGauge(registry, {
    name: 'claude_swarm_websockets_open',
    help: 'Open WebSockets that follow the swarm, which are event streams too.',
    read: () => [...streamCounts().open].filter(({ kind }) => kind === 'websocket').length,
  });
  readGauge(registry, {
    name: 'claude_swarm_stream_queued_bytes',
    help: 'Bytes in this process that stream clients have not read yet.',
    read: () => [...streamCounts().open].reduce((sum, { response }) => sum + (response?.writableLength ?? 0), 0),
  });
  readCounter(registry, {
    name: 'claude_swarm_stream_bytes_total',
    help: 'Bytes of events that were handed to the sockets of streams.',
    read: () => streamCounts().bytes,
  });
  readCounter(registry, {
    name: 'claude_swarm_stream_events_total',
    help: 'Events that were handed to the sockets of streams, by name.',
    labelNames: ['event'],
    read: () => labelled('event', streamCounts().events),
  });
  readCounter(registry, {
    name: 'claude_swarm_streams_ended_total',
    help: 'Event streams that ended, by reason; all but "client_left" were ended by this server.',
    labelNames: ['reason'],
    read: () => labelled('reason', streamCounts().endings),
  });
}

function labelled(label: string, counts: Readonly<Record<string, number>>): Reading[] {
  return Object.entries(counts).map(([name, count]) => [{ [label]: name }, count] as const);
}
