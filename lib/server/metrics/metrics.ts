/**
 * The metrics of this process, for Prometheus. Counters of requests are increased when a request ends. State (agents,
 * locks, the history) is read when `/metrics` is requested; the start of the server registers it.
 *
 * Every label has few values, all chosen by this code, so no client can create a new time series.
 */
import { Counter, Histogram, Registry } from 'prom-client';
import { oncePerProcess } from '../../platform/process-global';

interface Metrics {
  readonly registry: Registry;
  readonly requests: Counter<'route' | 'method' | 'status'>;
  /** Durations in seconds. */
  readonly durations: Histogram<'route'>;
  readonly errors: Counter<'where'>;
}

const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];

/** Where an unexpected error of a request occurred: in `endpoint()`, or in the part of Next with this name. */
export const ERROR_PLACES = ['endpoint', 'render', 'route', 'action', 'proxy'] as const;

/** @returns the counters of this process, created at the first use */
export const metrics = () => oncePerProcess('metrics', createMetrics);

function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const requests = new Counter({
    name: 'claude_swarm_http_requests_total',
    help: 'Requests that were answered, or whose client left before (status "none"). A stream counts when it ends.',
    labelNames: ['route', 'method', 'status'],
    registers,
  });
  const durations = new Histogram({
    name: 'claude_swarm_http_request_duration_seconds',
    help: 'Seconds from the head of a request to the end of its answer, without streams.',
    labelNames: ['route'],
    buckets: BUCKETS,
    registers,
  });
  const errors = new Counter({
    name: 'claude_swarm_request_errors_total',
    help: 'Requests that failed by a fault of the server, by where it arose; the log has the details.',
    labelNames: ['where'],
    registers,
  });
  // Starts at 0: a series that begins with its first event has no rate for it.
  for (const where of ERROR_PLACES) errors.inc({ where }, 0);
  return { registry, requests, durations, errors };
}
