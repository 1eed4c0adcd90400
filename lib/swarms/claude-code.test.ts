import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { claudeSession } from '../../test/support/claude-sessions';
import { claudeCodeStatus } from '../sources/claude-code/claude-folder';
import type { ClaudeSession, ClaudeUsage, TranscriptFacts } from '../sources/claude-code/claude-session';
import type { ReaderStatus } from '../sources/source-status';
import type { ClaudeFacts } from './claude-agents';
import { ClaudeCode } from './claude-code';
import type { ClaudeHint, HooksSource, TranscriptEvents } from './claude-sources';
import { HookEvents } from './hook-events';

const OK: ReaderStatus = { state: 'ok', reason: null, since: 0, keptFrom: null, skipped: [] };

const facts = (sessionId: string): TranscriptFacts => ({
  ...{ sessionId, model: 'claude-x', permissionMode: null, cwd: null, gitBranch: null, tool: null, openTools: 0 },
  ...{ lastPrompt: null, lastAnswer: null, asks: false, contextTokens: null, lastTurnMs: null, errors: 0 },
  ...{ lastError: null, compactions: 0, decisions: [], subagents: [], teamName: null, agentName: null },
  teammates: [],
});

/** A source with fake readers. */
function world(hooks: HooksSource | null = null) {
  const seen: ClaudeFacts[] = [];
  const reader = {
    sessions: [] as ClaudeSession[],
    status: OK,
    asked: [] as (string[] | null)[],
    error: null as unknown,
  };
  const said = {
    usage: [] as unknown[],
    followed: [] as unknown[],
    faults: [] as unknown[],
    teams: [] as unknown[],
    progress: [] as unknown[],
    statuses: 0,
    closed: 0,
  };
  let hint: (kind: ClaudeHint, names: ReadonlySet<string> | null) => void = () => {};
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
        async refresh(names) {
          reader.asked.push(names && [...names]);
          if (reader.error) throw reader.error;
        },
      },
      teams: () => ({ teams: [], tasks: [], taskLists: new Map(), status: OK, refresh: async () => false }),
      watch: (onHint) => {
        hint = onHint;
        const close = async () => {
          said.closed += 1;
        };
        return { status: OK, reconcile: () => {}, close };
      },
      joinStatus: claudeCodeStatus,
      transcripts: (_, given) => {
        events = given;
        const follow = (sessions: unknown, teams: unknown) => {
          said.followed.push(sessions);
          said.teams.push(teams);
        };
        return { follow, refresh: () => {}, stop: async () => {} };
      },
    },
    hooks,
    messages: { takeInbox: () => {}, takeTranscript: () => {} },
    onFacts: (known) => seen.push(known),
    onStatus: () => {
      said.statuses += 1;
    },
    recordUsage: (rows) => {
      said.usage.push(...rows);
    },
    onFault: (error) => said.faults.push(error),
    onProcesses: () => {},
    onProgress: (progress) => said.progress.push(progress),
    onThreadFault: () => {},
  });
  const show = (...sessions: ClaudeSession[]) => {
    reader.sessions = sessions;
  };
  const hinted = async (...names: string[]) => {
    hint('sessions', new Set(names));
    await nextTurn();
  };
  return { claude, seen, reader, said, show, hinted, transcripts: () => events as unknown as TranscriptEvents };
}

test('ClaudeCode: each difference is reported once, and nothing while nothing differs', async () => {
  const { claude, seen, show } = world();
  show(claudeSession({ pid: 1 }));
  for (const at of [0, 1000, 2000, 6000]) await claude.reconcile(at);
  assert.equal(seen.length, 1);
  assert.deepEqual([seen[0]?.folders, seen[0]?.unread], [['/no/such/root'], null]);
});

test('ClaudeCode: a burst of transcript facts is reported at once and a second later, with the last ones', async (context) => {
  context.mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  const { claude, seen, show, transcripts } = world();
  show(claudeSession({ pid: 1, sessionId: 'a' }));
  await claude.reconcile(0);
  claude.beginTranscripts([]);
  const said = seen.length;
  for (const errors of [1, 2, 3]) transcripts().onFacts([{ ...facts('a'), errors }]);
  const errorsOf = () => seen.slice(said).map((known) => known.transcripts.get('a')?.errors);
  assert.deepEqual(errorsOf(), [1]);
  // What differs in a session is not delayed, and takes with it what the transcripts say.
  show(claudeSession({ pid: 1, sessionId: 'a', status: 'waiting' }));
  await claude.reconcile(1000);
  assert.deepEqual(errorsOf(), [1, 3]);
  transcripts().onFacts([{ ...facts('a'), errors: 4 }]);
  assert.deepEqual(errorsOf(), [1, 3]);
  context.mock.timers.tick(1000);
  assert.deepEqual(errorsOf(), [1, 3, 4]);
});

test('ClaudeCode: a hint reads only the files that it names, and reports what differs at once', async () => {
  const { claude, seen, reader, show, hinted } = world();
  await claude.reconcile(0);
  show(claudeSession({ pid: 1, status: 'busy' }));
  await hinted('1.json');
  assert.deepEqual(reader.asked, [null, ['1.json']]);
  assert.equal(seen.at(-1)?.sessions[0]?.status, 'busy');
});

test('ClaudeCode: an unreadable folder is reported as such, a thrown error as a fault that ends', async () => {
  const { claude, seen, reader, said } = world();
  reader.status = { ...OK, state: 'unreadable', reason: 'The folder belongs to another user.' };
  await claude.reconcile(0);
  assert.deepEqual([seen.at(-1)?.unread, claude.status.state], ['The folder belongs to another user.', 'unreadable']);
  assert.equal(said.statuses, 1);
  const error = new Error('broken');
  reader.error = error;
  await claude.reconcile(1000);
  assert.ok(said.faults.includes(error));
  reader.error = null;
  await claude.reconcile(2000);
  assert.equal(said.faults.at(-1), null);
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
  await transcripts().onUsage([row, { ...row, sessionId: 's2' }], []);
  assert.deepEqual(
    said.usage.map((one) => (one as { agentId: string | null }).agentId),
    ['api', null],
  );
});

test('ClaudeCode: after stop nothing is reported any more', async () => {
  const { claude, seen, said, show, hinted } = world();
  show(claudeSession({ pid: 1 }));
  await claude.stop();
  await hinted('1.json');
  await claude.reconcile(0);
  assert.deepEqual([seen.length, said.closed], [0, 1]);
});

test('ClaudeCode: the file that a killed session left says nothing about the session that resumed it', async () => {
  const hooks = new HookEvents();
  const { claude, seen, show } = world(hooks);
  const at = Date.now();
  const resumed = { sessionId: 's', status: 'waiting', statusUpdatedAt: at };
  const killed = claudeSession({ pid: 9, sessionId: 's', alive: false, status: 'idle', statusUpdatedAt: at - 60_000 });
  show(claudeSession({ pid: 1, ...resumed }), killed);
  const asked = { hook_event_name: 'PermissionRequest', session_id: 's', tool_name: 'Bash', tool_input: 'ls' } as const;
  hooks.take(asked, at - 50);
  for (const now of [0, 1000]) await claude.reconcile(now);
  assert.equal(seen.at(-1)?.hooks.get('s')?.permission?.tool, 'Bash');
});

test('ClaudeCode: transcripts of teammates in panes are followed by their team, and their usage gets their agent', async () => {
  const { claude, said, transcripts } = world();
  const lead = claudeSession({ pid: 1, sessionId: 's1' });
  const mate = { team: 'team', name: 'tester', agent: 'tester@lead' };
  claude.follow([{ session: lead, agent: 'lead' }], [mate]);
  claude.beginTranscripts([]);
  claude.follow([{ session: lead, agent: 'lead' }], [mate]);
  assert.deepEqual(said.teams, [['team']]);
  transcripts().onFacts([{ ...facts('t1'), teamName: 'team', agentName: 'tester' }]);
  const row = { messageId: 'm', sessionId: 't1', subagentId: null, at: 0, model: 'claude-x' } as ClaudeUsage;
  await transcripts().onUsage([row], []);
  claude.follow([{ session: lead, agent: 'lead' }], []);
  assert.deepEqual(said.teams.at(-1), []);
  // Read to its end after the team is gone.
  await transcripts().onUsage([{ ...row, messageId: 'n' }], []);
  assert.deepEqual(
    said.usage.map((one) => (one as { agentId: string | null }).agentId),
    ['tester@lead', 'tester@lead'],
  );
});

test('ClaudeCode: of readers that another history replaced nothing is recorded: the new ones read it again', async () => {
  const { claude, seen, said, transcripts } = world();
  claude.beginTranscripts([]);
  const replaced = transcripts();
  replaced.onProgress({ read_bytes: 1, total_bytes: 2 });
  claude.beginTranscripts([]);
  replaced.onProgress({ read_bytes: 2, total_bytes: 2 });
  assert.deepEqual(said.progress, [{ read_bytes: 1, total_bytes: 2 }, null]);
  const row = { messageId: 'm', sessionId: 's1', subagentId: null, at: 0, model: 'claude-x' } as ClaudeUsage;
  await replaced.onUsage([row], [{ file: '/f', head: 'h', offset: 9 }]);
  replaced.onFacts([facts('s1')]);
  assert.deepEqual([said.usage.length, seen.length], [0, 0]);
  await transcripts().onUsage([row], []);
  assert.equal(said.usage.length, 1);
});

test('ClaudeCode: lines of transcripts that were skipped are part of the status', () => {
  const { claude, transcripts } = world();
  claude.beginTranscripts([]);
  transcripts().onStatus({ faults: [], skipped: { tooLong: 2, notJson: 0 } });
  const tooLong = { reason: 'an answer in a transcript is longer than 1 MB, so its tokens are not counted', count: 2 };
  assert.deepEqual(claude.status.skipped, [{ ...tooLong, last: null }]);
  assert.equal(claude.status.state, 'ok');
  transcripts().onStatus({ faults: ["x can't be read (EACCES)."], skipped: { tooLong: 2, notJson: 1 } });
  assert.deepEqual(
    claude.status.skipped.map(({ count }) => count),
    [2, 1],
  );
});
