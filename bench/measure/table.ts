/** The result of a bench: figures with their bounds, as a table and as JSON. */

export interface Figure {
  name: string;
  value: number;
  /** `ms`, `MB`, `per second`, `%`, `times` ... */
  unit: string;
  /** Upper or lower bound, in the same unit. */
  atMost?: number;
  atLeast?: number;
  /** The same figure of the baseline, measured alternately with it. */
  baseline?: number;
}

export interface Result {
  bench: string;
  seconds: number;
  figures: Figure[];
}

/** A bench: its name on the command line, and a description of its method. */
export interface Bench {
  name: string;
  how: string;
  /** Starts processes that must run for some time before they are measured; other benches run in between. */
  begin?(scratch: string): Promise<void>;
  run(scratch: string): Promise<Figure[]>;
}

/** @returns whether a figure is within its bounds; null for one without any */
export function holds({ value, atMost, atLeast }: Figure): boolean | null {
  if (atMost === undefined && atLeast === undefined) return null;
  // A figure that could not be measured is not within any bound.
  return value <= (atMost ?? Number.POSITIVE_INFINITY) && value >= (atLeast ?? Number.NEGATIVE_INFINITY);
}

/** @returns one line of cells for each figure: name, value, baseline, bound, verdict */
export function cells(figure: Figure): string[] {
  const { name, value, unit, baseline, atMost, atLeast } = figure;
  const bound =
    atMost !== undefined ? `at most ${text(atMost)}` : atLeast !== undefined ? `at least ${text(atLeast)}` : '';
  const verdict = holds(figure);
  return [
    name,
    `${text(value)} ${unit}`.trim(),
    baseline === undefined ? '' : text(baseline),
    bound,
    verdict === null ? '' : verdict ? 'met' : 'MISSED',
  ];
}

/** @returns the table for a terminal */
export function printed(figures: readonly Figure[]): string {
  const rows = [['figure', 'value', 'baseline', 'bound', ''], ...figures.map(cells)];
  const widths = (rows[0] as string[]).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] as number))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** @returns the table in Markdown */
export function markdown(figures: readonly Figure[]): string {
  const rows = [
    ['figure', 'value', 'baseline', 'bound', ''],
    ['---', '--:', '--:', '--:', '---'],
    ...figures.map(cells),
  ];
  return rows.map((row) => `| ${row.join(' | ')} |`).join('\n');
}

function text(value: number): string {
  const digits = Math.abs(value) < 10 ? 2 : Math.abs(value) < 100 ? 1 : 0;
  return Number(value.toFixed(digits)).toLocaleString('en-GB');
}

/** The value below which a share of the sorted values lies. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}
