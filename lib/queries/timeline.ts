/**
 * What a timeline shows of a span of time: health, activities and locks as bars, messages as ticks, commands and changes
 * of tasks as marks. The number of elements is limited to what can be drawn.
 */
import { formatCursor } from '../contract/events';
import { formatInstant } from '../contract/instant';
import { compareNaturally } from '../contract/natural-order';
import type { ActionMark, EarlierLock, TaskMark, TimelineAnswer } from '../contract/past-schemas';
import type { TimeSpan } from '../contract/time-span';
import { type ActionMarkRow, actionMarks } from '../history/action-rows';
import type { History } from '../history/history';
import { knownSince } from '../history/snapshots';
import { unknownSpans } from '../history/span-reader';
import { type TaskMarkRow, taskMarks } from '../history/task-marks';
import type { Questions } from './questions';
import { thinSpans } from './thin-spans';
import { ElementWriter } from './timeline-json';

const MAX_LANES = 200;
const MAX_BARS = 2000;
const MAX_TICKS = 10_000;
const MAX_EARLIER_LOCKS = 2000;
const MAX_ACTION_MARKS = 2000;
const MAX_TASK_MARKS = 2000;

/** @returns a `Timeline` as JSON */
export function timeline(history: History, query: Questions['timeline']['query']): string {
  const { since, until, agent } = query;
  const span = { since, until };
  const step = Math.max(1, Math.ceil((until - since) / query.steps));
  const { health, activity, locks } = history.spans.touching(span, step);
  const keepLanes = (isKept: (agent: string) => boolean) => {
    health.keepAgents(isKept);
    activity.keepAgents(isKept);
    locks.keepAgents(isKept);
  };
  if (agent !== undefined) keepLanes((lane) => lane === agent);
  const spoken = history.times.spoken(span).filter(({ sender }) => agent === undefined || sender === agent);
  const totals = { messages: totalCount(spoken), lock_spans: locks.total, health_spans: health.total };

  const known = knownSince(history.db);
  const earlier = earlierLocks(history, span, known).filter((lock) => agent === undefined || lock.agent === agent);
  const acted = readActionMarks(history, span, step, agent);
  const changed = taskMarks(history.db, span, step, MAX_TASK_MARKS).filter(
    (mark) => agent === undefined || mark.agent === agent,
  );
  const assigned = changed.filter((mark) => mark.agent !== '');
  const about = [...earlier, ...acted, ...assigned].map((one) => one.agent);
  const names = [...health.agents(), ...locks.agents(), ...about];
  const lanes = pageOfLanes([...names, ...spoken.map(({ sender }) => sender)], query.after);
  const shown = new Set(lanes.shown);
  if (lanes.all.length > shown.size) keepLanes((lane) => shown.has(lane));
  const steps = [
    thinSpans(health, { span, step, most: MAX_BARS, keep: 'longest' }),
    thinSpans(activity, { span, step, most: MAX_BARS, keep: 'longest' }),
    thinSpans(locks, { span, step, most: MAX_BARS, keep: 'first' }),
  ];
  const { ticks, tickStep } = readTicks(
    history,
    span,
    step,
    lanes.all.length === shown.size && !agent ? null : lanes.shown,
  );
  const answer: Omit<TimelineAnswer, 'health' | 'activity' | 'locks' | 'messages'> = {
    since: formatInstant(since),
    until: formatInstant(until),
    step_ms: Math.max(...steps),
    message_step_ms: tickStep,
    known_since: instantOrNull(known),
    first_message_at: instantOrNull(history.times.firstMessageAt()),
    agents: lanes.shown,
    earlier_locks: earlier.filter((lock) => shown.has(lock.agent)).slice(0, MAX_EARLIER_LOCKS),
    actions: acted.filter((mark) => shown.has(mark.agent)).map((mark) => actionMark(history.epoch, mark)),
    tasks: changed.filter((mark) => isOnPage(mark, shown, query.after)).map(taskMark),
    unknown: unknownSpans(history.db, since, until, known),
    totals,
    next_agent: lanes.next,
  };
  const write = new ElementWriter(history.epoch);
  write.list('health', health.list(), (cell) => write.health(cell));
  write.list('activity', activity.list(), (cell) => write.activity(cell));
  write.list('locks', locks.list(), (cell) => write.bar(cell, history.spans.subjectFor(cell.id)));
  write.list('messages', ticks, (tick) => write.tick(tick));
  return `${JSON.stringify(answer).slice(0, -1)}${write}}`;
}

/** The steps grow until the marks are few enough, or there is one for each agent and command. */
function readActionMarks({ db }: History, span: TimeSpan, step: number, agent: string | undefined): ActionMarkRow[] {
  let marks = actionMarks(db, span, step, agent);
  for (let next = 2 * step; marks.length > MAX_ACTION_MARKS && next <= 2 * (span.until - span.since); next *= 2) {
    marks = actionMarks(db, span, next, agent);
  }
  return marks;
}

function actionMark(epoch: string, { id, at, principal, ...mark }: ActionMarkRow): ActionMark {
  return { ...mark, at: formatInstant(at), cursor: formatCursor(epoch, id), principal: principal || null };
}

/** A task of nobody has no lane. */
function isOnPage({ agent }: TaskMarkRow, shown: ReadonlySet<string>, after: string | undefined): boolean {
  return agent === '' ? after === undefined : shown.has(agent);
}

function taskMark({ at, lastAt, ...mark }: TaskMarkRow): TaskMark {
  return { ...mark, at: formatInstant(at), last_at: formatInstant(lastAt) };
}

/** The locks of the time before the first record that touch a span. */
function earlierLocks(history: History, span: TimeSpan, known: number | null): EarlierLock[] {
  if (known === null || span.since >= known) return [];
  return history.earlierLocks.until(known).filter(({ since }) => Date.parse(since) <= span.until);
}

/** @param after the last lane of an earlier answer */
function pageOfLanes(names: readonly string[], after: string | undefined) {
  const all = [...new Set(names)].sort(compareNaturally);
  const following = after === undefined ? all : all.filter((name) => compareNaturally(name, after) > 0);
  const shown = following.slice(0, MAX_LANES);
  return { all, shown, next: following.length > shown.length ? (shown.at(-1) ?? null) : null };
}

/** @param senders the senders to include; null for all */
function readTicks(history: History, span: TimeSpan, step: number, senders: readonly string[] | null) {
  const most = history.times.maxTicks(span, senders ?? undefined);
  let tickStep = step;
  while (most(tickStep) > MAX_TICKS && tickStep <= span.until - span.since) tickStep *= 2;
  return { tickStep, ticks: history.times.ticks(span, tickStep, senders ?? undefined) };
}

function instantOrNull(at: number | null): string | null {
  return at === null ? null : formatInstant(at);
}

function totalCount(counted: readonly { count: number }[]): number {
  return counted.reduce((sum, { count }) => sum + count, 0);
}
