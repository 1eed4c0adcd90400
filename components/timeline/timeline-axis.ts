/** The marks of a time axis, in the viewer's zone. */
import { type Scale, xOf } from './timeline-scale';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const STEPS = [
  ...[0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30].map((count) => count * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((count) => count * MINUTE),
  ...[1, 2, 3, 6, 12].map((count) => count * HOUR),
  ...[1, 2, 7, 14, 28, 91, 364].map((count) => count * DAY),
];
const MAX_MARKS = 400;

export interface AxisMark {
  time: number;
  x: number;
  label: string;
  /** The beginning of a day: its label is the date. */
  day: boolean;
}

/**
 * The marks of a scale.
 *
 * @param apart how far labels must stand from one another, in CSS pixels
 * @param offsetAt gives the viewer's offset from UTC at a moment, in milliseconds; the browser's if absent
 * @returns marks at round local times; none inside a fold
 */
export function axisMarks(scale: Scale, apart: number, offsetAt = localOffset): AxisMark[] {
  const open = scale.pieces.filter(({ folded }) => !folded);
  const widest = open.reduce((most, piece) => Math.max(most, piece.right - piece.left), 0);
  const [first] = open;
  if (first === undefined || widest <= 0) return [];
  const perPixel = (first.until - first.since) / (first.right - first.left);
  const step = STEPS.find((length) => length / perPixel >= apart) ?? (STEPS.at(-1) as number);
  const marks: AxisMark[] = [];
  for (const piece of open) {
    let offset = offsetAt(piece.since);
    let local = Math.ceil((piece.since + offset) / step) * step;
    while (local - offset <= piece.until && marks.length < MAX_MARKS) {
      const time = local - offset;
      marks.push({ time, x: xOf(scale, time), label: labelOf(local, step), day: local % DAY === 0 });
      // Where the clocks change, the marks go on at round times of the new offset.
      offset = offsetAt(time + step);
      local = Math.max(local + step, Math.ceil((time + 1 + offset) / step) * step);
    }
  }
  return marks.filter(({ x }, index) => index === 0 || x - (marks[index - 1] as AxisMark).x >= apart * 0.7);
}

function localOffset(time: number): number {
  return -new Date(time).getTimezoneOffset() * MINUTE;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** @param local a local time written as if it were UTC */
function labelOf(local: number, step: number): string {
  const date = new Date(local);
  if (local % DAY === 0) return `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]}`;
  const text = date.toISOString();
  if (step < SECOND) return text.slice(11, 21);
  return text.slice(11, step < MINUTE ? 19 : 16);
}
