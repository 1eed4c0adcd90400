/**
 * Every captured scenario of Claude Code's session files is replayed in order of time while the production server
 * follows: after each step it says the status that the scenario's own timeline says, and nothing that never was.
 */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { AgentActivity, AgentSession } from '../../lib/contract/claude-schemas';
import { formatInstant } from '../../lib/contract/instant';
import type { Agent, AgentsAnswer } from '../../lib/contract/schemas';
import { Replay, readScenarios, type SaidState, saidInOrder } from '../support/claude-replay';
import { FollowedAgents } from '../support/followed-agents';
import { ProductionServer } from '../support/production-server';

const ACTIVITY: Record<string, string> = { idle: 'idle', busy: 'working', waiting: 'waiting', shell: 'shell' };
const SCENARIOS = readScenarios();

let folder: string;
let root: string;
let claudeFolder: string;
let server: ProductionServer;
let followed: FollowedAgents;

before(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'claude-replay-')));
  root = join(folder, 'project');
  claudeFolder = join(folder, 'claude');
  for (const path of [root, join(claudeFolder, 'sessions')]) mkdirSync(path, { recursive: true });
  server = await ProductionServer.started({
    CLAUDESWARM_ROOT: root,
    SWARM_HISTORY: 'off',
    CLAUDE_CONFIG_DIR: claudeFolder,
  });
  followed = new FollowedAgents(server.url);
});

after(async () => {
  followed?.close();
  await server?.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
});

/** What is shown of one session, by every agent that has it. */
function ofSession(agents: readonly Agent[], sessionId: string): { session: AgentSession; state: string }[] {
  return agents.flatMap((agent) => {
    const session = agent.session as AgentSession | null;
    const { state } = agent.activity as AgentActivity;
    return session?.session_id === sessionId ? [{ session, state }] : [];
  });
}

function says({ session, state }: { session: AgentSession; state: string }): unknown {
  return [session.status, session.waiting_for, session.status_since, state];
}

function expected({ says: [status, waitingFor], since }: SaidState): unknown {
  return [status, waitingFor, since === null ? null : formatInstant(since), ACTIVITY[status ?? ''] ?? 'unknown'];
}

/** Waits until the stream says it, then checks that the endpoint says it too. */
async function checkSaid(state: SaidState, what: string): Promise<void> {
  const { sessionId } = state;
  const wanted = JSON.stringify([expected(state)]);
  const shown = (agents: readonly Agent[]) => ofSession(agents, sessionId).map(says);
  await followed.until(
    (agents) => JSON.stringify(shown(agents)) === wanted,
    `${what} must say ${wanted}`,
    () => shown(followed.agents),
  );
  const { agents } = await server.get<AgentsAnswer>('/api/agents');
  assert.deepEqual(shown(agents), [expected(state)], what);
}

async function checkGone({ sessionId }: SaidState, what: string): Promise<void> {
  const shown = (agents: readonly Agent[]) => ofSession(agents, sessionId).map(says);
  await followed.until(
    (agents) => shown(agents).length === 0,
    `${what}: session ${sessionId} must be gone`,
    () => shown(followed.agents),
  );
}

describe('replay of captured session files', { concurrency: true }, () => {
  for (const scenario of SCENARIOS) {
    it(`${scenario.scenario}: each step says what its ${scenario.timeline ? 'timeline' : 'file'} says`, async () => {
      const replay = new Replay(scenario, claudeFolder, root);
      const from = followed.states.length;
      const states: SaidState[] = [];
      try {
        for (const [index, step] of scenario.steps.entries()) {
          const what = `${scenario.scenario}, step ${index} (${step.do})`;
          const { state, readable, gone } = replay.perform(index);
          if (gone) await checkGone(gone, what);
          // A file that can't be read leaves the last state; that a pass has read it makes the check mean something.
          if (!readable && !gone) await followed.reconciled();
          if (state) await checkSaid(state, what);
          if (state) states.push(state);
        }
      } finally {
        replay.end();
      }
      // Every published state, not only those that a step waited for.
      for (const [sessionId, order] of saidInOrder(states)) {
        const published: string[] = [];
        for (const agents of followed.states.slice(from)) {
          for (const { session } of ofSession(agents, sessionId)) {
            const word = [session.status, session.waiting_for].join(' ');
            if (published.at(-1) !== word) published.push(word);
          }
        }
        assert.deepEqual(published, order, `${scenario.scenario}, ${sessionId}`);
      }
    });
  }
});
