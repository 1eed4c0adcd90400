/** What every test with the real Claude Code starts with: the CLI, its stand-in API, and the dashboard over its project. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { AgentsAnswer } from '../../lib/contract/schemas';
import { missingTmux } from '../support/fake-agents';
import { PROJECT, ProductionServer } from '../support/production-server';
import { provideCli, RealCli } from './real-cli';
import { StandInApi } from './stand-in-api';

export interface SetUp {
  /** An empty folder, a real path, in which everything is kept. */
  folder: string;
  api: StandInApi;
  cli: RealCli;
  server: ProductionServer;
  /** Called after the test, the last first, so that nothing writes into the folder while it is removed. */
  started: (() => unknown)[];
}

/**
 * Starts everything but the CLI itself.
 *
 * @param name of the folder
 * @param scripts what the stand-in API answers
 * @returns null if the test is skipped, since tmux or the CLI is missing
 */
export async function setUp(
  context: TestContext,
  name: string,
  scripts: ConstructorParameters<typeof StandInApi>[0],
): Promise<SetUp | null> {
  // Before the CLI is installed, which takes longer.
  assert.ok(existsSync(join(PROJECT, '.next/BUILD_ID')), 'The dashboard is not built: run "npm run build" first.');
  const skip = (reason: string) => {
    context.skip(reason);
    return null;
  };
  const withoutTmux = missingTmux();
  if (withoutTmux !== null) return skip(withoutTmux);
  const folder = realpathSync(mkdtempSync(join(tmpdir(), `claude-${name}-`)));
  const started: (() => unknown)[] = [];
  context.after(async () => {
    for (const stop of started.reverse()) await stop();
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  });
  const provided = await provideCli(join(folder, 'cli'));
  if ('missing' in provided) return skip(provided.missing);
  const api = new StandInApi(scripts);
  const apiUrl = await api.start();
  started.push(() => api.stop());
  const cli = new RealCli(folder, provided.binary, apiUrl);
  const server = await ProductionServer.started({
    ...{ CLAUDESWARM_ROOT: cli.project, CLAUDE_CONFIG_DIR: cli.claudeFolder },
    ...{ SWARM_HISTORY: 'off', XDG_STATE_HOME: join(folder, 'state') },
  });
  started.push(
    () => server.stop(),
    () => cli.stop(),
  );
  return { folder, api, cli, server, started };
}

/** Waits until a session is in a state. @returns the id of the first agent then */
export async function agentOnceIn(server: ProductionServer, wanted: string): Promise<string> {
  const { agents } = await server.until<AgentsAnswer>('/api/agents', (answer) =>
    answer.agents.some(({ activity }) => activity.state === wanted),
  );
  return agents[0]?.id ?? '';
}
