import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AgentHistory } from '../contract/past-schemas';
import { History } from '../history/history';
import { Journal, type JournalUpdate } from '../history/journal';
import { agentHistory } from './past-agent';

test('the entry of an agent is the newest, also when the clock was set back since the one before', () => {
  const history = new History(':memory:');
  const now = Date.parse('2026-02-03T09:30:00Z');
  const journal = new Journal(history.db, { aliveAt: null, reason: '', now });
  const changed = (status: string): JournalUpdate['changed'] => [
    ['agent', 'agent-0', JSON.stringify({ id: 'agent-0', status, health: 'dead' })],
    ['registry', 'header', JSON.stringify({ last_seen: [['agent-0']] })],
  ];
  journal.record({ at: now, complete: ['agent', 'lock', 'registry'], changed: changed('before') });
  journal.record({ at: now - 3_600_000, complete: [], changed: changed('after') });
  const told = JSON.parse(agentHistory(history, { id: 'agent-0', limit: 10 }) ?? '') as AgentHistory;
  assert.equal(told.agent?.status, 'after');
});

test('a lock or a message from the future is no sign of life', () => {
  const history = new History(':memory:', { readTime: (time) => Date.parse(String(time)) * 1000 });
  const now = Date.now();
  const ahead = new Date(now + 3_600_000).toISOString();
  const spoke = new Date(now - 60_000).toISOString();
  for (const timestamp of [spoke, ahead]) {
    const fields = { sender: 'agent-0', timestamp };
    history.append([{ text: JSON.stringify(fields), fields }], '{}', now);
  }
  const journal = new Journal(history.db, { aliveAt: null, reason: '', now });
  journal.record({
    at: now,
    complete: ['agent', 'lock', 'registry'],
    changed: [
      ['agent', 'agent-0', JSON.stringify({ id: 'agent-0', health: 'active' })],
      ['registry', 'header', JSON.stringify({ last_seen: [['agent-0']] })],
      [
        'lock',
        'a.lock',
        JSON.stringify({ lock_file: 'a.lock', agent_id: 'agent-0', filepath: 'a', acquired_at: ahead }),
      ],
    ],
  });
  const told = JSON.parse(agentHistory(history, { id: 'agent-0', limit: 10 }) ?? '') as AgentHistory;
  assert.equal(told.agent?.last_evidence_at, spoke.replace('Z', '+00:00'));
});
