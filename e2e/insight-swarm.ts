/** A swarm whose truth is known, and the questions that one picture of it must answer. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AttentionKind } from '../lib/contract/schemas';
import { formatNaiveLocal } from '../lib/sources/claudeswarm/written-form';
import { goneProcess } from './busy';
import type { ClaudeSessions } from './claude-swarm';
import type { TestSwarm } from './swarm';

const MINUTE_MS = 60_000;

/** Each agent's name and role, as its card states it. */
const CARDS: readonly (readonly [id: string, name: string, description: string])[] = [
  ['agent-0', 'lead', 'coordinates and owns the API'],
  ['agent-1', 'auth', 'sessions and tokens'],
  ['agent-2', 'billing', 'invoices and refunds'],
  ['agent-3', 'ui', 'checkout form'],
  ['agent-4', 'ledger', 'double-entry ledger'],
  ['agent-5', 'docs', 'setup guide'],
  ['agent-6', 'search', 'search index'],
  ['agent-7', 'routes', 'public routes'],
];

/** What the attention list must contain before a picture is taken. A stale lock that nobody waits for is in no list. */
export const INSIGHT_KINDS: readonly AttentionKind[] = [
  'agent_dead',
  'blocked_unanswered',
  'question_unanswered',
  'delivery_failed',
  'lock_overlap',
];

/** The questions of the insight test with the true answers. */
export const INSIGHT_QUESTIONS: readonly (readonly [question: string, answer: string])[] = [
  ['Is the page live?', 'Yes.'],
  ['How many agents are there, and how many of them are dead?', '8, of which 1 is dead.'],
  ['Which agent is dead, and which file does it still lock?', 'agent-4 (ledger); src/billing/ledger.ts.'],
  ['Which agent is blocked, and since when?', 'agent-2 (billing), for 12 minutes.'],
  ['What is the blocked agent waiting for?', 'src/billing/ledger.ts, which agent-4 holds.'],
  ['Which question is unanswered: who asked whom?', 'agent-3 (ui) asked agent-1 (auth), 8 minutes ago.'],
  [
    'Which lock of a living agent is past its timeout, and who holds it?',
    'src/search/index.ts, held by agent-6 (search) for 9 minutes.',
  ],
  ['Which two locks overlap?', 'src/api/*.ts of agent-0 and src/api/routes.ts of agent-7.'],
  ['Which message was not delivered, and to whom?', 'The REVIEW-REQUEST of agent-1, to agent-6.'],
  ['How many locks are held?', '5.'],
  [
    'Who is working, and who is idle?',
    'Working: agent-0, agent-1, agent-6, agent-7. Idle: agent-3, which waits for an answer, and agent-5.',
  ],
];

const WORKING: readonly string[] = ['agent-0', 'agent-1', 'agent-6', 'agent-7'];

/** Writes the swarm as it is at this moment: every time is relative to now. */
export function insight(swarm: TestSwarm, claude: ClaudeSessions): void {
  writeCards(swarm);
  swarm.register(
    CARDS.map(([id]) => {
      if (id === 'agent-4') return { id, pid: goneProcess(), age: 1200 };
      const { pid, change } = claude.start(id, swarm.root);
      change({ status: WORKING.includes(id) ? 'busy' : 'idle' });
      // A living process must not be younger than its entry, or it counts as another one with the same pid.
      return { id, pid, age: 0 };
    }),
  );
  for (const [minutes, sender, recipients, msg_type, content, failed = []] of SAID) {
    const delivery_status = Object.fromEntries(recipients.map((id) => [id, !failed.includes(id)]));
    const timestamp = formatNaiveLocal(Date.now() - minutes * MINUTE_MS);
    swarm.send({ sender, recipients: [...recipients], msg_type, content, delivery_status, timestamp });
  }
  swarm.lock('src/billing/ledger.ts', 'agent-4', 'rounding of partial refunds', 21 * 60);
  swarm.lock('src/search/index.ts', 'agent-6', 'rebuilding the index', 9 * 60);
  swarm.lock('src/api/*.ts', 'agent-0', 'version the public API', 70);
  swarm.lock('src/api/routes.ts', 'agent-7', 'route for refunds', 55);
  swarm.lock('src/auth/session.ts', 'agent-1', 'cookie flags', 40);
}

function writeCards(swarm: TestSwarm): void {
  const at = new Date(Date.now() - 60 * MINUTE_MS).toISOString().replace('Z', '000+00:00');
  const cards = CARDS.map(([agent_id, name, description]) => {
    const lists = { skills: [], tools: [], specializations: [], success_rates: {}, metadata: {} };
    return [
      agent_id,
      { agent_id, name, description, ...lists, availability: 'active', created_at: at, updated_at: at },
    ];
  });
  writeFileSync(join(swarm.root, 'AGENT_CARDS.json'), JSON.stringify({ cards: Object.fromEntries(cards) }));
}

type Said = readonly [
  minutesAgo: number,
  sender: string,
  recipients: readonly string[],
  type: string,
  content: string,
  failed?: readonly string[],
];

/** Oldest first. */
const SAID: readonly Said[] = [
  [58, 'agent-0', ['agent-5'], 'TASK-DELEGATION', 'Please write the setup guide: docs/setup.md.'],
  [57.5, 'agent-5', ['agent-0'], 'ACK', 'Taking it.'],
  [46, 'agent-5', ['agent-0'], 'COMPLETED', 'docs/setup.md is done.'],
  [31, 'agent-6', ['agent-0'], 'INFO', 'The index has 42 documents now.'],
  [22, 'agent-4', ['agent-0'], 'INFO', 'Starting on the rounding of partial refunds in the ledger.'],
  [12, 'agent-2', ['agent-4', 'agent-0'], 'BLOCKED', 'I need src/billing/ledger.ts, which agent-4 has locked.'],
  [8, 'agent-3', ['agent-1'], 'QUESTION', 'Does the session cookie stay SameSite=Lax? The embed test needs None.'],
  [6, 'agent-1', ['agent-6'], 'REVIEW-REQUEST', 'Please review the token rotation.', ['agent-6']],
  [2, 'agent-6', ['agent-0'], 'INFO', 'The index is rebuilt up to letter R.'],
  [1.1, 'agent-0', ['agent-7'], 'INFO', 'The version prefix is in; the tests run.'],
  [0.9, 'agent-7', ['agent-0'], 'INFO', 'The route for refunds returns 200 now.'],
  [0.6, 'agent-1', ['agent-0'], 'INFO', 'The cookie flags are set; 12 of 14 tests pass.'],
];
