/** What every command works with. */
import type { Config } from '../../lib/config/config';
import { readVariable } from '../../lib/config/config';
import { AGENTS_PATH } from '../../lib/contract/paths';
import { type Agent, agentsAnswer } from '../../lib/contract/schemas';
import type { ApiClient } from './api-client';
import type { Common } from './arguments';
import { CommandError, EXIT } from './exit';
import { ownAgent, ownSurroundings } from './identity';
import type { Output } from './output';

export interface CommandContext {
  client: ApiClient;
  common: Common;
  config: Config;
  output: Output;
  /** The text of the standard input. */
  readInput(): Promise<string>;
  /** Ends a command that follows something. */
  signal: AbortSignal;
}

/** @returns the agents that the dashboard lists */
export async function listAgents(client: ApiClient): Promise<readonly Agent[]> {
  const { answer } = await client.get(AGENTS_PATH, agentsAnswer);
  return answer.agents;
}

/** @returns the agent in whose terminal this runs; null if it is none, or that is not known */
export async function agentOfTerminal(client: ApiClient): Promise<string | null> {
  const pane = readVariable('TMUX_PANE');
  if (pane === null) return null;
  return ownAgent(await listAgents(client), ownSurroundings(pane));
}

/**
 * @param as the agent that was named
 * @throws {CommandError} if none was named, and this terminal is that of no agent
 */
export async function holderOf(client: ApiClient, as: string | null): Promise<string> {
  const agent = as ?? (await agentOfTerminal(client));
  if (agent !== null) return agent;
  throw new CommandError('This terminal is that of no agent; name the agent with --as AGENT.', EXIT.usage);
}
