import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { claudeSession } from '../../test/support/claude-sessions';
import type { ClaudeSession, ClaudeUsage, TranscriptFacts } from '../sources/claude-code/claude-session';
import type { ReaderStatus } from '../sources/source-status';
import type { ClaudeFacts } from './claude-agents';
import { ClaudeCode, type ClaudeHint, type TranscriptEvents } from './claude-code';

const OK: ReaderStatus = { state: 'ok', reason: null, since: 0, keptFrom: null, skipped: [] };

const facts = (sessionId: string): TranscriptFacts => ({
  ...{ sessionId, model: 'claude-x', permissionMode: null, cwd: null, gitBranch: null, tool: null },
  ...{ lastPrompt: null, lastAnswer: null, asks: false, contextTokens: null, lastTurnMs: null, errors: 0 },
  ...{ lastError: null, compactions: 0, decisions: [], subagents: [], teamName: null, agentName: null },
});

/** A source with fake readers. */
function world() {
  const seen: ClaudeFacts[] = [];
  const reader = { sessions: [] as ClaudeSession[], status: OK, differs: false, reads: 0, error: null as Error | null };
  const said = { usage: [] as unknown[], followed: [] as unknown[], faults: [] as unknown[], statuses: 0, closed: 0 };
  let hint: (kind: ClaudeHint) => void = () => {};
  let events: TranscriptEvents | null = null;
  const claude = new ClaudeCode({
    root: '/no/such/root',
    readers: {
      sessions: {
        get sessions() {
          return reader.sessions;
        },
        get status() {
          return reader.status;
        },
        async refresh() {
          reader.reads += 1;
          if (reader.error) throw reader.error;
          const { differs } = reader;
          reader.differs = false;
          return differs;
        },
      },
      teams: null,
      watch: (onHint) => {
        hint = onHint;
        return { close: () => (said.closed += 1) };
      },
      transcripts: (_, given) => {
        events = given;
        return { follow: (sessions) => said.followed.push(sessions), refresh: () => {}, stop: async () => {} };
      },
      hooks: null,
    },
    onFacts: (known) => seen.push(known),
    onStatus: () => (said.statuses += 1),
    recordUsage: (rows) => said.usage.push(...rows),
    onFault: (error) => said.faults.push(error),
    onProcesses: () => {},
  });
  const show = (...sessions: ClaudeSession[]) => {
    reader.sessions = sessions;
    reader.differs = true;
  };
  return {
    claude,
    seen,
    reader,
    said,
    show,
    hint: () => hint('sessions'),
    transcripts: () => events as unknown as TranscriptEvents,
  };
}

test('ClaudeCode: each difference is reported once, and nothing while nothing differs', async () => {
  const { claude, seen, show } = world();
  show(claudeSession({ pid: 1 }));
  await claude.reconcile(0);
  await claude.reconcile(1000);
  await claude.reconcile(2000);
  assert.equal(seen.length, 1);
  assert.deepEqual(seen[0]?.folders, ['/no/such/root']);
  assert.equal(seen[0]?.unread, null);
  show(claudeSession({ pid: 1, status: 'busy' }));
  await claude.refresh();
  assert.equal(seen.at(-1)?.sessions[0]?.status, 'busy');
  assert.equal(seen.length, 2);
});

test('ClaudeCode: a hint while files are read makes it read once more', async () => {
  const { claude, reader, hint } = world();
  const first = claude.refresh();
  hint();
  hint();
  await first;
  await nextTurn();
  assert.equal(reader.reads, 2);
});

test('ClaudeCode: an unreadable folder is reported as such, a thrown error as a fault that ends', async () => {
  const { claude, seen, reader, said } = world();
  reader.status = { ...OK, state: 'unreadable', reason: 'The folder belongs to another user.' };
  await claude.reconcile(0);
  assert.equal(seen.at(-1)?.unread, 'The folder belongs to another user.');
  assert.equal(said.statuses, 1);
  reader.error = new Error('broken');
  await claude.refresh();
  reader.error = null;
  await claude.refresh();
  assert.deepEqual(said.faults.slice(-2), [reader.error ?? said.faults.at(-2), null]);
  assert.ok(said.faults.at(-2) instanceof Error);
});

test('ClaudeCode: transcripts of the shown sessions are followed, and usage gets the agent', async () => {
  const { claude, seen, said, show, transcripts } = world();
  const session = claudeSession({ pid: 1, sessionId: 's1' });
  show(session);
  await claude.reconcile(0);
  claude.follow([{ session, agent: 'api' }]);
  claude.beginTranscripts([]);
  claude.follow([{ session, agent: 'api' }]);
  assert.deepEqual(said.followed, [[{ sessionId: 's1', cwd: '/home/u/proj' }]]);
  transcripts().onFacts([facts('s1')]);
  assert.equal(seen.at(-1)?.transcripts.get('s1')?.model, 'claude-x');
  const row = { messageId: 'm', sessionId: 's1', subagentId: null, at: 0, model: 'claude-x' } as ClaudeUsage;
  transcripts().onUsage([row, { ...row, sessionId: 's2' }], []);
  assert.deepEqual(
    said.usage.map((one) => (one as { agentId: string | null }).agentId),
    ['api', null],
  );
});

test('ClaudeCode: after stop nothing is reported any more', async () => {
  const { claude, seen, said, show, hint } = world();
  show(claudeSession({ pid: 1 }));
  await claude.stop();
  hint();
  await claude.refresh();
  assert.deepEqual([seen.length, said.closed], [0, 1]);
});
