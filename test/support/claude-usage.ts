/** The usage lines of captured transcripts, see test/fixtures/claude-code. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AgentUsage } from '../../lib/recorder/usage-feed';
import { bundledPrices } from '../../lib/sources/claude-code/bundled-prices';
import type { PricesByModel } from '../../lib/sources/claude-code/model-prices';

export type UsageScenario =
  | 'api-errors-and-compact'
  | 'session-life'
  | 'statusline-and-model-switch'
  | 'streaming-blocks'
  | 'subagent'
  | 'team-in-process';

interface Line {
  file: string;
  type: 'assistant' | 'cost-state';
  sessionId: string;
  agentId?: string;
  timestamp: string;
  totalCostUSD: number;
  message: {
    id: string;
    model: string;
    usage: {
      input_tokens: number;
      output_tokens: number;
      cache_read_input_tokens: number;
      cache_creation_input_tokens: number;
      cache_creation: { ephemeral_1h_input_tokens: number } | null;
    };
  };
}

/** One session: its usage as the transcript reader gives it, and the cost that Claude Code counted, if any. */
export interface CapturedSession {
  sessionId: string;
  /** Until the last cost that Claude Code noted. */
  counted: AgentUsage[];
  /** Also what followed, up to the end. */
  all: AgentUsage[];
  costUsd: number | null;
}

/** @returns the sessions of a scenario */
export function capturedUsage(scenario: UsageScenario): CapturedSession[] {
  const path = join(import.meta.dirname, '../fixtures/claude-code/usage', `${scenario}.jsonl`);
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
  const sessions = new Map<string, CapturedSession>();
  for (const line of lines.map((text) => JSON.parse(text) as Line)) {
    const { sessionId } = line;
    const session = sessions.get(sessionId) ?? { sessionId, counted: [], all: [], costUsd: null };
    sessions.set(sessionId, session);
    if (line.type === 'cost-state') {
      session.costUsd = line.totalCostUSD;
      session.counted = [...session.all];
    } else if (line.message.model !== '<synthetic>') session.all.push(usageOf(line));
  }
  for (const session of sessions.values()) {
    // Subagents have files of their own, whose lines come in another place.
    const ofSubagents = session.all.filter(({ subagentId }) => subagentId !== null);
    session.counted = [...session.counted.filter(({ subagentId }) => subagentId === null), ...ofSubagents];
  }
  return [...sessions.values()];
}

function usageOf({ message: { id, model, usage }, sessionId, agentId = undefined, timestamp }: Line): AgentUsage {
  const cacheWrite1h = usage.cache_creation?.ephemeral_1h_input_tokens ?? 0;
  return {
    ...{ messageId: id, sessionId, subagentId: agentId ?? null, at: Date.parse(timestamp), model, agentId: 'agent-1' },
    ...{ input: usage.input_tokens, output: usage.output_tokens, cacheRead: usage.cache_read_input_tokens },
    // Claude Code prices all that is not for an hour as for 5 minutes, whatever the split says.
    ...{ cacheWrite5m: usage.cache_creation_input_tokens - cacheWrite1h, cacheWrite1h },
  };
}

/** Finds prices in this thread. */
export async function bundledPricesOf(models: readonly string[]): Promise<PricesByModel> {
  return new Map(models.map((model) => [model, bundledPrices(model)]));
}

let messages = 0;

/** @returns one answer with a message id of its own */
export function answered(fields: Partial<AgentUsage> = {}): AgentUsage {
  messages += 1;
  return {
    ...{ messageId: `msg_${messages}`, sessionId: 's', subagentId: null, agentId: 'agent-1', at: 0 },
    ...{ model: 'claude-opus-5-5', input: 0, output: 0, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0 },
    ...fields,
  };
}
