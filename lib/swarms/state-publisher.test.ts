import assert from 'node:assert/strict';
import { mock, type TestContext, test } from 'node:test';
import { NO_AGENTS, NO_ATTENTION } from '../contract/defaults';
import { EMPTY_STATES } from '../contract/empty-states';
import { wholeLocks } from '../contract/locks-answer';
import type { Sources } from '../contract/schemas';
import type { JournalUpdate } from '../history/journal';
import { Hub } from '../hub/hub';
import type { Task } from '../sources/claudeswarm/tasks';
import { SwarmJournal } from './journal-feed';
import { StatePublisher } from './state-publisher';

const NOW = Date.UTC(2026, 1, 3, 8);

/** A publisher over a true hub and journal, and what it does, in order. */
function publishing(context: TestContext) {
  mock.timers.enable({ apis: ['Date', 'setTimeout'], now: NOW });
  context.after(() => mock.timers.reset());
  const steps: string[] = [];
  const updates: JournalUpdate[] = [];
  const hub = new Hub({ source: { after: async () => [] } });
  context.after(() => hub.close());
  const { setState } = hub;
  hub.setState = (kind, ...value) => {
    const changed = setState.call(hub, kind, ...(value as [never, string?]));
    if (changed) steps.push(kind);
    return changed;
  };
  const journal = new SwarmJournal((update) => updates.push(update));
  const faults = new Map<string, string>();
  const lives = { kept: null as string | null, restored: [] as string[] };
  const description = {
    agents: NO_AGENTS,
    locks: wholeLocks([]),
    locksJson: JSON.stringify(wholeLocks([])),
    allLocks: [],
    sessionTasks: [] as readonly Task[],
    lives: { save: () => lives.kept, restore: (json: string) => lives.restored.push(json) },
    *describeSteps(_newest: unknown, _now: number, withNewSigns: boolean) {
      steps.push(`describe ${withNewSigns}`);
      yield;
    },
  };
  const sources = {
    history: { role: 'follower' },
    reason: 'none' as string | null,
    now: () => ({ ...EMPTY_STATES.sources, config: { state: 'ok', reason: sources.reason } }) as unknown as Sources,
    fault: (place: string, detail: string | null) => {
      if (detail === (faults.get(place) ?? null)) return false;
      if (detail === null) faults.delete(place);
      else faults.set(place, detail);
      sources.reason = detail;
      return true;
    },
  };
  const readiness = { filesRead: true };
  const options = {
    ...{ hub, journal, description, sources, readiness, counts: { summary: null } },
    alerts: { publish: (_answer: unknown, changed: boolean) => steps.push(`alerts ${changed}`) },
    keepLives: (json: string) => steps.push(`lives ${json}`),
    requestAttention: () => steps.push('attention requested'),
    openFailedDeliveries: () => 0,
    ...{ startedAt: NOW, version: '1' },
  };
  const publisher = new StatePublisher(options as unknown as ConstructorParameters<typeof StatePublisher>[0]);
  context.after(() => publisher.stop());
  const taken = () => steps.splice(0);
  return { publisher, hub, journal, updates, description, sources, faults, lives, readiness, taken };
}

const otherAgents = (session_name: string) => ({ ...NO_AGENTS, session_name });

test('describe(): publishes agents, locks and stats in this order, and only what differs', (context) => {
  const { publisher, description, taken } = publishing(context);
  publisher.describe();
  assert.deepEqual(taken(), ['describe false', 'agents', 'locks', 'attention requested', 'stats']);
  publisher.describe(true);
  assert.deepEqual(taken(), ['describe true']);
  description.agents = otherAgents('shop');
  publisher.describe();
  assert.deepEqual(taken(), ['describe false', 'agents', 'attention requested', 'stats']);
});

test('describe(): other tasks of Claude Code change no state, but attention is computed again', (context) => {
  const { publisher, description, taken } = publishing(context);
  publisher.describe();
  taken();
  description.sessionTasks = [];
  publisher.describe();
  assert.deepEqual(taken(), ['describe false', 'attention requested']);
  publisher.describe();
  assert.deepEqual(taken(), ['describe false']);
});

test('describe(): what differs is journaled with the time of the description', (context) => {
  const { publisher, description, sources, updates } = publishing(context);
  publisher.describe();
  sources.history.role = 'recorder';
  publisher.syncJournal(NOW);
  updates.length = 0;
  mock.timers.tick(5000);
  publisher.describe();
  assert.equal(updates.length, 0);
  description.agents = otherAgents('shop');
  publisher.describe();
  assert.deepEqual(
    updates.map(({ at, changed }) => [at, changed.map(([kind, subject]) => `${kind} ${subject}`)]),
    [[NOW + 5000, ['registry header']]],
  );
});

test('describeInTurns(): a description between two turns journals what the first has published', async (context) => {
  const { publisher, description, sources, updates, taken } = publishing(context);
  publisher.describe();
  sources.history.role = 'recorder';
  publisher.syncJournal(NOW);
  updates.length = 0;
  taken();
  let ticks = 0;
  // Every step takes longer than a turn may.
  context.mock.method(performance, 'now', () => (ticks += 10));
  description.agents = otherAgents('shop');
  const running = publisher.describeInTurns();
  const seen: string[] = [];
  while (!seen.includes('agents')) {
    await new Promise((resolve) => setImmediate(resolve));
    seen.push(...taken());
  }
  assert.deepEqual([seen, updates.length], [['describe false', 'agents'], 0]);
  publisher.describe();
  assert.deepEqual(
    updates.map(({ changed }) => changed.map(([kind, subject]) => `${kind} ${subject}`)),
    [['registry header']],
  );
  assert.deepEqual(taken(), ['describe false', 'attention requested', 'stats']);
  await running;
  assert.deepEqual([taken(), updates.length], [[], 1]);
});

test('describe(): a fault is published as one of the sources, and ends with the next description', (context) => {
  const { publisher, description, faults, taken } = publishing(context);
  const { describeSteps } = description;
  description.describeSteps = () => {
    throw new Error('odd');
  };
  publisher.describe();
  assert.equal(faults.get('describing'), "The content of the swarm's files can't be shown: Error: odd");
  assert.deepEqual(taken(), ['sources', 'attention requested']);
  publisher.describe();
  assert.deepEqual(taken(), [], 'the same fault is published once');
  description.describeSteps = describeSteps;
  publisher.describe();
  assert.equal(faults.size, 0);
  const described = ['describe false', 'agents', 'locks', 'attention requested', 'stats'];
  assert.deepEqual(taken(), [...described, 'sources', 'attention requested']);
});

test('describe(): lives are kept only after those of the history were restored', (context) => {
  const { publisher, lives, taken } = publishing(context);
  lives.kept = '{"a":1}';
  publisher.describe();
  assert.ok(!taken().includes('lives {"a":1}'));
  publisher.restoreLives(null);
  publisher.describe();
  assert.deepEqual(taken(), ['describe false', 'lives {"a":1}']);
});

test('restoreLives(): only the first history counts', (context) => {
  const { publisher, lives } = publishing(context);
  publisher.restoreLives('first');
  publisher.restoreLives('second');
  assert.deepEqual(lives.restored, ['first']);
});

test('describeSoon(): describes once in the next turn, unless something else did before', (context) => {
  const { publisher, taken } = publishing(context);
  publisher.describeSoon();
  publisher.describeSoon();
  assert.deepEqual(taken(), []);
  mock.timers.tick(0);
  assert.deepEqual(taken().slice(0, 1), ['describe false']);
  mock.timers.tick(1000);
  assert.deepEqual(taken(), [], 'once');
  publisher.describeSoon();
  publisher.describe();
  mock.timers.tick(1000);
  assert.deepEqual(taken(), ['describe false'], 'the description came before');
});

test('describeSoon(): waits for the first read, and ends with stop()', (context) => {
  const { publisher, readiness, taken } = publishing(context);
  readiness.filesRead = false;
  publisher.describeSoon();
  mock.timers.tick(1);
  assert.deepEqual(taken(), []);
  readiness.filesRead = true;
  publisher.describe();
  taken();
  publisher.describeSoon();
  publisher.stop();
  mock.timers.tick(1000);
  assert.deepEqual(taken(), []);
});

test('publishAttention(): receivers of alerts are notified once files were read, of no change too', (context) => {
  const { publisher, readiness, taken } = publishing(context);
  readiness.filesRead = false;
  publisher.publishAttention(NO_ATTENTION);
  assert.deepEqual(taken(), ['attention']);
  readiness.filesRead = true;
  publisher.publishAttention(NO_ATTENTION);
  publisher.publishAttention({ ...NO_ATTENTION, count: 1 });
  assert.deepEqual(taken(), ['alerts false', 'attention', 'alerts true']);
});

test('publishSources(): the same sources again change nothing', (context) => {
  const { publisher, sources, taken } = publishing(context);
  publisher.publishSources();
  publisher.publishSources();
  assert.deepEqual(taken(), ['sources', 'attention requested']);
  sources.reason = 'another';
  publisher.publishSources();
  assert.deepEqual(taken(), ['sources', 'attention requested']);
});

test('syncJournal(): begins once, for a recorder that has read the files, and ends for a follower', (context) => {
  const { publisher, journal, sources, readiness, updates } = publishing(context);
  readiness.filesRead = false;
  publisher.journalProcess('started');
  publisher.describe();
  publisher.syncJournal(NOW);
  assert.equal(journal.begun, false);
  sources.history.role = 'recorder';
  publisher.syncJournal(NOW);
  assert.equal(journal.begun, false, 'the files were not read yet');
  readiness.filesRead = true;
  publisher.syncJournal(NOW + 1);
  publisher.syncJournal(NOW + 2);
  assert.deepEqual(
    updates.map(({ at, complete }) => [at, complete]),
    [[NOW + 1, ['server', 'agent', 'registry', 'lock']]],
  );
  sources.history.role = 'follower';
  publisher.syncJournal(NOW + 3);
  assert.equal(journal.begun, false);
});

test('journalProcess(): the start is part of what the journal begins with, the stop follows at once', (context) => {
  const { publisher, sources, updates } = publishing(context);
  publisher.journalProcess('started');
  assert.equal(updates.length, 0);
  sources.history.role = 'recorder';
  publisher.syncJournal(NOW);
  publisher.journalProcess('stopped');
  const bodies = updates.flatMap(({ changed }) => changed.map(([, , body]) => JSON.parse(body ?? 'null')));
  const process_ = { version: '1', pid: process.pid, at: NOW };
  assert.deepEqual(bodies, [
    { event: 'started', ...process_ },
    { event: 'stopped', ...process_ },
  ]);
});
