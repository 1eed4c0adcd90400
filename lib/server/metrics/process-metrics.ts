import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import { collectDefaultMetrics, type Registry } from 'prom-client';
import packageJson from '../../../package.json';
import { type Reading, readGauge } from './read-metric';

/** Costs 0.2 % of a core; at Node's own 10 ms it would be 0.6 %. */
const RESOLUTION_MS = 50;
/** Scrapes within this time share one measurement, so that two scrapers both see all of it. */
const MIN_INTERVAL_MS = 5_000;
const QUANTILES = [0.5, 0.99];

/** Registers metrics of the process: its event loop, its version, and the usual `process_*` and `nodejs_*`. */
export function registerProcessMetrics(registry: Registry): void {
  // The package's own measurement of the event loop ticks a hundred times a second and includes its interval.
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 60_000 });
  for (const name of registry.getMetricsAsArray().map((metric) => metric.name)) {
    if (name.startsWith('nodejs_eventloop_lag')) registry.removeSingleMetric(name);
  }
  const delay = new EventLoopDelay();
  readGauge(registry, {
    name: 'claude_swarm_event_loop_delay_seconds',
    help: 'Seconds by which the event loop was late since the previous scrape, by quantile; 0 at the first scrape.',
    labelNames: ['quantile'],
    read: () => delay.quantiles(),
  });
  readGauge(registry, {
    name: 'claude_swarm_build_info',
    help: 'Always 1; the label says the version of the dashboard.',
    labelNames: ['version'],
    read: () => [[{ version: packageJson.version }, 1]],
  });
}

/** Measures from the first scrape on, so that it costs nothing if `/metrics` is not used. */
class EventLoopDelay {
  #histogram: IntervalHistogram | null = null;
  #since = 0;
  #last: Reading[] = QUANTILES.map((quantile) => [{ quantile: String(quantile) }, 0]);

  quantiles(): Reading[] {
    this.#histogram ??= this.#begin();
    if (performance.now() - this.#since < MIN_INTERVAL_MS) return this.#last;
    this.#last = QUANTILES.map((quantile) => [{ quantile: String(quantile) }, this.#delay(quantile)]);
    this.#histogram.reset();
    this.#since = performance.now();
    return this.#last;
  }

  #begin(): IntervalHistogram {
    const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
    histogram.enable();
    this.#since = performance.now();
    return histogram;
  }

  /** Node's measurement includes the interval at which it samples. */
  #delay(quantile: number): number {
    const { count = 0 } = this.#histogram ?? {};
    if (count === 0) return 0;
    const milliseconds = (this.#histogram?.percentile(quantile * 100) ?? 0) / 1e6;
    return Math.max(0, milliseconds - RESOLUTION_MS) / 1000;
  }
}
