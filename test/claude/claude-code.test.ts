/**
 * The dashboard over the real Claude Code, driven through a terminal; `npm run test:claude` runs it. It needs tmux, a
 * registry for the pinned version of the CLI (or CLAUDE_BINARY=/path/to/claude), and a build of the dashboard; without
 * tmux or the CLI it is skipped and says why.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AgentActivity, AgentSession, AgentWork } from '../../lib/contract/claude-schemas';
import type { Agent, AgentsAnswer, AttentionAnswer } from '../../lib/contract/schemas';
import { FollowedAgents } from '../support/followed-agents';
import type { ProductionServer } from '../support/production-server';
import { until } from '../support/until';
import { setUp } from './set-up';
import type { ScriptStep } from './stand-in-api';

const QUESTION = {
  question: 'Which database?',
  header: 'Database',
  multiSelect: false,
  options: [
    { label: 'SQLite', description: 'One file' },
    { label: 'PostgreSQL', description: 'A server' },
  ],
};
const TEAMMATE = { subagent_type: 'general-purpose', prompt: 'Please do script teammate' };

const SCRIPTS: Record<string, ScriptStep[]> = {
  work: [{ text: 'All 42 tests pass.', delayMs: 1500 }],
  permission: [
    {
      text: 'I write the file.',
      tools: [{ name: 'Bash', input: { command: 'sh -c "echo 1 > a.txt"', description: 'Write' } }],
    },
    { text: 'Written.' },
  ],
  choice: [{ tools: [{ name: 'AskUserQuestion', input: { questions: [QUESTION] } }] }, { text: 'Thank you.' }],
  question: [{ text: 'The index is missing. Should I add it?' }],
  subagent: [
    {
      text: 'A subagent can do that.',
      tools: [
        {
          name: 'Agent',
          input: {
            description: 'Count the files',
            prompt: 'Please do script helper',
            subagent_type: 'general-purpose',
          },
        },
      ],
    },
    { text: 'It works in the background.' },
  ],
  helper: [{ text: 'There are 3 files.', delayMs: 1500 }],
  team: [
    {
      text: 'Two teammates.',
      tools: [
        { name: 'Agent', input: { ...TEAMMATE, name: 'tester', description: 'Run the tests' } },
        { name: 'Agent', input: { ...TEAMMATE, name: 'writer', description: 'Write the docs' } },
      ],
    },
    { text: 'Both work now.' },
  ],
  teammate: [{ text: 'I am done.', delayMs: 1000 }],
};

/** How often a state may be over before the endpoint was asked. */
const MAX_ATTEMPTS = 20;

/** One session under test, as the dashboard shows it. */
class Shown {
  readonly #followed: FollowedAgents;
  readonly #server: ProductionServer;
  id = '';

  constructor(server: ProductionServer, followed: FollowedAgents) {
    this.#server = server;
    this.#followed = followed;
  }

  /** Where a later `passes` begins to search. */
  get now(): number {
    return this.#followed.states.length;
  }

  /** Waits for an agent that fits. */
  async until(fits: (agents: readonly Agent[]) => boolean, what: string): Promise<readonly Agent[]> {
    await this.#followed.until(fits, what, () => this.#followed.agents.map(summary));
    const { agents } = await this.#server.get<AgentsAnswer>('/api/agents');
    return agents;
  }

  /** Waits until a state of the agent was published since a moment, and the endpoint has gone that far. */
  async passes(state: string, waitingFor: string | null, since = this.now - 1): Promise<void> {
    const fits = (agent: Agent) => {
      const shown = summary(agent);
      return shown.id === this.id && shown.state === state && shown.waitingFor === waitingFor;
    };
    await this.#followed.until(
      () => this.#followed.states.slice(since).some((agents) => agents.some(fits)),
      `${state} ${waitingFor ?? ''}`,
      () => this.#followed.agents.map(summary),
    );
  }

  /** Waits until the newest state is this one, and `/api/agents` says so too: a turn may begin between the two. */
  async is(state: string, waitingFor: string | null = null): Promise<Agent> {
    const find = (list: readonly Agent[]) =>
      list.find((agent) => {
        const shown = summary(agent);
        return shown.id === this.id && shown.state === state && shown.waitingFor === waitingFor;
      });
    for (let attempt = 1; ; attempt += 1) {
      const agents = await this.until((list) => find(list) !== undefined, `${state} ${waitingFor ?? ''}`);
      const agent = find(agents);
      if (agent) return agent;
      assert.ok(attempt < MAX_ATTEMPTS, JSON.stringify(agents.map(summary)));
    }
  }
}

function summary(agent: Agent) {
  const session = agent.session as AgentSession | null;
  const { state } = agent.activity as AgentActivity;
  return { id: agent.id, sessionId: session?.session_id ?? null, state, waitingFor: session?.waiting_for ?? null };
}

test('the dashboard follows the real Claude Code', async (context) => {
  const real = await setUp(context, 'test', SCRIPTS);
  if (real === null) return;
  const { cli, server, started } = real;
  const followed = new FollowedAgents(server.url);
  started.push(() => followed.close());
  const shown = new Shown(server, followed);
  let broken = false;
  const step = (name: string, run: () => Promise<void>) =>
    context.test(name, async (one) => {
      // Each step begins where the one before it ended.
      if (broken) return one.skip('an earlier step failed');
      await run().catch((error: Error) => {
        broken = true;
        throw new Error(`${error.message}\nThe terminal:\n${cli.screen().trim()}`, { cause: error });
      });
    });
  /** Types a prompt and waits until the turn has begun. */
  const prompt = async (text: string) => {
    const { now } = shown;
    await cli.type(text);
    await shown.passes('working', null, now);
  };

  await step('start: an agent appears and is idle', async () => {
    cli.start();
    const agents = await shown.until((list) => list.some((agent) => summary(agent).state === 'idle'), 'an idle agent');
    assert.equal(agents.length, 1);
    shown.id = agents[0]?.id ?? '';
    await cli.shows('❯');
  });

  await step('work: busy while the turn runs, then idle', async () => {
    await prompt('Please do script work');
    await shown.is('idle');
  });

  await step('permission: waits for it, and works when a key has answered', async () => {
    await prompt('Please do script permission');
    await shown.is('waiting', 'permission prompt');
    await cli.answer('1. Yes', '1');
    await shown.is('idle');
  });

  await step('choice: waits for input', async () => {
    await prompt('Please do script choice');
    await shown.is('waiting', 'input needed');
    await cli.answer('2. PostgreSQL', '2');
    await shown.is('idle');
  });

  await step('question: idle, with a notice that it asks', async () => {
    await prompt('Please do script question');
    await shown.is('idle');
    await shown.until(
      (list) => list.some(({ work }) => (work as AgentWork | null)?.last_answer?.text.endsWith('Should I add it?')),
      'the last answer',
    );
    await until(
      () => server.get<AttentionAnswer>('/api/attention'),
      ({ attention }) => attention.some(({ kind }) => (kind as string) === 'question_in_terminal'),
    );
  });

  await step('subagent: busy until it has reported, and it is listed', async () => {
    await prompt('Please do script subagent');
    await shown.until(
      (list) =>
        list.some(({ work }) =>
          (work as AgentWork | null)?.subagents.some(
            ({ description, finished }) => description === 'Count the files' && finished,
          ),
        ),
      'a finished subagent',
    );
    await shown.is('idle');
  });

  await step('team: both teammates are agents of their own', async () => {
    await prompt('Please do script team');
    const names = ['tester', 'writer'];
    await shown.until((list) => names.every((name) => list.some(({ id }) => id.startsWith(name))), 'two teammates');
    await shown.is('idle');
  });

  await step('/clear: the same agent with another session', async () => {
    const before = summary(await shown.is('idle')).sessionId;
    await cli.type('/clear');
    const agents = await shown.until((list) => {
      const own = list.map(summary).find(({ id }) => id === shown.id);
      return own !== undefined && own.sessionId !== null && own.sessionId !== before;
    }, 'another session');
    assert.equal(agents.filter(({ id }) => id === shown.id).length, 1);
  });

  await step('kill -9: the file stays, but nobody works or waits any more', async () => {
    const { pid } = await shown.is('idle');
    assert.equal(typeof pid, 'number');
    process.kill(pid as number, 'SIGKILL');
    await shown.until(
      (list) => list.every((agent) => summary(agent).id !== shown.id || summary(agent).state === 'unknown'),
      'the end of the agent',
    );
  });
});
