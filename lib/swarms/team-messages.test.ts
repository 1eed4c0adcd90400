import assert from 'node:assert/strict';
import { test } from 'node:test';
import { claudeSession, claudeTeam, teamMember } from '../../test/support/claude-sessions';
import type { Teammate } from '../rules/session-agents';
import type { ClaudeInboxMessage, TeamMessage } from '../sources/claude-code/claude-session';
import { TeamAgents } from './team-agents';
import { TeamMessages } from './team-messages';

const LEAD = claudeSession({ pid: 1, sessionId: 's' });

/** A team of the agent api with a tester, whose agent has another id, unless nothing is shown. */
function world({ shown = true } = {}) {
  const agents = new TeamAgents();
  const team = claudeTeam(LEAD, [teamMember('tester')]);
  const show = () => {
    const [, member] = team.members;
    const mate = { lead: 'api', leadSession: LEAD, team, member } as Teammate;
    const facts = { sessions: [LEAD], teams: [team], tasks: [], taskLists: new Map() };
    agents.update(facts, new Map([[LEAD, 'api']]), new Map([[{ id: 'tester@api' }, mate]]));
  };
  if (shown) show();
  const recorded: TeamMessage[] = [];
  const clock = { now: 1000 };
  const messages = new TeamMessages({ agents, record: (more) => recorded.push(...more), now: () => clock.now });
  const told = () => recorded.map(({ from, to, text }) => `${from} > ${to}: ${text}`);
  return { messages, recorded, clock, show, told };
}

function inbox(fields: Partial<ClaudeInboxMessage> = {}): ClaudeInboxMessage {
  return { team: 'team', to: 'team-lead', from: 'tester', text: 'Hi', summary: null, msgId: 'm', sentAt: 5, ...fields };
}

test('takeInbox(): names of the team become ids of agents', () => {
  const { messages, recorded, told } = world();
  messages.takeInbox(inbox());
  messages.takeInbox(inbox({ from: 'team-lead', to: 'tester', msgId: null, text: 'Go' }));
  assert.deepEqual(told(), ['tester@api > api: Hi', 'api > tester@api: Go']);
  assert.deepEqual([recorded[0]?.team, recorded[0]?.key, recorded[0]?.msgId], ['team', 'm', 'm']);
  assert.deepEqual([typeof recorded[1]?.key, recorded[1]?.msgId], ['string', null]);
});

test('takeTranscript(): a message to the lead belongs to the team that its session leads', () => {
  const { messages, recorded, told } = world();
  const message = { key: 'line', from: 'tester', text: 'All pass.', sentAt: 7 };
  messages.takeTranscript([
    { sessionId: 's', ...message },
    { sessionId: 'other', ...message },
  ]);
  assert.deepEqual(told(), ['tester@api > api: All pass.']);
  assert.deepEqual([recorded[0]?.team, recorded[0]?.key], ['team', 'line']);
});

test('takeInbox(): what Claude Code writes by itself is no message; JSON that an agent wrote is one', () => {
  const { messages, told } = world();
  const types = ['task_assignment', 'idle_notification', 'shutdown_request', 'shutdown_approved'];
  for (const type of [...types, 'permission_request', 'permission_response', 'teammate_terminated'])
    messages.takeInbox(inbox({ text: JSON.stringify({ type, from: 'tester' }), msgId: type }));
  messages.takeInbox(inbox({ text: '{"type":"report","passed":42}' }));
  assert.deepEqual(told(), ['tester@api > api: {"type":"report","passed":42}']);
});

test('flush(): messages wait for their team to be shown; those of teams that are not shown are left out', () => {
  const late = world({ shown: false });
  late.messages.takeInbox(inbox());
  late.messages.flush();
  assert.deepEqual(late.told(), []);
  late.show();
  late.messages.flush();
  late.messages.flush();
  assert.deepEqual(late.told(), ['tester@api > api: Hi']);
  const never = world({ shown: false });
  never.messages.takeInbox(inbox());
  never.clock.now += 5000;
  never.messages.flush();
  never.show();
  never.messages.flush();
  assert.deepEqual(never.told(), []);
});

test('flush(): a member that is not listed keeps its full name, which no other agent has', () => {
  const { messages, clock, told } = world();
  messages.takeInbox(inbox({ from: 'gone' }));
  assert.deepEqual(told(), []);
  clock.now += 5000;
  messages.flush();
  assert.deepEqual(told(), ['gone@team > api: Hi']);
});
