import assert from 'node:assert/strict';
import { mkdirSync, renameSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import fc from 'fast-check';
import { ClaudeTestFolder, claudeExcerpt } from '../../../test/support/claude-folder';
import type { ClaudeInboxMessage, ClaudeTeam } from './claude-session';
import { type TeamsOptions, TeamsReader, teamOfSession } from './teams-reader';

const TEAM = 'session-c690acef';

let folder: ClaudeTestFolder;
let messages: ClaudeInboxMessage[];
beforeEach(() => {
  folder = new ClaudeTestFolder();
  messages = [];
});
afterEach(() => folder.remove());

/** Files changed long ago, so that no test waits. */
function readerOf(options: Partial<TeamsOptions> = {}): TeamsReader {
  return new TeamsReader({
    folder: folder.path,
    onMessage: (message) => messages.push(message),
    now: () => Date.now() + 60_000,
    wait: async () => undefined,
    ...options,
  });
}

test('refresh(): gives the teams with their members', async () => {
  folder.write(`teams/${TEAM}/config.json`, claudeExcerpt('teams/in-process.json'));
  folder.write('teams/session-d21ea0c8/config.json', claudeExcerpt('teams/tmux.json'));
  const reader = readerOf();
  assert.equal(await reader.refresh(), true);
  const [inProcess, tmux] = reader.teams;
  assert.deepEqual([inProcess?.folder, inProcess?.leadProcess], [TEAM, { pid: 19_833, procStart: '387433' }]);
  assert.deepEqual(
    inProcess?.members.map(({ name, tmuxPaneId, backendType, isActive }) => [name, tmuxPaneId, backendType, isActive]),
    [
      ['team-lead', 'leader', 'in-process', null],
      ['tester', 'in-process', 'in-process', null],
      ['writer', 'in-process', 'in-process', null],
    ],
  );
  assert.deepEqual(
    tmux?.members.map(({ name, tmuxPaneId, isActive, model }) => [name, tmuxPaneId, isActive, model]),
    [
      ['team-lead', 'leader', null, null],
      ['tester', '%2', true, 'claude-opus-5-5'],
      ['writer', '%3', false, 'claude-opus-5-5'],
    ],
  );
  assert.equal(await reader.refresh(), false);
});

test('refresh(): hands out each message of an inbox once, also while it waits there and after the inbox was drained', async () => {
  const inbox = `teams/${TEAM}/inboxes/tester.json`;
  const [first, second] = JSON.parse(claudeExcerpt('teams/inbox.json'));
  const reader = readerOf();
  for (const content of [[], [first], [first, second], [second], []]) {
    folder.write(inbox, content);
    await reader.refresh();
    await reader.refresh();
  }
  assert.deepEqual(
    messages.map(({ msgId }) => msgId),
    [first.msg_id, second.msg_id],
  );
  assert.deepEqual(messages[1], {
    team: TEAM,
    to: 'tester',
    from: 'writer',
    text: 'Hello tester, are you ready?',
    summary: 'hi',
    msgId: '1b49d046-318e-43d8-b86e-200c90e7e801',
    sentAt: Date.parse('2026-11-29T02:26:55.631Z'),
  });
});

test('refresh(): without an id sender, text and time tell messages apart, and each recipient gets its own', async () => {
  const message = { from: 'a', text: 'Hello', timestamp: '2026-11-29T02:26:51.044Z' };
  const later = { ...message, timestamp: '2026-11-29T02:26:52.044Z' };
  const reader = readerOf();
  folder.write(`teams/${TEAM}/inboxes/b.json`, [message]);
  await reader.refresh();
  folder.write(`teams/${TEAM}/inboxes/b.json`, [message, later, { from: 'a' }, 7, { text: 'no sender' }]);
  folder.write(`teams/${TEAM}/inboxes/c.json`, [message]);
  await reader.refresh();
  assert.deepEqual(
    messages.map(({ to, sentAt }) => [to, sentAt]),
    [
      ['b', Date.parse(message.timestamp)],
      ['b', Date.parse(later.timestamp)],
      ['c', Date.parse(message.timestamp)],
    ],
  );
});

test('refresh(): half-written JSON keeps the last good team', async () => {
  const config = claudeExcerpt('teams/tmux.json');
  folder.write(`teams/${TEAM}/config.json`, config);
  const reader = readerOf();
  await reader.refresh();
  folder.write(`teams/${TEAM}/config.json`, config.slice(0, 300));
  await reader.refresh();
  assert.equal(reader.teams[0]?.members.length, 3);
  assert.equal(reader.status.skipped[0]?.reason, "a team's file is no valid JSON");
  folder.write(`teams/${TEAM}/config.json`, config);
  await reader.refresh();
  assert.deepEqual(reader.status.skipped, []);
});

test('refresh(): a team that is being removed is gone, and locks, links and files beside teams are none', async () => {
  folder.write(`teams/${TEAM}/config.json`, claudeExcerpt('teams/tmux.json'));
  folder.write('outside/config.json', claudeExcerpt('teams/tmux.json'));
  folder.write('teams/notes.json', '{}');
  mkdirSync(join(folder.path, 'teams', `${TEAM}/config.json.lock`));
  mkdirSync(join(folder.path, 'teams', 'x.lock'));
  symlinkSync(join(folder.path, 'outside'), join(folder.path, 'teams', 'linked'));
  const reader = readerOf();
  await reader.refresh();
  assert.deepEqual(
    reader.teams.map((team) => team.folder),
    [TEAM],
  );
  const removed = `${TEAM}.deleted-0b6d7a52-6b51-4c1e-8a5f-2f0f6a8f4c11`;
  renameSync(join(folder.path, 'teams', TEAM), join(folder.path, 'teams', removed));
  assert.equal(await reader.refresh(), true);
  assert.deepEqual(reader.teams, []);
  folder.remove('teams');
  await reader.refresh();
  assert.deepEqual([reader.teams, reader.status.state], [[], 'ok']);
});

test('tasks: those of teams and of lists that are asked for, in their order; other files of a list are none', async () => {
  folder.write(`teams/${TEAM}/config.json`, claudeExcerpt('teams/in-process.json'));
  for (const id of [1, 2]) folder.write(`tasks/${TEAM}/${id}.json`, claudeExcerpt(`tasks/${id}.json`));
  folder.write(`tasks/${TEAM}/10.json`, { id: '10', subject: 'Ten', status: 'paused', owner: 'writer', later: 1 });
  folder.write(`tasks/${TEAM}/.lock`, '');
  folder.write(`tasks/${TEAM}/.highwatermark`, '9');
  mkdirSync(join(folder.path, 'tasks', TEAM, '1.json.lock'));
  folder.write('tasks/session-other/1.json', claudeExcerpt('tasks/1.json'));
  folder.write('daemon/1.json', claudeExcerpt('tasks/1.json'));
  symlinkSync(join(folder.path, 'daemon'), join(folder.path, 'tasks', 'session-linked'));
  const asked: string[] = [];
  const reader = readerOf({ lists: () => asked });
  await reader.refresh();
  assert.deepEqual(
    reader.tasks.map(({ list, id, status, owner, blocks, blockedBy }) => [list, id, status, owner, blocks, blockedBy]),
    [
      [TEAM, '1', 'completed', 'tester', ['2'], []],
      [TEAM, '2', 'pending', null, [], ['1']],
      [TEAM, '10', 'paused', 'writer', [], []],
    ],
  );
  asked.push('session-other', 'session-linked', '../daemon', '..', '');
  assert.equal(await reader.refresh(), true);
  assert.deepEqual(
    reader.tasks.filter(({ list }) => list !== TEAM).map(({ list, id }) => [list, id]),
    [['session-other', '1']],
  );
  folder.remove(`tasks/${TEAM}/1.json`);
  asked.length = 0;
  await reader.refresh();
  assert.deepEqual(
    reader.tasks.map(({ id }) => id),
    ['2', '10'],
  );
});

test('taskLists: after /clear the tasks of a session are in the list that .session-list names', async () => {
  folder.write('tasks/session-3e1eb81d/.session-list', 'session-d15d676b');
  folder.write('tasks/session-d15d676b/1.json', claudeExcerpt('tasks/1.json'));
  const reader = readerOf({ lists: () => ['session-3e1eb81d', 'session-d15d676b'] });
  await reader.refresh();
  assert.deepEqual(
    [...reader.taskLists],
    [
      ['session-3e1eb81d', 'session-d15d676b'],
      ['session-d15d676b', 'session-d15d676b'],
    ],
  );
  assert.deepEqual(
    reader.tasks.map(({ list, id }) => [list, id]),
    [['session-d15d676b', '1']],
  );
});

test('teamOfSession(): by the process of the lead, not by the session id, and none if it is ambiguous', () => {
  const team = (name: string, leadSessionId: string, procStart = '387433'): ClaudeTeam => ({
    ...{ folder: name, name, leadAgentId: null, leadSessionId, members: [] },
    leadProcess: { pid: 19_833, procStart },
  });
  const session = { pid: 19_833, procStart: '387433', sessionId: 'after-clear' };
  assert.equal(teamOfSession([team('a', 'first'), team('b', 'after-clear', '1')], session)?.folder, 'a');
  assert.equal(teamOfSession([team('a', 'first'), team('b', 'other')], session), null);
  assert.equal(teamOfSession([team('a', 'first'), team('b', 'after-clear')], session)?.folder, 'b');
  assert.equal(teamOfSession([team('a', 'after-clear')], { ...session, procStart: null }), null);
  assert.equal(teamOfSession([{ ...team('a', 'after-clear'), leadProcess: null }], session), null);
});

test('refresh(): another version may write any value in any file', async () => {
  const reader = readerOf();
  const property = fc.asyncProperty(fc.jsonValue(), fc.jsonValue(), async (value, inner) => {
    folder.write(`teams/${TEAM}/config.json`, JSON.stringify({ members: value, leadProcess: inner, name: value }));
    folder.write('teams/other/config.json', JSON.stringify(value));
    folder.write(`teams/${TEAM}/inboxes/a.json`, JSON.stringify([value, { from: 'a', text: inner, timestamp: value }]));
    folder.write(`tasks/${TEAM}/1.json`, JSON.stringify(value));
    folder.write(`tasks/${TEAM}/2.json`, JSON.stringify({ status: 'pending', blocks: value, subject: inner }));
    folder.write(`tasks/${TEAM}/.session-list`, JSON.stringify(value));
    await reader.refresh();
    assert.ok(messages.every(({ from, text }) => typeof from === 'string' && typeof text === 'string'));
  });
  await fc.assert(property, { numRuns: 100 });
});

test('refresh(): reads nothing if Claude Code is off', async () => {
  const reader = readerOf({ folder: null });
  assert.equal(await reader.refresh(), false);
  assert.deepEqual([reader.teams, reader.tasks, reader.status.state], [[], [], 'missing']);
});

test("refresh(): another user's folder is not read", async () => {
  folder.write(`teams/${TEAM}/config.json`, claudeExcerpt('teams/tmux.json'));
  folder.write(`teams/${TEAM}/inboxes/tester.json`, claudeExcerpt('teams/inbox.json'));
  const reader = readerOf({ user: 4_000_000 });
  assert.equal(await reader.refresh(), false);
  assert.deepEqual([reader.teams, messages], [[], []]);
});
