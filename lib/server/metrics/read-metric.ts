/** Metrics whose values stand elsewhere and are read when they are asked for. */
import { Counter, Gauge, type Registry } from 'prom-client';

export type Reading = readonly [labels: Readonly<Record<string, string>>, value: number];

interface ReadMetric {
  name: string;
  /** What it is, with its unit. */
  help: string;
  labelNames?: readonly string[];
  /** All values of this moment: a number where there are no labels. Of a counter, none as long as it is not known. */
  read(): number | Iterable<Reading>;
}

/** Registers something that goes up and down. */
export function readGauge(registry: Registry, { read, ...names }: ReadMetric): void {
  new Gauge({
    ...names,
    registers: [registry],
    collect() {
      this.reset();
      for (const [labels, value] of readings(read)) this.set(labels, value);
    },
  });
}

/** Registers a sum that is kept elsewhere; it may begin anew, as after a restart. */
export function readCounter(registry: Registry, { read, ...names }: ReadMetric): void {
  new Counter({
    ...names,
    registers: [registry],
    collect() {
      // It holds the sum already: what the last scrape put here must not be added to it.
      this.reset();
      // What has no labels a reset leaves at 0, which is more than is known where nothing is read.
      if (!names.labelNames) this.remove();
      for (const [labels, value] of readings(read)) this.inc(labels, value);
    },
  });
}

function readings(read: ReadMetric['read']): Iterable<Reading> {
  const values = read();
  return typeof values === 'number' ? [[{}, values]] : values;
}
