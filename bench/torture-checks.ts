/** What the torture calls lost, repeated and out of order. */

/** A message as somebody received it. */
export interface Received {
  seq: number;
  /** Whose message and which one, see `traceOf`. */
  trace: number;
}

export interface Verdict {
  received: number;
  lost: number;
  repeated: number;
  misordered: number;
  /** Messages that nobody wrote, or that bear the number of another one. */
  foreign: number;
}

const MESSAGES_PER_WRITER = 1_000_000;

/** The content of the message with a serial number of one writer. */
export function tracedContent(writer: number, serial: number, text: string): string {
  return `w${writer}-${String(serial).padStart(6, '0')} ${text}`;
}

/** The one number that stands for writer and serial. */
export function traceNumber(writer: number, serial: number): number {
  return writer * MESSAGES_PER_WRITER + serial;
}

/** @returns the trace number of a content that `tracedContent` made, or -1 */
export function traceOf(content: unknown): number {
  const match = typeof content === 'string' ? /^w(\d+)-(\d{6}) /.exec(content) : null;
  return match ? traceNumber(Number(match[1]), Number(match[2])) : -1;
}

/**
 * Holds what was received against what should have been.
 *
 * @param expected in order of `seq`; from the first received message on, every one must have come exactly once
 */
export function compare(received: readonly Received[], expected: readonly Received[]): Verdict {
  const from = received[0]?.seq ?? 0;
  const wanted = new Map(expected.filter((message) => message.seq >= from).map(({ seq, trace }) => [trace, seq]));
  const verdict: Verdict = { received: received.length, lost: 0, repeated: 0, misordered: 0, foreign: 0 };
  const seen = new Set<number>();
  let last = 0;
  for (const { seq, trace } of received) {
    if (seen.has(trace)) verdict.repeated += 1;
    else if (wanted.get(trace) !== seq) verdict.foreign += 1;
    else if (seq <= last) verdict.misordered += 1;
    seen.add(trace);
    last = Math.max(last, seq);
  }
  for (const trace of wanted.keys()) if (!seen.has(trace)) verdict.lost += 1;
  return verdict;
}

/**
 * Holds the whole history against what the writers wrote: each writer's serial numbers from 0, each once, in order.
 *
 * @param written how many messages each writer wrote, by its number
 */
export function compareWithWriters(history: readonly Received[], written: ReadonlyMap<number, number>): Verdict {
  const verdict: Verdict = { received: history.length, lost: 0, repeated: 0, misordered: 0, foreign: 0 };
  const seen = new Set<number>();
  const newest = new Map<number, number>();
  let lastSeq = 0;
  for (const { seq, trace } of history) {
    const writer = Math.floor(trace / MESSAGES_PER_WRITER);
    if (trace < 0 || trace % MESSAGES_PER_WRITER >= (written.get(writer) ?? 0)) verdict.foreign += 1;
    else if (seen.has(trace)) verdict.repeated += 1;
    else if (seq <= lastSeq || trace < (newest.get(writer) ?? -1)) verdict.misordered += 1;
    seen.add(trace);
    newest.set(writer, Math.max(trace, newest.get(writer) ?? -1));
    lastSeq = Math.max(lastSeq, seq);
  }
  for (const [writer, messages] of written) {
    for (let serial = 0; serial < messages; serial += 1) {
      if (!seen.has(traceNumber(writer, serial))) verdict.lost += 1;
    }
  }
  return verdict;
}

/** @returns null for a flawless verdict, else what is wrong, in words */
export function verdictFaults({ lost, repeated, misordered, foreign }: Verdict): string | null {
  const faults = Object.entries({ lost, repeated, misordered, foreign }).filter(([, count]) => count > 0);
  return faults.length === 0 ? null : faults.map(([name, count]) => `${count} ${name}`).join(', ');
}

/** The largest number of instants (milliseconds, rising) that lie within one second, its end not included. */
export function mostInOneSecond(instants: readonly number[]): number {
  let most = 0;
  let first = 0;
  for (const [index, instant] of instants.entries()) {
    while (instant - (instants[first] as number) >= 1000) first += 1;
    most = Math.max(most, index - first + 1);
  }
  return most;
}
