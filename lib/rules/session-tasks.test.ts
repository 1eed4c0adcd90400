import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { claudeSession, claudeTeam, teamMember } from '../../test/support/claude-sessions';
import type { ClaudeTask } from '../sources/claude-code/claude-session';
import type { Teammate } from './session-agents';
import { sessionTasks, unfinishedSessionTasks } from './session-tasks';

const LEAD = claudeSession({ pid: 1 });

function task(id: string, owner: string | null, fields: Partial<ClaudeTask> = {}): ClaudeTask {
  const none = { description: null, activeForm: null, blocks: [], blockedBy: [] };
  return { ...none, list: 'team', id, subject: `do ${id}`, status: 'pending', owner, ...fields };
}

/** The members of a team, each with the id `<lead>/<name>`. */
function mates(names: string[], folder = 'team', lead = 'api'): [string, Teammate][] {
  const team = {
    ...claudeTeam(
      LEAD,
      names.map((name) => teamMember(name)),
    ),
    folder,
  };
  const members = team.members.filter(({ tmuxPaneId }) => tmuxPaneId !== 'leader');
  return members.map((member) => [`${lead}/${member.name}`, { lead, leadSession: LEAD, team, member }]);
}

const owners = (tasks: ClaudeTask[], members: [string, Teammate][], lists = new Map<string, string>()) =>
  sessionTasks(tasks, lists, members).map(({ id, assignedTo }) => [id, assignedTo]);

test('sessionTasks(): an owner is a member of the team whose list it is, also by its full id, or the lead', () => {
  const tasks = [task('1', 'tester'), task('2', 'tester@team'), task('3', 'team-lead'), task('4', 'nobody')];
  assert.deepEqual(owners([...tasks, task('5', null)], mates(['tester'])), [
    ['1', 'api/tester'],
    ['2', 'api/tester'],
    ['3', 'api'],
    ['4', null],
    ['5', null],
  ]);
  assert.deepEqual(owners([task('1', 'tester', { list: 'other' })], mates(['tester'])), [['1', null]]);
});

test('sessionTasks(): the list of a team may have another name, and two teams of one list share no owner', () => {
  const linked = new Map([
    ['team', 'first'],
    ['team-2', 'first'],
  ]);
  const two = [...mates(['tester', 'writer']), ...mates(['tester'], 'team-2', 'web')];
  const tasks = [task('1', 'tester', { list: 'first' }), task('2', 'writer', { list: 'first' })];
  assert.deepEqual(owners(tasks, two, linked), [
    ['1', null],
    ['2', 'api/writer'],
  ]);
});

test('sessionTasks(): a task that is finished, or whose status is not known, neither waits nor blocks', () => {
  const status = fc.oneof(fc.constantFrom('pending', 'in_progress', 'completed', 'deleted'), fc.string());
  fc.assert(
    fc.property(fc.array(status), (statuses) => {
      const tasks = statuses.map((one, index) => task(String(index), 'tester', { status: one }));
      const all = sessionTasks(tasks, new Map(), mates(['tester']));
      assert.equal(all.length, tasks.length, 'the board shows finished ones too');
      const kept = unfinishedSessionTasks(all).map(({ status: one }) => one);
      assert.deepEqual(
        kept,
        statuses.filter((one) => one === 'pending' || one === 'in_progress'),
      );
    }),
  );
});
