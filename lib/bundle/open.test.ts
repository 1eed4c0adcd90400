import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { ActionsAnswer } from '../contract/action-schemas';
import type { Bundle } from '../contract/bundle-schemas';
import { examples } from '../contract/examples';
import { type AgentHistory, type PastState, pastState as pastStateSchema } from '../contract/past-schemas';
import { History } from '../history/history';
import { actionsPage } from '../queries/actions';
import { agentHistory } from '../queries/agent';
import { pastState } from '../queries/state';
import { BundleFault, OpenBundle, readBundle } from './open';

const folder = mkdtempSync(join(tmpdir(), 'bundle-open-'));
after(() => rmSync(folder, { recursive: true }));

const begun = JSON.stringify({ format: 'claude-swarm-bundle', version: 3 });

test('readBundle(): an invalid file is refused with the fault and what to do', () => {
  const faulty: [text: string, said: RegExp][] = [
    ['{"format": "har"}', /^faulty\.json is not an exported time range: open a file/],
    ['null', /is not an exported time range/],
    ['not even JSON', /is not an exported time range/],
    [begun.replace('3', '4'), /made by a newer dashboard \(bundle version 4, this one reads 3\): update/],
    [begun.slice(0, -3), /is cut off or damaged.*Export it again/],
    [begun, /is damaged: at \w+: .*Export it again/],
  ];
  const file = join(folder, 'faulty.json');
  for (const [text, said] of faulty) {
    writeFileSync(file, text);
    assert.throws(
      () => readBundle(file),
      (error) => {
        assert.ok(error instanceof BundleFault, text);
        assert.match(error.message, said);
        return true;
      },
    );
  }
  assert.throws(() => readBundle(join(folder, 'missing.json')), /can't be read .*give a readable file/);
});

const since = Date.parse('2026-02-03T09:00:00Z');
const until = since + 3_600_000;

/** A valid bundle with a single message. */
function sound(): Bundle {
  return {
    format: 'claude-swarm-bundle',
    version: 3,
    made_at: '2026-02-03T11:00:00.000+00:00',
    made_by: '0.1.0',
    name: 'project',
    since: '2026-02-03T09:00:00.000+00:00',
    until: '2026-02-03T10:00:00.000+00:00',
    text: 'keep',
    epoch: 'e',
    state: JSON.parse(pastState(new History(':memory:'), { at: since })),
    known_since: '2026-02-03T09:00:00.000+00:00',
    things: { registry: { header: { last_seen: [] } } },
    entry: 1,
    spans: [],
    journal: [],
    messages: [{ seq: 1, sent_at: '2026-02-03T09:30:00+00:00', line: '{"sender":"agent-0"}' }],
  };
}

function open(bundle: object): OpenBundle {
  const file = join(folder, 'written.json');
  writeFileSync(file, JSON.stringify(bundle));
  return new OpenBundle(readBundle(file), 'written.json');
}

test('readBundle(): a message that is not an object on one line is refused, since it would break answers', () => {
  assert.equal(JSON.parse(open(sound()).state(until)).messages.count, 1);
  for (const line of [
    '5',
    '[]',
    '"text"',
    'null',
    '{"sender":"a"} ',
    ' {}',
    '{"sender":\n"a"}',
    '{"sender":\r"a"}',
    '{',
    '{}}',
  ]) {
    const messages = [{ seq: 1, sent_at: '2026-02-03T09:30:00+00:00', line }];
    assert.throws(() => open({ ...sound(), messages }), BundleFault, line);
  }
});

test('OpenBundle: times outside the years of the API and parts that contradict each other are refused', () => {
  const span = { kind: 'unknown', subject: 'x', agent: '', path: '', value: 'everything', detail: null, ended: null };
  const faulty: Partial<Record<keyof Bundle, unknown>>[] = [
    { spans: [{ ...span, since: Number.MIN_SAFE_INTEGER, until: null }] },
    { spans: [{ ...span, since: 0, until: Number.MAX_SAFE_INTEGER }] },
    { journal: [{ id: 2, at: Number.MAX_SAFE_INTEGER, kind: 'lock', subject: 'x', body: {} }] },
    { things: { registry: { header: {} } } },
  ];
  for (const part of faulty) assert.throws(() => open({ ...sound(), ...part }), BundleFault, JSON.stringify(part));
});

test('readBundle(): a bundle of the first version opens, without the fields added since', () => {
  const { state, ...rest } = sound();
  const { failed_deliveries_open: _, ...counts } = state.stats;
  const { departed: __, ...agents } = state.agents;
  const lock = { lock_file: 'a.lock', agent_id: 'agent-0', filepath: 'a', stale: true, conflicts_with: [] };
  const entry = { id: 'agent-0', health: 'active', health_reason: 'It runs.' };
  const first = {
    ...rest,
    version: 1,
    state: { ...state, stats: { ...counts, message_count: 5 }, agents },
    things: {
      agent: { 'agent-0': entry },
      lock: { 'a.lock': { ...lock, pattern: false, warnings: [], acquired_at: null, orphaned: false } },
      registry: { header: { session_name: null, session_names: null, updated_at: null, last_seen: [['agent-0']] } },
    },
  };
  const answer = pastStateSchema.parse(JSON.parse(open(first).state(until)));
  assert.equal(answer.stats.message_count, 6);
  assert.equal(answer.agents.agents[0]?.process.state, 'unseen');
  assert.throws(() => open({ ...first, version: 2 }), BundleFault, 'the second version has them');
});

test('readBundle(): a bundle of the second version opens, and its tasks are not known', () => {
  const { state, ...rest } = sound();
  const { tasks: _, known, ...others } = state;
  const { tasks: __, ...earlier } = known;
  const { other_type_count: ___, ...counts } = state.stats;
  const agent = { id: 'agent-0', health: 'active', health_reason: 'It runs.' };
  const agents = { ...state.agents, agents: [agent] };
  const second = { ...rest, version: 2, state: { ...others, known: earlier, stats: counts, agents } };
  const answer = pastStateSchema.parse(JSON.parse(open(second).state(until)));
  assert.deepEqual([answer.known.agents, answer.known.tasks, answer.tasks.tasks], [true, false, []]);
  assert.throws(() => open({ ...second, version: 3 }), BundleFault, 'the third version has them');
});

test('readBundle(): a bundle of the third version has tasks at each moment', () => {
  const [task] = examples.tasks.tasks;
  assert.ok(task);
  const body = { ...task };
  const things = {
    registry: { header: { last_seen: [] } },
    task: { [task.key]: body },
    server: { tasks: { left_off: 0 } },
  };
  const journal = [
    { id: 2, at: since + 1000, kind: 'task' as const, subject: task.key, body: { ...body, status: 'review' } },
  ];
  const third = open({ ...sound(), things, journal });
  const at = (moment: number) => pastStateSchema.parse(JSON.parse(third.state(moment)));
  assert.deepEqual([at(since).tasks.tasks[0]?.status, at(until).tasks.tasks[0]?.status], ['working', 'review']);
  assert.deepEqual([at(until).known.tasks, at(until).tasks.file], [true, null]);
});

test('readBundle(): an expired lock and the lives of agents are preserved', () => {
  const at = since + 1000;
  const lock = { kind: 'lock', subject: 'a.lock', agent: 'agent-0', path: 'a', value: 'stale', detail: null } as const;
  const detail = JSON.stringify({ pid: 7, pane_index: 0, tmux_pane_id: '%1' });
  const health = {
    kind: 'health',
    subject: 'agent-0',
    agent: 'agent-0',
    path: '7@%1',
    value: 'active',
    detail,
  } as const;
  const spans = [
    { ...lock, since, until: at, ended: 'expired' as const },
    { ...health, since, until: at, ended: 'taken_over' as const },
    { ...health, path: '8@%1', detail: null, since: at, until: null, ended: null },
  ];
  const { history } = open({ ...sound(), spans });
  const answer = JSON.parse(agentHistory(history, { id: 'agent-0', limit: 10 }) ?? '') as AgentHistory;
  assert.deepEqual(
    answer.lock_spans.map(({ ended }) => ended),
    ['expired'],
  );
  assert.deepEqual(
    answer.lives.map(({ life, pid }) => [life, pid]),
    [
      ['8@%1', null],
      ['7@%1', 7],
    ],
  );
});

test('OpenBundle: names and types such as `__proto__` are preserved', () => {
  const named = (value: unknown) => Object.fromEntries([['__proto__', value]]);
  const agent = { id: '__proto__', health: 'active' };
  const from = sound();
  const things = { agent: named(agent), registry: { header: { session_name: null, last_seen: [['__proto__']] } } };
  const stats = { ...from.state.stats, message_count: 2, message_types: { ...named(2), INFO: 1 } };
  const state = JSON.parse(open({ ...from, things, state: { ...from.state, stats } }).state(until)) as PastState;
  assert.deepEqual(
    state.agents.agents.map(({ id }) => id),
    ['__proto__'],
  );
  assert.deepEqual(Object.entries(state.stats.message_types), [
    ['INFO', 1],
    ['UNKNOWN', 1],
    ['__proto__', 2],
  ]);
});

test('OpenBundle: entries pruned during the export are unknown', () => {
  const unknownIn = (missing?: Bundle['missing']) => {
    const { unknown } = JSON.parse(open({ ...sound(), ...(missing && { missing }) }).state(until)) as PastState;
    return unknown.map(({ about }) => about);
  };
  assert.deepEqual(unknownIn(), []);
  assert.deepEqual(unknownIn({ spans: 0, entries: 0, messages: 3 }), ['log']);
  assert.deepEqual(unknownIn({ spans: 0, entries: 1, messages: 0 }), ['everything']);
});

test('OpenBundle: shows the commands of the range; how one ended after it is not known', () => {
  const action = {
    ...{ id: 7, at: since + 1000, ended_at: since + 2000, principal: 'ada', action: 'release_lock', target: 'a.ts' },
    ...{ agent: 'agent-1', request: { filepath: 'a.ts' }, outcome: 'released', detail: null },
  };
  const running = { ...action, id: 9, at: until, ended_at: null, outcome: 'started', principal: null };
  const listed = (bundle: Bundle) =>
    (JSON.parse(actionsPage(open(bundle).history, { limit: 10 })) as ActionsAnswer).actions;
  const shown = listed({ ...sound(), actions: [action, running] });
  assert.deepEqual(
    shown.map(({ id, outcome, principal, client, request }) => [id, outcome, principal, client, request]),
    [
      [9, 'unknown', null, '', { filepath: 'a.ts' }],
      [7, 'released', 'ada', '', { filepath: 'a.ts' }],
    ],
  );
  assert.match(shown[0]?.detail ?? '', /had not ended/);
  assert.deepEqual(listed(sound()), [], 'a file of an older dashboard');
});
