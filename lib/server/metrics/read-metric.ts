/** Metrics whose values are kept elsewhere and read at each scrape. */
import { Counter, Gauge, type Registry } from 'prom-client';

export type Reading = readonly [labels: Readonly<Record<string, string>>, value: number];

interface ReadMetric {
  name: string;
  /** A description with the unit. */
  help: string;
  labelNames?: readonly string[];
  /** All current values: a number if there are no labels. A counter has none while its value is not known. */
  read(): number | Iterable<Reading>;
}

/** Registers a value that rises and falls. */
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

/** Registers a counter whose sum is kept elsewhere. The sum may start again, as after a restart. */
export function readCounter(registry: Registry, { read, ...names }: ReadMetric): void {
  new Counter({
    ...names,
    registers: [registry],
    collect() {
      // The counter still has the sum of the last scrape, to which nothing must be added.
      this.reset();
      // A reset sets a counter without labels to 0. Its value may not be known, so it is removed.
      if (!names.labelNames) this.remove();
      for (const [labels, value] of readings(read)) this.inc(labels, value);
    },
  });
}

function readings(read: ReadMetric['read']): Iterable<Reading> {
  const values = read();
  return typeof values === 'number' ? [[{}, values]] : values;
}
