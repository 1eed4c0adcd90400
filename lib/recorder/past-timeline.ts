/** What a timeline draws of a span of time: health and locks as bars, messages as ticks, no more than can be drawn. */
import { formatCursor } from '../contract/events';
import { formatInstant, instantWriter } from '../contract/instant';
import { compareNaturally } from '../contract/natural-order';
import type { HealthSpan, LockBar, MessageTick, TimelineAnswer } from '../contract/past-schemas';
import type { History } from '../history/history';
import type { Tick, TimeSpan, VoiceCount } from '../history/message-times';
import { knownSince } from '../history/snapshots';
import type { SpanCell, SpanSubject } from '../history/span-cells';
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
  const own = ({ agent: lane }: SpanCell) => agent === undefined || lane === agent;
  const touching = history.spans.touching(span, step);
  const health = touching.health.filter(own);
  const locks = touching.locks.filter(own);
  const spoken = history.times.spoken(span).filter(({ sender }) => agent === undefined || sender === agent);

  const lanes = lanesOf([...health, ...locks], spoken, query.after);
  const shown = new Set(lanes.shown);
  const ofLanes = (cells: SpanCell[]) => cells.filter((cell) => shown.has(cell.agent));
  const thinnedHealth = thinSpans(ofLanes(health), { span, step, most: MOST_BARS, keep: 'longest' });
  const thinnedLocks = thinSpans(ofLanes(locks), { span, step, most: MOST_BARS, keep: 'first' });
  const { ticks, tickStep } = ticksOf(
    history,
    span,
    step,
    lanes.all.length === shown.size && !agent ? null : lanes.shown,
  );
  const known = knownSince(history.db);
  const write = instantWriter();
  const answer: TimelineAnswer = {
    since: formatInstant(since),
    until: formatInstant(until),
    step_ms: Math.max(thinnedHealth.step, thinnedLocks.step),
    message_step_ms: tickStep,
    known_since: instantOrNull(known),
    first_message_at: instantOrNull(history.times.firstMessageAt()),
    agents: lanes.shown,
    health: thinnedHealth.cells.map((cell) => healthOf(cell, write)),
    locks: thinnedLocks.cells.map((cell) => barOf(cell, history.spans.subjectOf(cell), write)),
    messages: ticks.map((tick) => tickOf(history.epoch, tick, write)),
    unknown: unknownSpans(history.db, since, until, known),
    totals: { messages: sumOf(spoken), lock_spans: sumOf(locks), health_spans: sumOf(health) },
    next_agent: lanes.next,
  };
  return JSON.stringify(answer);
}

/** @param after the last lane of an earlier answer */
function lanesOf(cells: readonly SpanCell[], spoken: readonly VoiceCount[], after: string | undefined) {
  const names = new Set([...cells.map(({ agent }) => agent), ...spoken.map(({ sender }) => sender)]);
  const all = [...names].sort(compareNaturally);
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

type WriteInstant = (at: number) => string;

function healthOf({ agent, value, since, until }: SpanCell, write: WriteInstant): HealthSpan {
  return {
    agent,
    health: value as HealthSpan['health'],
    since: write(since),
    until: until === null ? null : write(until),
  };
}

function barOf(cell: SpanCell, { subject, path }: SpanSubject, write: WriteInstant): LockBar {
  const { agent, value, count, since, until } = cell;
  const state = value as LockBar['state'];
  const times = { since: write(since), until: until === null ? null : write(until) };
  return { agent, lock_file: subject, filepath: path, state, ...times, count };
}

function tickOf(epoch: string, { sender, type, count, at, seq, recipients }: Tick, write: WriteInstant): MessageTick {
  const first = { cursor: formatCursor(epoch, seq), recipients: recipients.slice(0, MOST_RECIPIENTS) };
  return { sender, type, at: write(at), count, ...first };
}

function instantOrNull(at: number | null): string | null {
  return at === null ? null : formatInstant(at);
}

function sumOf(counted: readonly { count: number }[]): number {
  return counted.reduce((sum, { count }) => sum + count, 0);
}
