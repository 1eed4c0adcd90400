/** The examples of the documents for what agents work on: the same moment of the same swarm as in `examples.ts`. */
import type { AgentGitAnswer, GitAnswer, GitFolder } from './git-schemas';
import type { Source } from './schemas';
import type {
  ConflictsAnswer,
  ContextsAnswer,
  CoordinationAnswer,
  DelegationsAnswer,
  LearningAnswer,
  MemoryAnswer,
} from './work-answers';

const BEGIN = '2026-02-03T08:00:12.402+00:00';
const NOW = '2026-02-03T09:12:04.118+00:00';
const source: Source = { state: 'ok', reason: null, since: BEGIN, kept_from: null, skipped: [] };
const about = { source, changed_at: NOW, version: 'm3k9.4' };

const contexts: ContextsAnswer = {
  ...{ ...about, count: 1, left_off: 0 },
  contexts: [
    {
      id: 'feature-checkout',
      name: 'Checkout',
      summary: 'Checkout flow end to end',
      status: 'active',
      created_by: 'agent-0',
      created_at: BEGIN,
      updated_at: NOW,
      decisions: [
        {
          decision: 'Use integer cents',
          by: 'agent-0',
          reason: 'exact sums',
          at: BEGIN,
          alternatives: ['decimal strings'],
        },
      ],
      decisions_left_off: 0,
      files_touched: ['src/cart/totals.ts'],
      agents: ['agent-0', 'agent-1'],
      tasks: ['26874a10-58f2-47b0-800d-00026fbdd6d6'],
      messages: [],
      related: ['importer-rewrite-4d7d11a9'],
      notes: null,
    },
  ],
};

const conflicts: ConflictsAnswer = {
  ...{ ...about, count: 1, left_off: 0 },
  conflicts: [
    {
      id: '04b411e1-8ebd-4770-8a32-be2a54fd5d14',
      type: 'file_lock',
      requester: 'agent-0',
      holder: 'agent-1',
      resource: 'src/cart/totals.ts',
      status: 'resolved',
      detected_at: BEGIN,
      locked_at: BEGIN,
      lock_reason: 'theme change',
      negotiations: [{ agent: 'agent-1', at: BEGIN, text: 'I need it for ten more minutes.' }],
      resolution: {
        strategy: 'priority',
        winner: 'agent-0',
        loser_action: 'yield',
        at: NOW,
        reason: 'Task priority: high > normal',
        automatic: true,
      },
    },
  ],
};

const delegations: DelegationsAnswer = {
  ...{ ...about, count: 1, left_off: 0 },
  delegations: [
    {
      task_id: '26874a10-58f2-47b0-800d-00026fbdd6d6',
      agent_id: 'agent-0',
      success: true,
      match_score: 0.41,
      skill_matches: [{ skill: 'python', score: 0.55 }],
      reason: 'Task delegated to agent-0',
      alternatives: [{ agent_id: 'agent-1', score: 0.09 }],
      at: BEGIN,
    },
  ],
};

const learning: LearningAnswer = {
  ...{ ...about, count: 1, left_off: 0 },
  agents: [
    {
      agent_id: 'agent-1',
      tasks_completed: 1,
      tasks_failed: 0,
      tasks_in_progress: 0,
      skills: [
        {
          skill: 'typescript',
          successes: 1,
          failures: 0,
          total: 1,
          success_rate: 0.55,
          avg_completion_seconds: 61.5,
          last_used_at: NOW,
          trend: 0,
        },
      ],
      overall_success_rate: 0.55,
      avg_response_seconds: 0,
      avg_completion_seconds: 61.5,
      last_active_at: NOW,
      created_at: BEGIN,
    },
  ],
};

const memory: MemoryAnswer = {
  ...{ ...about, agents: ['agent-0', 'agent-1'], left_off: 0, agent_id: 'agent-1' },
  memory: {
    agent_id: 'agent-1',
    tasks: [
      {
        task_id: 'b0cfce65-c428-4069-940d-01fed3c159bf',
        objective: 'Hotfix: wrong VAT rate',
        outcome: 'completed',
        skills: ['typescript'],
        files: ['src/cart/totals.ts'],
        duration_seconds: 61.5,
        lessons: ['check rounding'],
        at: BEGIN,
      },
    ],
    patterns: [
      {
        type: 'approach',
        description: 'Write the failing test first',
        context: null,
        effectiveness: 0.8,
        occurrences: 1,
        last_seen_at: BEGIN,
      },
    ],
    relationships: [
      {
        agent_id: 'agent-0',
        trust: 0.65,
        reliability: 0.65,
        speed: 0.5,
        collaborations: 1,
        last_at: BEGIN,
        notes: 'clear brief',
      },
    ],
    knowledge: [{ key: 'vat', value: '19%' }],
    created_at: BEGIN,
    updated_at: NOW,
  },
};

const table = '| Agent | Task |\n|---|---|\n| agent-0 | Checkout endpoints |';
const coordination: CoordinationAnswer = {
  ...about,
  title: 'Coordination File - Shop',
  preamble: null,
  sections: [
    { title: 'Sprint Goals', text: '- Ship the checkout API', line: 3 },
    { title: 'Current Work', text: table, line: 7 },
  ],
  left_off: 0,
  current_work: { columns: ['Agent', 'Task'], rows: [['agent-0', 'Checkout endpoints']] },
  text: `# Coordination File - Shop\n\n## Sprint Goals\n\n- Ship the checkout API\n\n## Current Work\n\n${table}\n`,
  truncated: false,
};

const folder: GitFolder = {
  top: '/srv/shop',
  agents: [{ id: 'agent-0', folder: '/srv/shop' }],
  place: 'root',
  state: 'ok',
  reason: null,
  read_at: NOW,
  branch: 'checkout',
  is_linked: false,
  upstream: 'origin/checkout',
  ahead: 2,
  behind: 0,
  commit: { hash: '4fc44b7c98a864dfe151a771d531924ac4a3c736', subject: 'cart: add totals', author: 'Ada', at: BEGIN },
  changes: [
    { path: 'src/cart/totals.ts', from: null, kind: 'changed', staged: null, unstaged: 'M', changed_at: NOW },
    { path: 'src/cart/tax.ts', from: null, kind: 'untracked', staged: null, unstaged: null, changed_at: NOW },
  ],
  change_count: 2,
  left_off: 0,
  filters: [],
};
const git: GitAnswer = { folders: [folder], left_off: 0, unknown: ['agent-2'] };
const agentGit: AgentGitAnswer = {
  ...{ agent_id: 'agent-0', folder: '/srv/shop', from: 'session', reason: null },
  git: folder,
};

export const workExamples = { contexts, conflicts, delegations, learning, memory, coordination, git, agentGit };
