import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import {
  NO_AGENTS,
  NO_ATTENTION,
  UNKNOWN_AGENT_FACTS,
  UNKNOWN_ATTENTION_FACTS,
  UNKNOWN_LOCK_FACTS,
} from '../contract/defaults';
import { examples } from '../contract/examples';
import { wholeLocks } from '../contract/locks-answer';
import type { Agent, AgentsAnswer, AttentionEntry, Lock } from '../contract/schemas';
import type { JournalUpdate } from '../history/journal';
import { SwarmJournal } from './journal-feed';

let updates: JournalUpdate[];
let journal: SwarmJournal;
beforeEach(() => {
  updates = [];
  journal = new SwarmJournal((update) => updates.push(update));
});

function agent(id: string, more: Partial<Agent> = {}): Agent {
  const reason = 'It was last seen at 2026-01-30T12:00:00+00:00.';
  const evidence = { health: 'active' as const, health_reason: reason, last_evidence_at: '2026-01-30T12:00:00+00:00' };
  return { ...UNKNOWN_AGENT_FACTS, id, last_seen: '2026-01-30T12:00:00+00:00', ...evidence, ...more };
}

function registry(...agents: Agent[]): AgentsAnswer {
  return { ...NO_AGENTS, session_name: 'shop', session_names: null, updated_at: null, agents };
}

function lock(lock_file: string, reason = ''): Lock {
  const said = { acquired_at: null, stale: false, orphaned: false, conflicts_with: [], pattern: false, warnings: [] };
  return { ...UNKNOWN_LOCK_FACTS, lock_file, reason, ...said };
}

function changes(): string[] {
  return updates.flatMap(({ changed }) =>
    changed.map(([kind, subject, body]) => `${body ? '' : '-'}${kind} ${subject}`),
  );
}

test('begin(): records nothing before, then the whole state, then what differs', () => {
  const [one, two] = [lock('a.lock'), lock('b.lock')];
  journal.locks(wholeLocks([one, two]), () => false);
  journal.agents(registry(agent('agent-0')));
  journal.commit(1);
  assert.equal(updates.length, 0);
  journal.begin(2);
  assert.deepEqual(changes(), ['lock a.lock', 'lock b.lock', 'agent agent-0', 'registry header']);
  assert.deepEqual(updates[0]?.complete, ['lock', 'agent', 'registry']);
  updates.length = 0;
  journal.locks(wholeLocks([one, lock('b.lock'), lock('c.lock')]), () => false);
  journal.locks(wholeLocks([lock('b.lock', 'another reason'), lock('c.lock')]), () => false);
  journal.commit(3);
  assert.deepEqual(changes(), ['lock c.lock', 'lock b.lock', '-lock a.lock']);
  assert.deepEqual(updates[0]?.complete, []);
  journal.commit(4);
  assert.equal(updates.length, 1, 'nothing new');
  journal.end();
  journal.locks(wholeLocks([]), () => false);
  journal.commit(5);
  assert.equal(updates.length, 1, 'this process does not record');
  journal.begin(6);
  assert.deepEqual(changes().slice(3), ['agent agent-0', 'registry header']);
});

test('locks(): locks beyond the list are counted, and distinguished from released ones', () => {
  const [a, b, c] = [lock('a.lock'), lock('b.lock'), lock('c.lock')];
  journal.server({ event: 'started', version: '1', pid: 1, at: 1 });
  journal.locks(wholeLocks([a, b]), () => true);
  journal.begin(1);
  updates.length = 0;
  journal.locks({ ...wholeLocks([c]), count: 2, truncated: 1 }, (file) => file !== 'b.lock');
  journal.commit(2);
  assert.deepEqual(changes(), ['lock c.lock', '-lock a.lock', '-lock b.lock', 'server locks']);
  assert.deepEqual(updates[0]?.leftOff, ['a.lock']);
  updates.length = 0;
  journal.locks(wholeLocks([c]), () => true);
  journal.commit(3);
  assert.deepEqual(changes(), ['-server locks']);
  assert.deepEqual(updates[0]?.leftOff, []);
});

test('agents(): a discovery that only sees every agent again changes the header alone', () => {
  journal.agents(registry(agent('agent-0')));
  journal.begin(1);
  updates.length = 0;
  const later = '2026-01-30T12:00:30+00:00';
  const reason = 'Its newest message was sent at 2026-01-30T12:00:30+00:00.';
  journal.agents(registry(agent('agent-0', { last_seen: later, last_evidence_at: later, health_reason: reason })));
  journal.commit(2);
  assert.deepEqual(changes(), ['registry header']);
  updates.length = 0;
  journal.agents(registry(agent('agent-0', { health: 'dead', health_reason: 'Its process (pid 7) is gone.' })));
  journal.commit(3);
  const { health, health_reason } = JSON.parse(updates[0]?.changed[0]?.[2] ?? '') as Agent;
  assert.deepEqual([health, health_reason], ['dead', 'Its process (pid 7) is gone.']);
});

test('agents(): the last message and the time of the process change no entry; the process itself does', () => {
  const process = { state: 'running' as const, claude_pid: 9, started_at: null, seen_at: '2026-01-30T12:00:00+00:00' };
  journal.agents(registry(agent('agent-0', { process })));
  journal.begin(1);
  updates.length = 0;
  const now = '2026-01-30T12:00:07+00:00';
  const said = { seq: 1, msg_type: 'INFO', excerpt: 'Done.', sent_at: now };
  const later = { process: { ...process, seen_at: now }, last_spoke_at: now, last_message: said };
  journal.agents(registry(agent('agent-0', later)));
  journal.commit(2);
  assert.deepEqual(changes(), []);
  journal.agents(registry(agent('agent-0', { process: { ...process, state: 'suspended' } })));
  journal.commit(3);
  assert.deepEqual(changes(), ['agent agent-0']);
});

test('agents(): a departed agent is journaled once, and again when its hour is over', () => {
  const left_at = '2026-01-30T12:00:00+00:00';
  const left = (more: Partial<Agent> = {}) => ({ ...agent('agent-0', more), left_at, left_reason: 'It left.' });
  const subject = `registry departed\n${left_at}\nagent-0`;
  journal.agents({ ...registry(), departed: [left()] });
  journal.begin(1);
  assert.deepEqual(changes(), ['registry header', subject]);
  assert.ok(!updates[0]?.changed[0]?.[2]?.includes('departed'), 'the header does not list them too');
  updates.length = 0;
  journal.agents({ ...registry(), departed: [left({ last_spoke_at: left_at })] });
  journal.commit(2);
  assert.deepEqual(changes(), []);
  journal.agents(registry());
  journal.commit(3);
  assert.deepEqual(changes(), [`-${subject}`]);
});

test('tasks(): each changed task is an entry, with the newest changes of its history, and how the file was read', () => {
  const [task] = examples.tasks.tasks;
  assert.ok(task);
  const change = { at: null, from_status: null, to_status: 'pending', agent_id: null, message: '' };
  const long = { ...task, history: [change, ...task.history] };
  const other = { ...task, key: 'task:b' };
  journal.tasks({ ...examples.tasks, tasks: [long, other] });
  journal.begin(1);
  assert.deepEqual(changes(), [`task ${task.key}`, 'task task:b', 'server tasks']);
  assert.deepEqual(updates[0]?.complete, ['task', 'server']);
  const bodies = () => updates.flatMap(({ changed }) => changed.map(([, , body]) => JSON.parse(body ?? 'null')));
  assert.deepEqual(bodies()[0], task, 'the newest 3 changes');
  updates.length = 0;
  journal.tasks({ ...examples.tasks, tasks: [{ ...other }, { ...long, status: 'review' }] });
  journal.commit(2);
  assert.deepEqual([changes(), bodies()[0].status], [[`task ${task.key}`], 'review']);
  updates.length = 0;
  journal.tasks({ tasks: [other], left_off: 1, file: null });
  journal.commit(3);
  assert.deepEqual(changes(), [`-task ${task.key}`, 'server tasks']);
});

test('attention(): the facts of an item are bounded', () => {
  const facts = Array.from({ length: 50 }, () => 'x'.repeat(1000));
  const entry: AttentionEntry = {
    ...UNKNOWN_ATTENTION_FACTS,
    ...{ id: 'a', kind: 'agent_dead', severity: 'critical', since: 'then', subject: 'a', reason: 'It is dead.' },
    evidence: { agents: [], locks: [], messages: [], sources: [] },
    why: { ...UNKNOWN_ATTENTION_FACTS.why, facts },
  };
  journal.attention({ ...NO_ATTENTION, attention: [entry], count: 1 });
  journal.begin(1);
  const { why } = JSON.parse(updates[0]?.changed[0]?.[2] ?? '') as AttentionEntry;
  assert.deepEqual(
    why.facts,
    Array.from({ length: 10 }, () => 'x'.repeat(300)),
  );
});

test('agents(): an id that the registry lists twice becomes two subjects', () => {
  journal.agents(registry(agent('agent-0', { status: 'active' }), agent('agent-0', { status: 'stale' })));
  journal.begin(1);
  assert.deepEqual(changes(), ['agent agent-0', 'agent agent-0\n2', 'registry header']);
  const bodies = updates[0]?.changed.map(([, , body]) => JSON.parse(body ?? 'null').id);
  assert.deepEqual(bodies, ['agent-0', 'agent-0', undefined]);
});

test('agents(): a new activity is journaled; what a transcript says never is', () => {
  const doing = (state: Agent['activity']['state'], text: string): Partial<Agent> => ({
    activity: { state, since: null, reason: 'It says so.', source: 'session' },
    work: {
      ...{ tool: { name: 'Bash', input: text, since: null }, last_prompt: { text, at: null }, last_answer: null },
      ...{
        context_tokens: 1,
        context_percent: null,
        asks: false,
        permission: null,
        failure: null,
        last_turn_ms: null,
        errors: 0,
        compactions: 0,
      },
      subagents: [],
    },
  });
  journal.agents(registry(agent('agent-0', doing('working', 'secret 1'))));
  journal.begin(1);
  updates.length = 0;
  journal.agents(registry(agent('agent-0', doing('working', 'secret 2'))));
  journal.commit(2);
  assert.deepEqual(changes(), []);
  journal.agents(registry(agent('agent-0', doing('idle', 'secret 3'))));
  journal.commit(3);
  assert.deepEqual(changes(), ['agent agent-0']);
  assert.ok(!JSON.stringify(updates).includes('secret'));
});
