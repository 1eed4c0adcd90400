import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TimelineAnswer } from '@/lib/contract/past-schemas';
import { isSame, nearestThing, nextThing, rowHeight, shapeOf, thingAt, thingsOf } from './timeline-hit';
import { type Lane, makeLanes } from './timeline-lanes';
import { makeScale, xOf } from './timeline-scale';
import { leadOf, thingWords } from './timeline-words';

const iso = (second: number) => new Date(Date.UTC(2026, 0, 30, 12, 0, second)).toISOString();
const at = (second: number) => Date.parse(iso(second));

const tick = (second: number, type: string, count = 1, recipients = ['agent-1', 'agent-2']) => ({
  sender: 'agent-0',
  type,
  at: iso(second),
  count,
  cursor: `e.${second}`,
  recipients,
});
const lock = (name: string, since: number, until: number | null, fields = {}) => ({
  agent: 'agent-0',
  lock_file: name,
  filepath: `src/${name}.ts`,
  state: 'held' as const,
  since: iso(since),
  until: until === null ? null : iso(until),
  count: 1,
  ...fields,
});

const answer: TimelineAnswer = {
  since: iso(0),
  until: iso(100),
  step_ms: 10,
  message_step_ms: 10,
  known_since: iso(0),
  first_message_at: null,
  agents: ['agent-0', 'agent-1'],
  health: [{ agent: 'agent-1', life: '', health: 'stale', since: iso(0), until: iso(50) }],
  activity: [],
  locks: [lock('a', 10, 30), lock('b', 20, null, { state: 'orphaned' })],
  messages: [tick(40, 'QUESTION'), tick(60, 'INFO', 12), tick(60.1, 'ACK')],
  unknown: [{ since: iso(70), until: iso(80), about: 'everything', reason: 'No dashboard ran.' }],
  totals: { messages: 14, lock_spans: 2, health_spans: 1 },
  next_agent: null,
  earlier_locks: [],
  actions: [],
  tasks: [],
};
const lanes = makeLanes(answer);
const [lane] = lanes.lanes as [Lane];
const scale = makeScale({ since: at(0), until: at(100) }, 1000, []);
const shape = shapeOf(30);
const hit = (second: number, y: number) => thingAt(lanes, scale, shape, xOf(scale, at(second)), y);
const said = (second: number, y: number) => {
  const thing = hit(second, y);
  return thing && thingWords(thing, at(100), 'UTC');
};

test('thingAt(): a message is found at its tick and close to it', () => {
  assert.equal(said(40.3, 6), 'agent-0 · QUESTION to agent-1, agent-2 · 12:00:40');
  assert.equal(hit(41, 6)?.kind, 'place');
});

test('thingAt(): ticks that look like one are one thing with a count', () => {
  assert.equal(said(60, 6), 'agent-0 · 13 messages: 12 INFO, 1 ACK · 12:01:00');
});

test('thingAt(): locks are found by time and row, and state how long they were held', () => {
  const row = rowHeight(lane, shape) ?? 0;
  assert.equal(said(25, shape.bars.top + 1), 'agent-0 · held: src/a.ts · 12:00:10 to 12:00:30, 20 s');
  assert.equal(said(25, shape.bars.top + row + 1), 'agent-0 · orphaned: src/b.ts · since 12:00:20, 1 min');
});

test('thingAt(): locks in too many rows are counted', () => {
  const many = Array.from({ length: 30 }, (_, index) => lock(`f${index}`, 10, 90));
  const dense = makeLanes({ ...answer, locks: [...many, lock('x', 10, 90, { state: 'stale' })] });
  assert.equal(rowHeight(dense.lanes[0] as Lane, shape), null);
  const thing = thingAt(dense, scale, shape, 150, shape.bars.top + 1);
  assert.match(thing ? thingWords(thing, at(100), 'UTC') : '', /· 31 locks, 1 of them stale or orphaned/);
});

test('thingAt(): an empty place states the agent’s health, an unknown time states that it is unknown', () => {
  assert.equal(said(20, 36), 'agent-1 · stale 12:00:00 to 12:00:50, 50 s · 12:00:20');
  assert.equal(said(60, 36), 'agent-1 · not registered · 12:01:00');
  assert.match(said(75, 36) ?? '', /^Agents and locks not known · .* · No dashboard ran\.$/);
  assert.equal(hit(20, 61), null);
});

test('thingAt(): a boundary states since when another process has the id', () => {
  const healths = [
    { agent: 'agent-1', life: '40110@%1', health: 'active' as const, since: iso(0), until: iso(30) },
    { agent: 'agent-1', life: '41231@%2', health: 'active' as const, since: iso(30), until: iso(50) },
    { agent: 'agent-1', life: '9@', health: 'active' as const, since: iso(90), until: null },
  ];
  const changed = makeLanes({ ...answer, health: healths });
  const wordsAt = (second: number) => {
    const thing = thingAt(changed, scale, shape, xOf(scale, at(second)), 36);
    return thing && thingWords(thing, at(100), 'UTC');
  };
  assert.equal(wordsAt(30.2), 'agent-1 · another process has this id since 12:00:30 · pid 41231, pane %2');
  assert.equal(wordsAt(90), 'agent-1 · another process has this id, first seen at 12:01:30 · pid 9, pane unknown');
  assert.match(wordsAt(31) ?? '', /running 12:00:30 to 12:00:50/);
  const [, own] = changed.lanes as [Lane, Lane];
  const [first] = thingsOf(own, scale);
  assert.deepEqual([first?.kind, first?.at], ['life', at(30)]);
  assert.deepEqual(first && leadOf(first, at(100), 'UTC').to, { agent: 'agent-1' });
});

test('nextThing(): keys move through the things of a lane in order of time, and stop at its ends', () => {
  const things = thingsOf(lane, scale);
  assert.deepEqual(
    things.map((thing) => thing.at),
    [10, 20, 40, 60].map(at),
  );
  const first = nextThing(things, null, 1);
  assert.equal(first?.at, at(10));
  assert.equal(nextThing(things, first, -1)?.at, at(10));
  assert.equal(nextThing(things, first, 1)?.at, at(20));
  assert.equal(nextThing(things, null, -1)?.at, at(60));
  // A place between things, where the cursor arrives from another lane.
  const place = {
    kind: 'place',
    agent: 'agent-0',
    at: at(50),
    health: null,
    activity: null,
    unknown: null,
    spoke: null,
  } as const;
  assert.equal(nextThing(things, place, 1)?.at, at(60));
  assert.equal(nextThing(things, place, -1)?.at, at(40));
  assert.equal(nearestThing(things, at(44))?.at, at(40));
  assert.equal(nextThing([], null, 1), null);
});

test('isSame(): a thing is the same after the lanes were computed again', () => {
  const again = makeLanes(answer);
  assert.ok(isSame(hit(40, 6), thingAt(again, scale, shape, 400, 6)));
  assert.ok(!isSame(hit(40, 6), hit(60, 6)));
});

test('leadOf(): each thing links to the place that shows it in full', () => {
  const lead = (second: number, y: number) => {
    const thing = hit(second, y);
    return thing && leadOf(thing, at(100), 'UTC');
  };
  const row = rowHeight(lane, shape) ?? 0;
  assert.deepEqual(lead(40, 6)?.to, { message: 'e.40' });
  assert.deepEqual(lead(12, shape.bars.top + 1)?.to, { agent: 'agent-0' });
  assert.deepEqual(lead(25, shape.bars.top + row + 1)?.to, { lock: 'b' });
  assert.equal(lead(50, 36)?.label, 'Select 12:00:50');
  assert.deepEqual(lead(50, 36)?.to, { at: iso(50) });
});

test('leadOf(): a bar from before the record links to its lock while the lock lasts', () => {
  const earlier = { agent: 'agent-0', lock_file: 'a', filepath: 'src/a.ts', since: iso(10), until: iso(70) };
  const lead = (locks: typeof answer.locks) => {
    const { lanes } = makeLanes({ ...answer, messages: [], locks, earlier_locks: [earlier] });
    const [first] = thingsOf(lanes[0] as Lane, scale);
    return first && leadOf(first, at(100), 'UTC').to;
  };
  assert.deepEqual(lead([lock('a', 70, 80, {}), lock('a', 80, null, { state: 'stale' })]), { lock: 'a' });
  // Released at 75 and taken again at 80: another holding of the same file.
  assert.deepEqual(lead([lock('a', 70, 75, {}), lock('a', 80, null, {})]), { agent: 'agent-0' });
  assert.deepEqual(lead([]), { agent: 'agent-0' });
});

test('thingWords(): invisible characters in names are made visible', () => {
  const odd = makeLanes({ ...answer, messages: [tick(40, 'IN\u202EFO\n', 1, ['all'])] });
  const thing = thingAt(odd, scale, shape, 400, 6);
  assert.equal(thing && thingWords(thing, at(100), 'UTC'), 'agent-0 · INU+202EFO  to everyone · 12:00:40');
});

test('thingAt(): before recording began, health is not known, and messages and lock files say the rest', () => {
  const before = makeLanes({
    ...answer,
    locks: [lock('a', 70, null, { state: 'stale' })],
    earlier_locks: [{ agent: 'agent-0', lock_file: 'a', filepath: 'src/a.ts', since: iso(10), until: iso(70) }],
    health: [{ agent: 'agent-1', life: '', health: 'stale', since: iso(30), until: null }],
    activity: [],
    unknown: [{ since: null, until: iso(70), about: 'everything', reason: 'Nothing older is kept.' }],
  });
  const wordsAt = (second: number, y: number) => {
    const thing = thingAt(before, scale, shape, xOf(scale, at(second)), y);
    return thing && thingWords(thing, at(100), 'UTC');
  };
  assert.equal(
    wordsAt(50, 6),
    'agent-0 · health not recorded before 12:01:10 · messages from 12:00:40 to 12:01:00 · 12:00:50',
  );
  assert.equal(
    wordsAt(50, shape.bars.top + 1),
    'agent-0 · held: src/a.ts · 12:00:10 to 12:01:10, 1 min, by its lock file',
  );
  assert.equal(wordsAt(90, shape.bars.top + 1), 'agent-0 · stale: src/a.ts · since 12:01:10, 30 s');
  assert.equal(wordsAt(20, 36), 'agent-1 · health not recorded before 12:01:10 · no message in view · 12:00:20');
  // A span that is kept from before the record is known.
  assert.match(wordsAt(40, 36) ?? '', /^agent-1 · stale since 12:00:30/);
});

test('thingAt(), thingsOf(): commands are found at their marks, also by keys, and lead to their agent', () => {
  const mark = (second: number, fields = {}) => ({
    ...{ agent: 'agent-0', action: 'release_lock', at: iso(second), count: 1, cursor: 'e.1', principal: 'ada' },
    ...{ target: 'src/a.ts', outcome: 'not_held', ...fields },
  });
  const actions = [mark(50), mark(90, { count: 3 }), mark(90.1, { action: 'interrupt', target: 'agent-0' })];
  const acted = makeLanes({ ...answer, actions });
  const find = (second: number, y: number) => thingAt(acted, scale, shape, xOf(scale, at(second)), y);
  const words = (second: number) => {
    const thing = find(second, shape.bars.top);
    return thing && thingWords(thing, at(100), 'UTC');
  };
  assert.equal(words(50.3), 'agent-0 · release lock src/a.ts: not held, by ada · 12:00:50');
  assert.equal(words(90), 'agent-0 · 4 commands: release lock, interrupt · 12:01:30');
  assert.notEqual(find(50, 1)?.kind, 'commands', 'messages are above');
  const [acting] = acted.lanes as [Lane];
  const things = thingsOf(acting, scale).filter(({ kind }) => kind === 'commands');
  assert.deepEqual(
    things.map((thing) => thing.at),
    [at(50), at(90)],
  );
  assert.deepEqual(leadOf(things[0] as never, at(100)).to, { agent: 'agent-0' });
  assert.ok(isSame(things[0] ?? null, find(50, shape.bars.top)));
  assert.ok(acted.moments.includes(at(50)));
});

test('thingAt(), thingsOf(): changed tasks are found at their marks, also by keys, and lead to the board', () => {
  const mark = (second: number, fields = {}) => ({
    ...{ agent: 'agent-0', at: iso(second), last_at: iso(second), count: 1, key: 'task:a', objective: 'Round totals' },
    ...{ status: 'in_progress', listed: true, ...fields },
  });
  const tasks = [
    mark(50),
    mark(90, { count: 2 }),
    mark(90.1, { key: 'task:b', objective: ' ' }),
    mark(95, { agent: '' }),
  ];
  const changed = makeLanes({ ...answer, agents: ['', 'agent-0'], tasks });
  const top = shape.height + shape.ticks.top;
  const find = (second: number, y = top) => thingAt(changed, scale, shape, xOf(scale, at(second)), y);
  const words = (second: number) => {
    const thing = find(second);
    return thing && thingWords(thing, at(100), 'UTC');
  };
  assert.equal(words(50.3), 'agent-0 · task Round totals: in progress · 12:00:50');
  assert.equal(words(90), 'agent-0 · 3 changes of tasks: Round totals, task:b · 12:01:30');
  assert.equal(find(50, top + 9)?.kind, 'place', 'messages below it can be reached');
  const [unknown, lane] = changed.lanes as [Lane, Lane];
  assert.deepEqual(unknown.tasks, [], 'a task of nobody is not one of an unknown agent');
  assert.ok(changed.moments.includes(at(95)), 'and its change is no idle time');
  const things = thingsOf(lane, scale).filter(({ kind }) => kind === 'tasks');
  assert.deepEqual(
    things.map((thing) => thing.at),
    [at(50), at(90)],
  );
  const [first, second] = things;
  assert.deepEqual(first && leadOf(first, at(100)).to, { task: 'task:a', view: 'tasks' });
  assert.equal(isSame(first ?? null, first ?? null), true);
  assert.equal(isSame(first ?? null, second ?? null), false);
});
