/** The examples of the documents for the past: the same swarm as in `examples.ts`. */
import type { ActionEntry, ActionsAnswer } from './action-schemas';
import { BUNDLE_FORMAT, BUNDLE_VERSION, type Bundle } from './bundle-schemas';
import type { UsageAnswer } from './claude-schemas';
import { EXAMPLE_EPOCH, examples } from './examples';
import type {
  AgentHistory,
  LockHistory,
  LockSpan,
  PastState,
  TalkAnswer,
  TimelineAnswer,
  UnknownSpan,
  WaitingAnswer,
} from './past-schemas';
import type { Agent, Lock, Message } from './schemas';
import type { Task } from './task-schemas';

const { agents, locks, stats, attention, sources, messages, tasks } = examples;

const SINCE = '2026-02-03T08:12:04.118+00:00';
const UNTIL = '2026-02-03T09:12:04.118+00:00';
const KNOWN_SINCE = '2026-02-03T08:00:12.402+00:00';
const SILENT_SINCE = '2026-02-03T09:10:40.511+00:00';

const [working, silent] = agents.agents as [Agent, Agent];
const [totals, cart] = locks.locks as [Lock, Lock];
const [question, news] = messages.messages as [Message, Message];

const [planned] = tasks.tasks as [Task];

const restart: UnknownSpan = {
  since: '2026-02-03T08:31:00.000+00:00',
  until: '2026-02-03T08:31:42.915+00:00',
  about: 'everything',
  reason: 'The dashboard did not run.',
};

const state: PastState = {
  at: UNTIL,
  unknown: [],
  known_since: KNOWN_SINCE,
  known: { agents: true, locks: true, messages: true, tasks: true },
  ...{ agents, locks, stats, attention, tasks, sources },
  messages,
};

const released: ActionEntry = {
  id: 41,
  at: '2026-02-03T08:44:51.310+00:00',
  ended_at: '2026-02-03T08:44:51.377+00:00',
  principal: 'ada',
  client: '127.0.0.1',
  action: 'release_lock',
  target: 'src/cart/totals.ts',
  agent_id: 'agent-1',
  request: { agent_id: 'agent-1', filepath: 'src/cart/totals.ts' },
  outcome: 'released',
  detail: null,
};

const actions: ActionsAnswer = {
  actions: [released],
  next_cursor: null,
  previous_cursor: `${EXAMPLE_EPOCH}.${released.id}`,
};

const earlier: LockSpan = {
  agent: 'agent-1',
  lock_file: totals.lock_file,
  filepath: 'src/cart/totals.ts',
  reason: 'tests of the totals',
  state: 'held',
  since: '2026-02-03T08:40:10.020+00:00',
  until: '2026-02-03T08:44:51.377+00:00',
  ended: 'released',
};

const current: LockSpan = {
  ...earlier,
  reason: 'rounding of partial refunds',
  since: '2026-02-03T09:09:05.851+00:00',
  until: null,
  ended: null,
};

const barOf = ({ reason: _, ended: __, ...span }: LockSpan) => ({ ...span, count: 1 });

const timeline: TimelineAnswer = {
  since: SINCE,
  until: UNTIL,
  step_ms: 6000,
  message_step_ms: 6000,
  known_since: KNOWN_SINCE,
  first_message_at: '2026-02-02T16:20:00.151+00:00',
  agents: ['agent-0', 'agent-1'],
  health: [
    { agent: 'agent-0', health: 'active', life: '41207@%1', since: KNOWN_SINCE, until: null },
    { agent: 'agent-1', health: 'active', life: '41231@%2', since: KNOWN_SINCE, until: SILENT_SINCE },
    { agent: 'agent-1', health: 'stale', life: '41231@%2', since: SILENT_SINCE, until: null },
  ],
  activity: [{ agent: 'agent-0', state: 'working', since: KNOWN_SINCE, until: null }],
  locks: [barOf(earlier), barOf(current)],
  earlier_locks: [
    {
      agent: 'agent-1',
      lock_file: totals.lock_file,
      filepath: 'src/cart/totals.ts',
      since: '2026-02-03T07:58:40.511+00:00',
      until: KNOWN_SINCE,
    },
  ],
  messages: [question, news].map(({ seq, sent_at, msg_type }) => ({
    sender: 'agent-0',
    type: String(msg_type),
    at: String(sent_at),
    count: 1,
    cursor: `${EXAMPLE_EPOCH}.${seq}`,
    recipients: ['agent-1'],
  })),
  actions: [
    {
      agent: 'agent-1',
      action: released.action,
      at: released.at,
      count: 1,
      cursor: `${EXAMPLE_EPOCH}.${released.id}`,
      principal: released.principal,
      target: released.target,
      outcome: released.outcome,
    },
  ],
  tasks: [
    {
      agent: planned.assigned_to ?? '',
      at: '2026-02-03T09:03:11.020+00:00',
      last_at: '2026-02-03T09:03:11.020+00:00',
      count: 1,
      key: planned.key,
      objective: planned.objective,
      status: planned.status,
      listed: true,
    },
  ],
  unknown: [restart],
  totals: { messages: 2, lock_spans: 2, health_spans: 3 },
  next_agent: null,
};

const agentHistory: AgentHistory = {
  id: 'agent-1',
  agent: silent,
  health: [
    { health: 'stale', life: '41231@%2', since: SILENT_SINCE, until: null },
    { health: 'active', life: '41231@%2', since: KNOWN_SINCE, until: SILENT_SINCE },
  ],
  lives: [
    {
      life: '41231@%2',
      pid: silent.pid,
      pane_index: silent.pane_index,
      tmux_pane_id: silent.tmux_pane_id,
      since: null,
      until: null,
    },
  ],
  locks: [totals],
  lock_spans: [current, earlier],
  messages: { sent: { ACK: 96, COMPLETED: 88, INFO: 301 }, received: { INFO: 354, QUESTION: 219 } },
  talks_with: [{ agent: 'agent-0', sent: 485, received: 573 }],
  previous_cursor: null,
};

const lockHistory: LockHistory = {
  filepath: 'src/cart/totals.ts',
  spans: [current, earlier],
  count: 2,
  previous_cursor: null,
};

const talk: TalkAnswer = {
  since: SINCE,
  until: UNTIL,
  pairs: [
    {
      sender: 'agent-0',
      recipient: 'agent-1',
      count: 2,
      types: { QUESTION: 1, INFO: 1 },
      unanswered: 1,
      first_unanswered: `${EXAMPLE_EPOCH}.1283`,
    },
  ],
  count: 1,
};

const waiting: WaitingAnswer = {
  edges: [
    {
      id: '["question","b5c3f0a2-58f8-4c58-a7f9-4a3dd9d2b0c1","agent-0","agent-1"]',
      from: 'agent-0',
      to: 'agent-1',
      kind: 'question',
      basis: 'declared',
      weak: false,
      blocks: true,
      alternatives: 0,
      since: '2026-02-03T09:02:31.604+00:00',
      reason: 'agent-0 asked agent-1, which has not answered: "Which currency do we store?"',
      evidence: { locks: [], messages: [`${EXAMPLE_EPOCH}.1283`], tasks: [], conflicts: [] },
    },
    {
      id: '["task","17202769 6da7a95d","agent-1","agent-0"]',
      from: 'agent-1',
      to: 'agent-0',
      kind: 'task',
      basis: 'declared',
      weak: false,
      blocks: true,
      alternatives: 0,
      since: '2026-02-03T09:05:07.350+00:00',
      reason:
        'The task "Finish the refunds" of agent-1 is blocked by "Currency of the cart" of agent-0, which is assigned.',
      evidence: { locks: [], messages: [], tasks: ['17202769', '6da7a95d'], conflicts: [] },
    },
  ],
  cycles: [
    {
      agents: ['agent-0', 'agent-1'],
      edges: [
        '["question","b5c3f0a2-58f8-4c58-a7f9-4a3dd9d2b0c1","agent-0","agent-1"]',
        '["task","17202769 6da7a95d","agent-1","agent-0"]',
      ],
    },
  ],
};

/** An original line of the log, without the fields that the dashboard adds. */
function exampleLine({ seq: _, sent_at: __, ...line }: Message): string {
  return JSON.stringify(line);
}

const bundle: Bundle = {
  format: BUNDLE_FORMAT,
  version: BUNDLE_VERSION,
  made_at: '2026-02-03T09:30:00.004+00:00',
  made_by: '0.1.0',
  name: 'shop',
  since: UNTIL,
  until: '2026-02-03T09:20:00.000+00:00',
  text: 'keep',
  epoch: EXAMPLE_EPOCH,
  state,
  known_since: UNTIL,
  things: {
    agent: {
      'agent-0': {
        id: 'agent-0',
        pane_index: working.pane_index,
        pid: working.pid,
        status: working.status,
        session_name: working.session_name,
        tmux_pane_id: working.tmux_pane_id,
        health: working.health,
      },
    },
    lock: {
      [cart.lock_file]: {
        agent_id: cart.agent_id,
        filepath: cart.filepath,
        locked_at: cart.locked_at,
        reason: cart.reason,
        lock_file: cart.lock_file,
        acquired_at: cart.acquired_at,
        stale: false,
        orphaned: false,
        pattern: true,
        warnings: [],
      },
    },
  },
  entry: 5301,
  spans: [
    {
      kind: 'lock',
      subject: cart.lock_file,
      agent: 'agent-0',
      path: 'src/cart/*.ts',
      value: 'held',
      detail: 'currency of the cart',
      since: 1770109864190,
      until: 1770110105000,
      ended: 'released',
    },
  ],
  journal: [{ id: 5302, at: 1770110105000, kind: 'lock', subject: cart.lock_file, body: null }],
  messages: [{ seq: news.seq, sent_at: String(news.sent_at), line: exampleLine(news) }],
  actions: [
    {
      ...{ id: 42, at: 1770110104960, ended_at: 1770110105000, principal: 'ada', action: 'release_lock' },
      ...{ target: 'src/cart/*.ts', agent: 'agent-0', request: { agent_id: 'agent-0', filepath: 'src/cart/*.ts' } },
      ...{ outcome: 'released', detail: null },
    },
  ],
};

const usage: UsageAnswer = {
  ...{ since: SINCE, until: UNTIL, by: 'agent', part: 'model', zone: 'Europe/Berlin', estimated: true },
  rows: [{ key: 'agent-0', part: 'claude-opus-5-5', since: null, ...examples.usage.today }],
  periods: [],
  count: 1,
  total: examples.usage.today,
  unknown_models: [],
  progress: null,
};

/** The examples by the names of their schemas. */
export const pastExamples = { state, timeline, agentHistory, lockHistory, talk, waiting, usage, actions, bundle };
