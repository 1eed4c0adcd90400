/** The examples of the documents for the present: one moment of one swarm, the same in every answer. */
import type { AckRemoved, AcksAnswer } from './acks-schemas';
import type { Me, OutgoingState, PermissionsState } from './action-schemas';
import type { UsageState, UsageSum } from './claude-schemas';
import { wholeLocks } from './locks-answer';
import type {
  AgentsAnswer,
  AttentionAnswer,
  AttentionEntry,
  Connected,
  Health,
  Heartbeat,
  Lock,
  LocksAnswer,
  Message,
  MessagesAnswer,
  MessagesEvent,
  Source,
  Sources,
  Stats,
} from './schemas';
import type { TasksState } from './task-schemas';
import type { WorkState } from './work-schemas';

export const EXAMPLE_EPOCH = 'k3v9q2mxw7ra';
const NOW = '2026-02-03T09:12:04.118+00:00';
const LATER = '2026-02-03T09:22:04.118+00:00';
const BEGIN = '2026-02-03T08:00:12.402+00:00';

const agents: AgentsAnswer = {
  session_name: 'shop',
  session_names: ['review', 'shop'],
  updated_at: '2026-02-03T09:11:58.204113+00:00',
  agents: [
    {
      id: 'agent-0',
      pane_index: 'shop:0.0',
      pid: 41207,
      status: 'active',
      last_seen: '2026-02-03T09:11:58.204113+00:00',
      session_name: 'shop',
      tmux_pane_id: '%1',
      health: 'active',
      health_reason: 'Its claude process (pid 41209) runs.',
      last_evidence_at: '2026-02-03T09:11:58.204113+00:00',
      last_spoke_at: '2026-02-03T09:11:58.740020+00:00',
      last_message: {
        seq: 1284,
        msg_type: 'INFO',
        excerpt: 'I go on with the totals until I know. 214 tests, all green.',
        sent_at: '2026-02-03T09:11:58.740020+00:00',
      },
      process: {
        state: 'running',
        claude_pid: 41209,
        started_at: '2026-02-03T07:58:10.110+00:00',
        seen_at: '2026-02-03T09:12:03.902+00:00',
      },
      moved_to: null,
      life_began_at: null,
      card: {
        name: 'Planner',
        role: 'Plans the totals and reviews them.',
        description: 'Plans the totals and reviews them.',
        availability: 'active',
        skills: ['python', 'api'],
        specializations: ['totals'],
        success_rates: [{ skill: 'python', rate: 0.55 }],
      },
      blocked: null,
      source: 'registry',
      lead: null,
      session: {
        session_id: '7f1a9c02-6a0e-4d36-9d5e-0b7c8f3e2a11',
        name: 'shop-1a',
        version: '2.1.332',
        kind: 'interactive',
        status: 'waiting',
        waiting_for: 'permission prompt',
        status_since: '2026-02-03T09:11:59.310+00:00',
        model: 'claude-sonnet-4-5',
        permission_mode: 'default',
        cwd: '/home/ana/shop',
        git_branch: 'main',
        entrypoint: 'cli',
      },
      activity: {
        state: 'waiting',
        since: '2026-02-03T09:11:59.310+00:00',
        reason: 'Its session waits for a person: permission prompt for Bash.',
        source: 'session',
      },
      current_task: null,
      work: {
        tool: { name: 'Bash', input: 'npm test', since: '2026-02-03T09:11:59.102+00:00' },
        last_prompt: { text: 'Round the totals.', at: '2026-02-03T09:08:00.000+00:00' },
        last_answer: { text: 'I run the tests.', at: '2026-02-03T09:11:58.900+00:00' },
        context_tokens: 48210,
        context_percent: 24.1,
        permission: null,
        failure: null,
        asks: false,
        last_turn_ms: 93_120,
        errors: 0,
        compactions: 0,
        subagents: [],
      },
    },
    {
      id: 'agent-1',
      pane_index: 'review:0.1',
      pid: 41231,
      status: 'active',
      last_seen: '2026-02-03T09:09:40.511020+00:00',
      session_name: 'review',
      tmux_pane_id: '%2',
      health: 'stale',
      health_reason: 'Its last sign of life was at 2026-02-03T09:09:40.511+00:00.',
      last_evidence_at: '2026-02-03T09:09:40.511020+00:00',
      last_spoke_at: null,
      last_message: null,
      process: { state: 'unseen', claude_pid: null, started_at: null, seen_at: null },
      moved_to: null,
      life_began_at: null,
      card: null,
      blocked: null,
      source: 'registry',
      lead: null,
      session: null,
      activity: {
        state: 'unknown',
        since: null,
        reason: 'No session of Claude Code is known for it.',
        source: 'none',
      },
      current_task: {
        key: 'task:0e3b7c52-8f43-4d0e-9d0f-5d2f6f5a9a11',
        objective: 'Round the totals of partial refunds.',
        status: 'working',
        count: 1,
      },
      work: null,
    },
  ],
  departed: [],
};

const TOTALS_LOCK = '06d763aaf4e4595aee064e37727ef0557764d781679707c0a1862fcaa595082d.lock';
const CART_LOCK = 'e9c3188ecf0034ece091bc91388b0c8348be36ff6e1f2ba445a84bf807079aee.lock';

const totalsLock: Lock = {
  agent_id: 'agent-1',
  filepath: 'src/cart/totals.ts',
  locked_at: 1770109745.851013,
  reason: 'rounding of partial refunds',
  lock_file: TOTALS_LOCK,
  acquired_at: '2026-02-03T09:09:05.851013+00:00',
  stale: false,
  orphaned: false,
  former_holder: null,
  conflicts_with: [{ lock_file: CART_LOCK, agent_id: 'agent-0', filepath: 'src/cart/*.ts' }],
  pattern: false,
  warnings: [],
};

const cartLock: Lock = {
  agent_id: 'agent-0',
  filepath: 'src/cart/*.ts',
  locked_at: 1770109864.190219,
  reason: 'currency of the cart',
  lock_file: CART_LOCK,
  acquired_at: '2026-02-03T09:11:04.190219+00:00',
  stale: false,
  orphaned: false,
  former_holder: null,
  conflicts_with: [{ lock_file: TOTALS_LOCK, agent_id: 'agent-1', filepath: 'src/cart/totals.ts' }],
  pattern: true,
  warnings: [],
};

const locks: LocksAnswer = wholeLocks([totalsLock, cartLock]);

const question: Message = {
  seq: 1283,
  sent_at: '2026-02-03T09:02:31.604418+00:00',
  sender: 'agent-0',
  timestamp: '2026-02-03T10:02:31.604418',
  msg_type: 'QUESTION',
  content: 'Which currency do we store?',
  recipients: ['agent-1'],
  msg_id: 'b5c3f0a2-58f8-4c58-a7f9-4a3dd9d2b0c1',
  delivery_status: { 'agent-1': true },
  success_count: 1,
  failure_count: 0,
};

const news: Message = {
  seq: 1284,
  sent_at: '2026-02-03T09:11:58.740020+00:00',
  sender: 'agent-0',
  timestamp: '2026-02-03T10:11:58.740020',
  msg_type: 'INFO',
  content: 'I go on with the totals until I know. 214 tests, all green.',
  recipients: ['agent-1'],
  msg_id: '7e335492-2885-4c54-bc53-21b38e8f9645',
  delivery_status: { 'agent-1': true },
  success_count: 1,
  failure_count: 0,
};

const messages: MessagesAnswer = {
  messages: [question, news],
  count: 2,
  limit: 2,
  next_cursor: `${EXAMPLE_EPOCH}.1284`,
  previous_cursor: `${EXAMPLE_EPOCH}.1283`,
};

const stats: Stats = {
  agent_count: 2,
  lock_count: 2,
  message_count: 1284,
  message_types: { ACK: 210, BLOCKED: 12, COMPLETED: 188, INFO: 655, QUESTION: 219 },
  other_type_count: 0,
  latest_activity: '2026-02-03T10:11:58.740020',
  session_name: 'shop',
  updated_at: '2026-02-03T09:11:58.204113+00:00',
  uptime_seconds: 4311.7,
  messages_per_minute: 1,
  messages_by_minute: [...Array<number>(50).fill(3), 4, 2, 0, 5, 1, 0, 2, 3, 0, 1],
  active_agent_count: 1,
  working_count: 0,
  waiting_count: 1,
  blocked_count: 0,
  idle_count: 0,
  shell_count: 0,
  activity_unknown_count: 1,
  stale_lock_count: 0,
  failed_delivery_count: 4,
  failed_deliveries_open: 0,
};

const attention: AttentionAnswer = {
  attention: [
    {
      id: 'question_unanswered:b5c3f0a2-58f8-4c58-a7f9-4a3dd9d2b0c1',
      kind: 'question_unanswered',
      severity: 'warning',
      since: '2026-02-03T09:02:31.604+00:00',
      subject: 'agent-0',
      reason: 'agent-0 asked agent-1, which has not answered: "Which currency do we store?"',
      evidence: { agents: ['agent-0', 'agent-1'], locks: [], messages: [`${EXAMPLE_EPOCH}.1283`], sources: [] },
      why: {
        rule: 'A QUESTION is listed while none of its recipients has answered the asker.',
        facts: ['agent-0 asked agent-1 at 2026-02-03T09:02:31.604+00:00; no message of agent-1 answers it.'],
        threshold: 'older than 5 minutes',
        setting: 'SWARM_ATTENTION_QUESTION_MINUTES',
      },
      group: 'question_unanswered:agent-0',
      acknowledged: null,
      snoozed: null,
    },
    {
      id: `lock_overlap:${TOTALS_LOCK}:${CART_LOCK}`,
      kind: 'lock_overlap',
      severity: 'warning',
      since: '2026-02-03T09:11:04.190+00:00',
      subject: 'src/cart/totals.ts',
      reason: 'agent-1 holds src/cart/totals.ts, and agent-0 holds src/cart/*.ts.',
      evidence: { agents: ['agent-1', 'agent-0'], locks: [TOTALS_LOCK, CART_LOCK], messages: [], sources: [] },
      why: {
        rule: 'Locks of different holders on the same file are listed.',
        facts: ['agent-1 holds src/cart/totals.ts.', 'agent-0 holds src/cart/*.ts.'],
        threshold: null,
        setting: null,
      },
      group: 'lock_overlap:agent-1',
      acknowledged: null,
      snoozed: null,
    },
  ],
  count: 2,
  hidden_count: 0,
  hidden_critical_count: 0,
  chains: [],
};

const tasks: TasksState = {
  tasks: [
    {
      key: 'task:0e3b7c52-8f43-4d0e-9d0f-5d2f6f5a9a11',
      id: '0e3b7c52-8f43-4d0e-9d0f-5d2f6f5a9a11',
      list: null,
      objective: 'Round the totals of partial refunds.',
      status: 'working',
      priority: 'high',
      created_by: 'agent-0',
      assigned_to: 'agent-1',
      owner: null,
      context_id: 'totals',
      parent_task_id: null,
      blocked_by: [],
      files: ['src/cart/totals.ts'],
      error: null,
      status_since: '2026-02-03T09:09:02.000+00:00',
      created_at: '2026-02-03T08:55:10.000+00:00',
      updated_at: '2026-02-03T09:09:02.000+00:00',
      history: [
        {
          at: '2026-02-03T08:55:10.000+00:00',
          from_status: null,
          to_status: 'pending',
          agent_id: 'agent-0',
          message: 'Task created',
        },
        {
          at: '2026-02-03T09:08:40.000+00:00',
          from_status: 'pending',
          to_status: 'assigned',
          agent_id: 'agent-1',
          message: '',
        },
        {
          at: '2026-02-03T09:09:02.000+00:00',
          from_status: 'assigned',
          to_status: 'working',
          agent_id: 'agent-1',
          message: 'Starts with the rounding.',
        },
      ],
    },
  ],
  left_off: 0,
  file: { state: 'ok', reason: null, kept_from: null },
};

const fine: Source = { state: 'ok', reason: null, since: BEGIN, kept_from: null, skipped: [] };

const sources: Sources = {
  registry: fine,
  locks: fine,
  log: {
    ...fine,
    skipped: [{ reason: 'no JSON', count: 1, last: 'agent_messages.log, byte 20480' }],
    gaps: 0,
    losses: [],
    unterminated_tail: null,
    backlog: null,
  },
  history: { ...fine, mode: 'file', role: 'recorder' },
  watcher: { ...fine, mode: 'events' },
  config: {
    ...fine,
    state: 'missing',
    reason: "There is no .claudeswarm.yaml and no .claudeswarm.toml: the defaults of the swarm's tool hold.",
  },
  zone: { ...fine, zone: 'Europe/Berlin', suggested: null },
  claude_code: fine,
  hooks: fine,
};

const health: Health = {
  status: 'healthy',
  timestamp: NOW,
  files: { agents: true, messages: true, locks_dir: true },
  sources: {
    ...{ registry: 'ok', locks: 'ok', log: 'ok', history: 'ok', watcher: 'ok', config: 'missing', zone: 'ok' },
    claude_code: 'ok',
    hooks: 'ok',
  },
  history: { mode: 'file', role: 'recorder' },
  backlog: null,
  uptime_seconds: 4311.7,
  version: '0.1.0',
};

const connected: Connected = {
  status: 'connected',
  timestamp: NOW,
  epoch: EXAMPLE_EPOCH,
  resumed: true,
  gap: false,
};
const sumOfDay: UsageSum = {
  messages: 412,
  tokens: { input: 9_120, output: 188_400, cache_read: 31_204_000, cache_write_5m: 1_418_200, cache_write_1h: 0 },
  cost_usd: 17.13668,
  unpriced_tokens: 0,
};
const sumOfAll: UsageSum = { ...sumOfDay, messages: 431, unpriced_tokens: 48_200 };
const usage: UsageState = {
  estimated: true,
  today: sumOfDay,
  since_start: sumOfAll,
  agents: [{ id: 'agent-0', today: sumOfDay, since_start: sumOfAll }],
  unknown_models: ['in-house-7b'],
  progress: null,
};

const permissions: PermissionsState = {
  permissions: [
    {
      id: 'p-4f1c',
      agent_id: 'agent-2',
      session_id: '81c26685-18bb-4f5c-b8bc-a282008b48fa',
      kind: 'tool',
      subagent: null,
      tool_name: 'Bash',
      tool_input: { command: 'npm test', description: 'Run the tests' },
      suggestions: [],
      cwd: '/srv/shop',
      since: NOW,
      answerable: true,
      expires_at: LATER,
      resolved: null,
    },
  ],
};
const outgoing: OutgoingState = {
  messages: [
    {
      id: 'o-17',
      at: NOW,
      sender: 'operator',
      recipients: ['agent-2'],
      msg_type: 'INFO',
      content: 'The release is at noon.',
      requires_ack: false,
      msg_id: '0b7c7f8e-7a1c-4f7e-9a86-1f0d6c1f5a77',
      deliveries: {
        'agent-2': {
          outcome: 'queued',
          via: null,
          detail: 'It waits at a permission prompt; the text is delivered when the prompt is gone.',
          expires_at: LATER,
        },
      },
      final: false,
      logged: 'no',
      detail: null,
    },
  ],
};
const work: WorkState = {
  files: [
    { name: 'contexts', count: 2, changed_at: NOW, version: 'm3k9.4' },
    { name: 'coordination', count: 5, changed_at: BEGIN, version: 'm3k9.1' },
  ],
  unread: [{ agent_id: 'agent-1', count: 2, more: false, oldest_at: BEGIN, read_until: '2026-02-03T08:59:33.083488' }],
  read_marks: { state: 'ok', reason: null },
};
const acks: AcksAnswer = {
  acks: [
    {
      msg_id: 'b5c3f0a2-58f8-4c58-a7f9-4a3dd9d2b0c1',
      sender_id: 'agent-0',
      recipient_id: 'agent-1',
      text: 'Which currency do we store?',
      sent_at: BEGIN,
      retry_count: 1,
      next_retry_at: NOW,
      state: 'waiting',
      message: `${EXAMPLE_EPOCH}.1283`,
      folder: null,
      version: 7,
    },
  ],
  faults: [],
};
const ackRemoved: AckRemoved = { outcome: 'removed', count: 1, version: 8 };
const heartbeat: Heartbeat = { timestamp: NOW };
const messagesEvent: MessagesEvent = { messages: [news], count: 1 };

/** The examples by the names of their schemas. */
const me: Me = {
  name: 'operator',
  via: 'operator_key',
  scope: 'write',
  actions: ['locks', 'messages', 'terminal', 'permissions', 'tasks'],
  reason: null,
  accepts_key: false,
};

export const examples = {
  me,
  agents,
  locks,
  messages,
  stats,
  attention,
  tasks,
  attentionEntry: attention.attention[0] as AttentionEntry,
  sources,
  usage,
  permissions,
  outgoing,
  work,
  acks,
  ackRemoved,
  health,
  connected,
  heartbeat,
  messagesEvent,
};
