import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PendingPermission } from '../contract/action-schemas';
import { UNKNOWN_AGENT_FACTS } from '../contract/defaults';
import { examples } from '../contract/examples';
import { formatInstant } from '../contract/instant';
import type { Agent } from '../contract/schemas';
import { activityItems } from './attention-activity';
import type { AttentionFacts } from './attention-facts';
import { DeadlineClock } from './deadline-clock';

const AT = 1_700_000_000_000;
const [example] = examples.agents.agents as [Agent];

function agent(
  state: Agent['activity']['state'],
  waitingFor: string | null = null,
  fields: Partial<Agent> = {},
): Agent {
  return {
    ...UNKNOWN_AGENT_FACTS,
    ...{ id: 'a', health: 'active', health_reason: 'It runs.', last_evidence_at: null },
    session: example.session && { ...example.session, waiting_for: waitingFor },
    activity: {
      state,
      since: formatInstant(AT),
      reason: 'Its session waits for a person: permission prompt.',
      source: 'session',
    },
    ...fields,
  };
}

function itemsAt(ms: number, one: Agent) {
  const time = new DeadlineClock(AT + ms);
  const items = activityItems({ agents: [one], time, startedAt: AT } as unknown as AttentionFacts);
  return { items: items.map(({ kind, severity }) => `${kind} ${severity}`), nextIn: time.nextAt - AT };
}

test('activityItems(): a prompt is listed at once, and is critical after 60 s by the passing of time alone', () => {
  const waiting = agent('waiting', 'permission prompt');
  assert.deepEqual(itemsAt(0, waiting), { items: ['permission_waiting warning'], nextIn: 60_000 });
  assert.deepEqual(itemsAt(59_999, waiting).items, ['permission_waiting warning']);
  assert.deepEqual(itemsAt(60_000, waiting), {
    items: ['permission_waiting critical'],
    nextIn: Number.POSITIVE_INFINITY,
  });
});

test('activityItems(): an open dialog is not listed before 2 min, and is never critical', () => {
  const dialog = agent('waiting', 'dialog open');
  assert.deepEqual(itemsAt(119_999, dialog), { items: [], nextIn: 120_000 });
  assert.deepEqual(itemsAt(120_000, dialog).items, ['permission_waiting warning']);
  assert.deepEqual(itemsAt(9_000_000, dialog).items, ['permission_waiting warning']);
});

test('activityItems(): an idle agent whose turn ended with a question is a notice; a working one is not', () => {
  const work = example.work && { ...example.work, asks: true };
  assert.deepEqual(itemsAt(0, agent('idle', null, { work })).items, ['question_in_terminal notice']);
  assert.deepEqual(itemsAt(0, agent('working', null, { work })).items, []);
  assert.deepEqual(itemsAt(0, agent('idle')).items, []);
});

test('activityItems(): a dead or moved agent waits for nobody', () => {
  for (const health of ['dead', 'moved'] as const)
    assert.deepEqual(itemsAt(0, agent('waiting', 'permission prompt', { health })).items, []);
});

test('activityItems(): what has no time is not said to last: a prompt is no more than a warning, a dialog is not listed', () => {
  const timeless = (waitingFor: string) => {
    const one = agent('waiting', waitingFor);
    return { ...one, activity: { ...one.activity, since: null } };
  };
  assert.deepEqual(itemsAt(9_000_000, timeless('permission prompt')).items, ['permission_waiting warning']);
  assert.deepEqual(itemsAt(9_000_000, timeless('dialog open')).items, []);
});

const [pending] = examples.permissions.permissions as [PendingPermission];

function requestsAt(ms: number, agents: readonly Agent[], permissions: readonly PendingPermission[]) {
  const time = new DeadlineClock(AT + ms);
  return activityItems({ agents, permissions, time, startedAt: AT } as unknown as AttentionFacts);
}

function request(fields: Partial<PendingPermission>): PendingPermission {
  return { ...pending, agent_id: 'a', since: formatInstant(AT), ...fields };
}

test('activityItems(): a held request is one item of its agent, whatever its status says, and critical after 60 s', () => {
  for (const state of ['working', 'waiting', 'unknown'] as const) {
    const items = requestsAt(0, [agent(state, 'permission prompt')], [request({})]);
    assert.deepEqual(
      items.map(({ kind, key, severity }) => [kind, key, severity]),
      [['permission_waiting', 'a', 'warning']],
    );
    assert.equal(items[0]?.reason, 'a asks: permission for Bash. It can be answered in the dashboard.');
  }
  const [late] = requestsAt(60_000, [agent('working')], [request({})]);
  assert.equal(late?.severity, 'critical');
});

test('activityItems(): several requests of one agent are one item, those of unknown agents have one each, without inputs', () => {
  const subagent = { id: 'a1', type: 'tester' };
  const items = requestsAt(
    0,
    [agent('working')],
    [
      request({ kind: 'question', tool_name: 'AskUserQuestion', subagent, since: formatInstant(AT - 5000) }),
      request({}),
      request({ agent_id: null, session_id: 's-9', kind: 'plan', tool_name: 'ExitPlanMode' }),
    ],
  );
  assert.deepEqual(
    items.map(({ key, reason, since }) => [key, reason, since - AT]),
    [
      ['a', 'a asks: a question for its subagent tester and 1 more. It can be answered in the dashboard.', -5000],
      ['s-9', 'An unknown agent asks: approval of a plan. It can be answered in the dashboard.', 0],
    ],
  );
  assert.doesNotMatch(JSON.stringify(items), /npm test/);
});
