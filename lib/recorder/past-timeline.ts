/** What a timeline draws of a span of time: health and locks as bars, messages as ticks, no more than can be drawn. */
import { formatCursor } from '../contract/events';
import { formatInstant, instantWriter } from '../contract/instant';
import { compareNaturally } from '../contract/natural-order';
import type { TimelineAnswer } from '../contract/past-schemas';
import type { History } from '../history/history';
import type { Tick, TimeSpan } from '../history/message-times';
import { knownSince } from '../history/snapshots';
import type { SpanCell } from '../history/span-cells';
import type { SpanSubject } from '../history/span-columns';
import { unknownSpans } from '../history/span-reader';
import type { Questions } from './protocol';
import { thinSpans } from './thin-spans';

const MOST_LANES = 200;
const MOST_BARS = 2000;
const MOST_TICKS = 10_000;
/** Whoever reads a message meant for more is shown whom all it went to with the message. */
const MOST_RECIPIENTS = 50;

/** @returns a `Timeline` as JSON */
export function timeline(history: History, query: Questions['timeline']['query']): string {
  const { since, until, agent } = query;
  const span = { since, until };
  const step = Math.max(1, Math.ceil((until - since) / query.steps));
  const { health, locks } = history.spans.touching(span, step);
  const keepLanes = (isKept: (agent: string) => boolean) => {
    health.keepAgents(isKept);
    locks.keepAgents(isKept);
  };
  if (agent !== undefined) keepLanes((lane) => lane === agent);
  const spoken = history.times.spoken(span).filter(({ sender }) => agent === undefined || sender === agent);
  const totals = { messages: sumOf(spoken), lock_spans: locks.total, health_spans: health.total };

  const lanes = lanesOf([...health.agents(), ...locks.agents(), ...spoken.map(({ sender }) => sender)], query.after);
  const shown = new Set(lanes.shown);
  if (lanes.all.length > shown.size) keepLanes((lane) => shown.has(lane));
  const steps = [
    thinSpans(health, { span, step, most: MOST_BARS, keep: 'longest' }),
    thinSpans(locks, { span, step, most: MOST_BARS, keep: 'first' }),
  ];
  const { ticks, tickStep } = ticksOf(
    history,
    span,
    step,
    lanes.all.length === shown.size && !agent ? null : lanes.shown,
  );
  const known = knownSince(history.db);
  const answer: Omit<TimelineAnswer, 'health' | 'locks' | 'messages'> = {
    since: formatInstant(since),
    until: formatInstant(until),
    step_ms: Math.max(...steps),
    message_step_ms: tickStep,
    known_since: instantOrNull(known),
    first_message_at: instantOrNull(history.times.firstMessageAt()),
    agents: lanes.shown,
    unknown: unknownSpans(history.db, since, until, known),
    totals,
    next_agent: lanes.next,
  };
  const write = new ElementWriter(history.epoch);
  const parts = {
    health: health.list().map((cell) => write.health(cell)),
    locks: locks.list().map((cell) => write.bar(cell, history.spans.subjectOf(cell.id))),
    messages: ticks.map((tick) => write.tick(tick)),
  };
  const lists = Object.entries(parts).map(([name, elements]) => `,"${name}":[${elements.join(',')}]`);
  return `${JSON.stringify(answer).slice(0, -1)}${lists.join('')}}`;
}

/** @param after the last lane of an earlier answer */
function lanesOf(names: readonly string[], after: string | undefined) {
  const all = [...new Set(names)].sort(compareNaturally);
  const following = after === undefined ? all : all.filter((name) => compareNaturally(name, after) > 0);
  const shown = following.slice(0, MOST_LANES);
  return { all, shown, next: following.length > shown.length ? (shown.at(-1) ?? null) : null };
}

/** @param senders whose; null for everyone's */
function ticksOf(history: History, span: TimeSpan, step: number, senders: readonly string[] | null) {
  const most = history.times.mostTicks(span, senders ?? undefined);
  let tickStep = step;
  while (most(tickStep) > MOST_TICKS && tickStep <= span.until - span.since) tickStep *= 2;
  return { tickStep, ticks: history.times.ticks(span, tickStep, senders ?? undefined) };
}

/**
 * Writes the many elements of an answer as JSON. By hand, since they repeat the same few texts: objects of them all cost
 * several times as much as the text.
 */
class ElementWriter {
  readonly #epoch: string;
  readonly #instant = instantWriter();
  readonly #texts = new Map<string | readonly string[], string>();

  constructor(epoch: string) {
    this.#epoch = epoch;
  }

  /** @returns a `HealthSpan` */
  health({ agent, value, since, until }: SpanCell): string {
    return `{"agent":${this.#text(agent)},"health":${this.#text(value)},${this.#times(since, until)}}`;
  }

  /** @returns a `LockBar` */
  bar({ agent, value, count, since, until }: SpanCell, { subject, path }: SpanSubject): string {
    const of = `"lock_file":${this.#text(subject)},"filepath":${this.#text(path)}`;
    const times = this.#times(since, until);
    return `{"agent":${this.#text(agent)},${of},"state":${this.#text(value)},${times},"count":${count}}`;
  }

  /** @returns a `MessageTick` */
  tick({ sender, type, at, count, seq, recipients }: Tick): string {
    const whose = `"sender":${this.#text(sender)},"type":${this.#text(type)}`;
    const first = `"cursor":"${formatCursor(this.#epoch, seq)}","recipients":${this.#text(recipients)}`;
    return `{${whose},"at":"${this.#instant(at)}","count":${count},${first}}`;
  }

  #times(since: number, until: number | null): string {
    return `"since":"${this.#instant(since)}","until":${until === null ? null : `"${this.#instant(until)}"`}`;
  }

  /** A text, or recipients, which are one and the same list for all that went to them. */
  #text(value: string | readonly string[]): string {
    let text = this.#texts.get(value);
    if (text === undefined) {
      text = JSON.stringify(typeof value === 'string' ? value : value.slice(0, MOST_RECIPIENTS));
      this.#texts.set(value, text);
    }
    return text;
  }
}

function instantOrNull(at: number | null): string | null {
  return at === null ? null : formatInstant(at);
}

function sumOf(counted: readonly { count: number }[]): number {
  return counted.reduce((sum, { count }) => sum + count, 0);
}
