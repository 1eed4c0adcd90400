/**
 * Permission requests of the real Claude Code, answered through the dashboard; `npm run test:claude` runs it. It needs
 * what `claude-code.test.ts` needs.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import type { PendingPermission, PermissionsState } from '../../lib/contract/action-schemas';
import type { AgentActivity } from '../../lib/contract/claude-schemas';
import type { AgentsAnswer } from '../../lib/contract/schemas';
import { commandHeaders } from '../support/commands';
import { PROJECT, type ProductionServer } from '../support/production-server';
import { openStream } from '../support/sse-client';
import { until } from '../support/until';
import type { RealCli } from './real-cli';
import { setUp } from './set-up';
import type { ScriptStep } from './stand-in-api';

const bash = (file: string): ScriptStep => ({
  tools: [{ name: 'Bash', input: { command: `sh -c "echo 1 > ${file}"`, description: 'Write' } }],
});
const QUESTION = {
  question: 'Which database?',
  header: 'Database',
  multiSelect: false,
  options: [
    { label: 'SQLite', description: 'One file' },
    { label: 'PostgreSQL', description: 'A server' },
  ],
};
const agentTool = (script: string) => ({
  name: 'Agent',
  input: { description: 'Write', prompt: `Please do script ${script}`, subagent_type: 'general-purpose' },
});
const writePlan = { name: 'Write', input: { file_path: 'PLAN_FILE', content: '# Plan\n\n1. Do it.\n' } };
const findTool = { name: 'ToolSearch', input: { query: 'select:ExitPlanMode', max_results: 5 } };

const SCRIPTS: Record<string, ScriptStep[]> = {
  allow: [bash('allowed.txt'), { text: 'Written.' }],
  remember: [bash('rule.txt'), bash('rule.txt'), { text: 'Written twice.' }],
  deny: [bash('denied.txt'), { text: 'Understood.' }],
  choice: [{ tools: [{ name: 'AskUserQuestion', input: { questions: [QUESTION] } }] }, { text: 'Thank you.' }],
  local: [bash('local.txt'), { text: 'Written.' }],
  refuse: [bash('refused.txt'), { text: 'Written.' }],
  headless: [bash('headless.txt'), { text: 'Written.' }],
  watched: [{ tools: [agentTool('helper-one')] }, { text: 'It works in the background.' }],
  alone: [{ tools: [agentTool('helper-two')] }, { text: 'It works in the background.' }],
  'helper-one': [bash('watched.txt'), { text: 'Written.' }],
  'helper-two': [bash('alone.txt'), { text: 'Written.' }],
  plan: [{ tools: [writePlan, findTool] }, { tools: [{ name: 'ExitPlanMode', input: {} }] }, { text: 'I begin.' }],
};

class Desk {
  readonly #server: ProductionServer;
  readonly cli: RealCli;

  constructor(server: ProductionServer, cli: RealCli) {
    this.#server = server;
    this.cli = cli;
  }

  /** Waits for the one request that is held. */
  async request(): Promise<PendingPermission> {
    const open = ({ permissions }: PermissionsState) => permissions.filter(({ resolved }) => resolved === null);
    const [one] = open(
      await this.#server.until<PermissionsState>('/api/permissions', (list) => open(list).length === 1),
    );
    assert.ok(one);
    return one;
  }

  async command(path: string, body: object): Promise<Record<string, unknown>> {
    const response = await fetch(`${this.#server.url}/api/permissions/${path}`, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json', ...commandHeaders(this.#server) },
    });
    return (await response.json()) as Record<string, unknown>;
  }

  async answer(id: string, body: object): Promise<void> {
    const { outcome } = await this.command(id, body);
    assert.equal(outcome, 'answered');
  }

  /** Waits until a request ended in a way. */
  async ended(id: string, ...outcomes: string[]): Promise<void> {
    await this.#server.until<PermissionsState>('/api/permissions', ({ permissions }) =>
      permissions.some((one) => one.id === id && outcomes.includes(one.resolved?.outcome ?? '')),
    );
  }

  async agent(state: string): Promise<void> {
    await this.#server.until<AgentsAnswer>('/api/agents', ({ agents }) =>
      agents.some(({ activity, session }) => session !== null && (activity as AgentActivity).state === state),
    );
  }

  /** Waits until no session runs. */
  async gone(): Promise<void> {
    await this.#server.until<AgentsAnswer>('/api/agents', ({ agents }) =>
      agents.every(({ session }) => session === null),
    );
  }

  has(file: string): Promise<boolean> {
    return Promise.resolve(existsSync(join(this.cli.project, file)));
  }

  /** Everything that Claude Code has written down. */
  transcripts(): string {
    const folder = join(this.cli.claudeFolder, 'projects');
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.jsonl'));
    return files.map((name) => readFileSync(join(folder, name), 'utf8')).join('');
  }
}

/** Runs `hooks install` as the user would. */
async function installHooks(url: string, own: Record<string, string>): Promise<void> {
  const words = [join(PROJECT, 'bin/claude-swarm-dashboard.mjs'), 'hooks', 'install', '--user', '--url', url, '--yes'];
  const env = { PATH: process.env.PATH ?? '', ...own } as unknown as NodeJS.ProcessEnv;
  await promisify(execFile)(process.execPath, words, { env });
}

test('permission requests of the real Claude Code are answered through the dashboard', async (context) => {
  const real = await setUp(context, 'permissions', SCRIPTS);
  if (real === null) return;
  const { folder, cli, server, started } = real;
  const state = join(folder, 'state');
  await installHooks(server.url, { HOME: folder, CLAUDE_CONFIG_DIR: cli.claudeFolder, XDG_STATE_HOME: state });
  const desk = new Desk(server, cli);
  let broken = false;
  const step = (name: string, run: () => Promise<void>) =>
    context.test(name, async (one) => {
      if (broken) return one.skip('an earlier step failed');
      await run().catch((error: Error) => {
        broken = true;
        throw new Error(`${error.message}\nThe terminal:\n${cli.screen().trim()}`, { cause: error });
      });
    });
  const exists = (name: string) => until(() => desk.has(name), Boolean);

  await step('allow: the tool runs', async () => {
    cli.start();
    await cli.shows('❯');
    await desk.agent('idle');
    await cli.type('Please do script allow');
    const one = await desk.request();
    assert.deepEqual([one.tool_name, one.kind], ['Bash', 'tool']);
    assert.equal((one.tool_input as { command: string }).command, 'sh -c "echo 1 > allowed.txt"');
    await desk.answer(one.id, { behavior: 'allow' });
    await exists('allowed.txt');
    await desk.agent('idle');
  });

  await step('allow and do not ask again: the second call of the same command is not asked', async () => {
    await cli.type('Please do script remember');
    const one = await desk.request();
    await desk.answer(one.id, { behavior: 'allow', suggestion: 0 });
    await desk.agent('idle');
    assert.match(cli.screen(), /Written twice\./);
  });

  await step('deny with a message: the agent is told, and its turn goes on', async () => {
    await cli.type('Please do script deny');
    const one = await desk.request();
    await desk.answer(one.id, { behavior: 'deny', message: 'Not while the release runs.' });
    await cli.shows('Understood.');
    assert.match(desk.transcripts(), /Not while the release runs\./);
    assert.equal(await desk.has('denied.txt'), false);
    await desk.agent('idle');
  });

  await step('question: the chosen answer reaches the agent', async () => {
    await cli.type('Please do script choice');
    const one = await desk.request();
    assert.equal(one.kind, 'question');
    await desk.answer(one.id, { behavior: 'allow', answers: { [QUESTION.question]: 'DuckDB, freely written' } });
    await cli.shows('Thank you.');
    assert.match(desk.transcripts(), /DuckDB, freely written/);
    await desk.agent('idle');
  });

  await step('answered in the terminal first: the request goes', async () => {
    await cli.type('Please do script local');
    const one = await desk.request();
    await cli.answer('1. Yes', '1');
    await desk.ended(one.id, 'answered_locally');
    await exists('local.txt');
    assert.equal((await desk.command(one.id, { behavior: 'deny' })).outcome, 'already_answered');
    await desk.agent('idle');
  });

  await step('refused in the terminal: the closed connection ends the request', async () => {
    await cli.type('Please do script refuse');
    const one = await desk.request();
    await cli.shows('1. Yes');
    await desk.agent('waiting');
    cli.press('Escape');
    await desk.ended(one.id, 'refused_locally');
    assert.equal(await desk.has('refused.txt'), false);
    await desk.agent('idle');
  });

  await step('subagent without a viewer: its prompt is in the terminal', async () => {
    await cli.type('Please do script alone');
    await cli.answer('1. Yes', '1');
    await exists('alone.txt');
    await desk.agent('idle');
  });

  await step('subagent while somebody watches: held, without a dialog, and allowed', async () => {
    const close = openStream({ url: `${server.url}/api/stream`, onEvent: () => {}, onEnd: () => {} });
    started.push(close);
    await desk.command('presence', { viewer: 'test', present: true });
    await cli.type('Please do script watched');
    const one = await desk.request();
    assert.equal(one.subagent?.type, 'general-purpose');
    assert.doesNotMatch(cli.screen(), /1\. Yes/);
    await desk.answer(one.id, { behavior: 'allow' });
    await exists('watched.txt');
    await desk.agent('idle');
  });

  await step('subagent whose viewer leaves: let go, and its dialog appears', async () => {
    rmSync(join(cli.project, 'watched.txt'));
    await cli.type('Please do script watched');
    const one = await desk.request();
    await desk.command('presence', { viewer: 'test', present: false });
    await desk.ended(one.id, 'released');
    await cli.answer('1. Yes', '1');
    await exists('watched.txt');
    await desk.agent('idle');
  });

  await step('headless: held until it is answered', async () => {
    const running = cli.runHeadless('Please do script headless');
    const one = await desk.request();
    await desk.answer(one.id, { behavior: 'allow' });
    assert.match(await running, /Written\./);
    assert.equal(await desk.has('headless.txt'), true);
  });

  await step('plan: approved with edits accepted', async () => {
    await cli.stop();
    await desk.gone();
    cli.start('--permission-mode', 'plan');
    await cli.shows('❯');
    await desk.agent('idle');
    await cli.type('Please do script plan');
    const one = await desk.request();
    assert.equal(one.kind, 'plan');
    assert.match((one.tool_input as { plan: string }).plan, /Do it\./);
    await desk.answer(one.id, { behavior: 'allow', mode: 'acceptEdits' });
    await cli.shows('I begin.');
    // The transcript names the mode only with the next prompt.
    await cli.shows('accept edits on');
  });
});
