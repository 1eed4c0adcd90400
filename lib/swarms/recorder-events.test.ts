import assert from 'node:assert/strict';
import { mock, type TestContext, test } from 'node:test';
import type { RecorderEvent } from '../recorder/events';
import { Readiness } from './readiness';
import { RecorderEvents } from './recorder-events';
import { NO_FIGURES } from './swarm';

const NOW = Date.UTC(2026, 1, 3, 8);

/** Takes events and notes what each leads to, in order. */
function handling(context: TestContext) {
  mock.timers.enable({ apis: ['Date', 'setTimeout'], now: NOW });
  context.after(() => mock.timers.reset());
  const steps: unknown[][] = [];
  /** An object whose methods note that they were called, and with what. */
  const noting = (name: string, more: object = {}) =>
    new Proxy(more as Record<string, unknown>, {
      get: (known, method: string) =>
        Reflect.get(known, method) ?? ((...given: unknown[]) => void steps.push([`${name}.${method}`, ...given])),
      set: (known, property: string, value) => {
        steps.push([`${name}.${property} =`, value]);
        return Reflect.set(known, property, value);
      },
    });
  const readiness = new Readiness();
  const parts = ['hub', 'publisher', 'journal', 'attention', 'alerts', 'sources', 'counts'];
  const options = Object.fromEntries(parts.map((name) => [name, noting(name)]));
  const events = new RecorderEvents({ ...options, readiness, startedAt: NOW } as unknown as ConstructorParameters<
    typeof RecorderEvents
  >[0]);
  const after = (event: RecorderEvent) => {
    events.handle(event);
    return steps.splice(0);
  };
  return { events, readiness, after, taken: () => steps.splice(0) };
}

const opened = { type: 'opened' as const, epoch: 'e', file: '/h.db', newest: [], head: 0, oldest: 1, lives: '{}' };

test('handle(): a history is opened after what it knows of lives was described', (context) => {
  const { events, after, readiness } = handling(context);
  const opening = [['publisher.fault', 'opening', null], ['journal.end'], ['hub.open', 'e', [], 1]];
  assert.deepEqual(after(opened), [['publisher.restoreLives', '{}'], ...opening]);
  assert.equal(readiness.historyOpen, true);
  assert.equal(events.figures.historyFile, '/h.db');
  readiness.markFilesRead();
  assert.deepEqual(after(opened), [['publisher.restoreLives', '{}'], ['publisher.describe', true], ...opening]);
});

test('handle(): requests wait for the log until it was read, for 1.5 s at most', (context) => {
  const slow = handling(context);
  slow.after(opened);
  mock.timers.tick(1499);
  assert.equal(slow.readiness.logAwaited, false);
  mock.timers.tick(1);
  assert.equal(slow.readiness.logAwaited, true);
  mock.timers.reset();
  const fast = handling(context);
  fast.after(opened);
  fast.after({ type: 'caught_up' });
  assert.equal(fast.readiness.logAwaited, true);
});

test('handle(): what was committed is published before the oldest message is set', (context) => {
  const { events, after } = handling(context);
  const messages = [{ seq: 8, json: new Uint8Array() }];
  const committed = { type: 'committed' as const, messages, count: 3, head: 8, oldest: 2 };
  assert.deepEqual(after(committed), [
    ['hub.publish', messages, 8],
    ['hub.setOldest', 2],
  ]);
  after(committed);
  assert.equal(events.figures.messagesRead, 6);
});

test('handle(): the end of the log is described before attention is computed, and alerts know of it first', (context) => {
  const { after, readiness } = handling(context);
  assert.deepEqual(after({ type: 'caught_up' }), [['alerts.caughtUp'], ['attention.attend']]);
  readiness.markFilesRead();
  const steps = [['alerts.caughtUp'], ['publisher.describe', true], ['attention.attend']];
  assert.deepEqual(after({ type: 'caught_up' }), steps);
});

test('handle(): unresolved messages, alerts and dispositions reach attention', (context) => {
  const { after } = handling(context);
  const unresolved = { epoch: 'e', questions: [], failures: [], awaiting: [], cut: 0 };
  assert.deepEqual(after({ type: 'unresolved', unresolved }), [
    ['attention.unresolved =', unresolved],
    ['attention.request'],
    ['publisher.publishStats'],
  ]);
  const alerts = { type: 'alerts' as const, posts: [], receivers: [] };
  assert.deepEqual(after(alerts), [['alerts.take', alerts], ['attention.request']]);
  const steps = [['attention.takeDispositions', []]];
  assert.deepEqual(after({ type: 'dispositions', dispositions: [] }), steps);
});

test('handle(): counts are taken at once, signs of life are described soon', (context) => {
  const { after } = handling(context);
  const summary = { count: 1 } as unknown as Extract<RecorderEvent, { type: 'summary' }>['summary'];
  assert.deepEqual(after({ type: 'summary', summary, newestBySender: [] }), [
    ['counts.take', summary],
    ['publisher.newestBySender =', new Map()],
    ['publisher.describeSoon'],
  ]);
});

test('handle(): conditions are published before the journal follows them', (context) => {
  const { events, after } = handling(context);
  const { log, history } = { log: { gaps: 1 }, history: { role: 'recorder' } };
  assert.equal(events.figures.logKnown, false);
  const condition = { type: 'condition', log, history, zone: null } as unknown as RecorderEvent;
  assert.deepEqual(after(condition), [
    ['sources.log =', log],
    ['sources.history =', history],
    ['sources.zoneMismatch =', null],
    ['publisher.publishSources'],
    ['publisher.syncJournal', NOW],
  ]);
  assert.equal(events.figures.logKnown, true);
});

test('handle(): holds of the event loop and what was pruned are added up, separately for each swarm', (context) => {
  const { events, after } = handling(context);
  for (const heldMs of [6000, 9000, 7000]) after({ type: 'loop_held', heldMs });
  assert.deepEqual([events.figures.loopHeldCount, events.figures.longestLoopHoldMs], [3, 9000]);
  after({ type: 'pruned', messages: 3, entries: 1 });
  after({ type: 'pruned', messages: 2, entries: 4 });
  assert.deepEqual(events.figures.pruned, { messages: 5, entries: 5 });
  assert.deepEqual(NO_FIGURES.pruned, { messages: 0, entries: 0 });
});

test('awaitHistory(): continues without a history after 10 s, with a reason', (context) => {
  const { events, readiness, taken, after } = handling(context);
  events.awaitHistory();
  mock.timers.tick(9999);
  assert.deepEqual(taken(), []);
  mock.timers.tick(1);
  const [fault, open] = taken();
  assert.deepEqual(fault?.slice(0, 2), ['publisher.fault', 'opening']);
  assert.match(String(fault?.[2]), /has not opened for 10 seconds/);
  assert.deepEqual(open, ['hub.open', `unopened-${NOW}`, [], 1]);
  assert.deepEqual([readiness.historyOpen, readiness.logAwaited], [true, true]);
  assert.deepEqual(after(opened).at(-1), ['hub.open', 'e', [], 1], 'a history that opens later is shown');
});

test('awaitHistory(): a history that opens in time stays', (context) => {
  const { events, after, taken } = handling(context);
  events.awaitHistory();
  after(opened);
  mock.timers.tick(20_000);
  assert.deepEqual(taken(), []);
});

test('handle(): a part of the recorder that failed is a fault until it works; the journal then begins again', (context) => {
  const { after } = handling(context);
  const error = { name: 'TypeError', frames: [] };
  const [fault] = after({ type: 'part', part: 'alerts', fault: error });
  assert.deepEqual(fault?.slice(0, 2), ['publisher.fault', 'alerts']);
  assert.match(String(fault?.[2]), /messages are still recorded/);
  assert.deepEqual(after({ type: 'part', part: 'alerts', fault: null }), [['publisher.fault', 'alerts', null, null]]);
  assert.deepEqual(after({ type: 'part', part: 'the journal', fault: error })[0], ['journal.end']);
});

test('handle(): an event that cannot be taken is a fault until one of its type can, and throws nothing', (context) => {
  const { after } = handling(context);
  const committed = { type: 'committed' as const, messages: [], count: 0, head: 1, oldest: 1 };
  Object.defineProperty(committed, 'oldest', {
    configurable: true,
    get() {
      throw new TypeError('broken');
    },
  });
  assert.deepEqual(after(committed).at(-1)?.slice(0, 2), ['publisher.fault', 'taking committed']);
  Object.defineProperty(committed, 'oldest', { value: 1 });
  assert.deepEqual(after(committed).at(-1), ['publisher.fault', 'taking committed', null]);
  assert.deepEqual(after(committed).at(-1), ['hub.setOldest', 1]);
});
