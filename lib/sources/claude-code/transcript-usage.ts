/** The tokens that an answer in a transcript states. */
import { isObject } from '../../platform/json-shape';
import type { ClaudeUsage } from './claude-session';
import { countField, type Json, objectField, textField, timeOf } from './transcript-json';

/** The model of answers that Claude Code made up itself: its own words for an error of the API. */
export const NO_MODEL = '<synthetic>';

const CLEARED = '<command-name>/clear</command-name>';

/** The file in which an answer was found. */
export interface AnswerPlace {
  sessionId: string;
  subagentId: string | null;
  /** Whether it began with `/clear`. */
  cleared: boolean;
  /** When the file was last written, milliseconds since 1970; for answers without a time. */
  writtenAt: number;
}

/** @returns whether a transcript begins with `/clear`, by its first bytes */
export function beginsCleared(head: Buffer): boolean {
  return head.includes(CLEARED);
}

/** @returns what an answer used; null if the line is none, or says nothing of it */
export function usageIn(line: Json, place: AnswerPlace): ClaudeUsage | null {
  const message = objectField(line, 'message');
  const messageId = textField(message, 'id');
  const model = textField(message, 'model');
  if (line.type !== 'assistant' || messageId === null || model === NO_MODEL || !isObject(message.usage)) return null;
  const usage = message.usage;
  const split = objectField(usage, 'cache_creation');
  const written = countField(usage, 'cache_creation_input_tokens') ?? 0;
  const cacheWrite1h = countField(split, 'ephemeral_1h_input_tokens') ?? 0;
  return {
    messageId,
    sessionId: sessionOf(line, place),
    subagentId: place.subagentId ?? (line.isSidechain === true ? textField(line, 'agentId') : null),
    at: timeOf(line) ?? Math.round(place.writtenAt),
    model: model ?? 'unknown',
    input: countField(usage, 'input_tokens') ?? 0,
    output: countField(usage, 'output_tokens') ?? 0,
    cacheRead: countField(usage, 'cache_read_input_tokens') ?? 0,
    // Versions that don't say for how long wrote for five minutes.
    cacheWrite5m: countField(split, 'ephemeral_5m_input_tokens') ?? Math.max(0, written - cacheWrite1h),
    cacheWrite1h,
  };
}

/**
 * A fork copies the earlier answers into its own file, with its own `sessionId`; only `session_id` still names the
 * session that asked. After `/clear` the process keeps writing its first `session_id`, so there it says nothing.
 */
function sessionOf(line: Json, { sessionId, subagentId, cleared }: AnswerPlace): string {
  if (subagentId !== null || cleared) return sessionId;
  return textField(line, 'session_id') ?? sessionId;
}
