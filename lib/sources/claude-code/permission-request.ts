/**
 * What the hooks of Claude Code 2.1.332 say about permissions, in full: requests, which can be answered, and results of
 * tools, which show that a request is over. `hook-payloads.ts` reads excerpts of the same events.
 */
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { isNestedTooDeeply } from '../../platform/json-depth';

const MAX_NAME_LENGTH = 200;
const MAX_CWD_LENGTH = 4096;
/** Claude Code suggests one or two. */
const MAX_SUGGESTIONS = 20;

/** A request for permission. */
export interface PermissionRequest {
  sessionId: string;
  /** The subagent or teammate that asks; null for the session's main agent. */
  agentId: string | null;
  /** The type of the subagent, or the name of the teammate. */
  agentType: string | null;
  toolName: string;
  /** As it was sent. */
  toolInput: unknown;
  /** The permission updates that Claude Code suggests, as it sent them. */
  suggestions: readonly unknown[];
  cwd: string | null;
}

/** Calls of tools that are over: they ran, failed or were denied. */
export interface ToolResults {
  sessionId: string;
  agentId: string | null;
  calls: readonly { toolName: string; toolInput: unknown }[];
}

const name = z.string().max(MAX_NAME_LENGTH);
const common = { session_id: name.min(1), agent_id: name.nullish(), agent_type: name.nullish() };
const call = { tool_name: name, tool_input: z.unknown() };

const request = z.object({
  ...common,
  ...call,
  hook_event_name: z.literal('PermissionRequest'),
  permission_suggestions: z.array(z.unknown()).nullish(),
  cwd: z.string().max(MAX_CWD_LENGTH).nullish().catch(null),
});

const results = z.discriminatedUnion('hook_event_name', [
  z.object({ ...common, ...call, hook_event_name: z.enum(['PostToolUse', 'PostToolUseFailure']) }),
  z.object({ ...common, hook_event_name: z.literal('PostToolBatch'), tool_calls: z.array(z.object(call)) }),
]);

/**
 * @param body parsed JSON, of any shape
 * @returns null for anything but a complete permission request
 */
export function readPermissionRequest(body: unknown): PermissionRequest | null {
  const { data } = request.safeParse(body);
  if (data === undefined) return null;
  return {
    sessionId: data.session_id,
    agentId: data.agent_id ?? null,
    agentType: data.agent_type ?? null,
    toolName: data.tool_name,
    toolInput: data.tool_input,
    suggestions: (data.permission_suggestions ?? []).slice(0, MAX_SUGGESTIONS),
    cwd: data.cwd ?? null,
  };
}

/**
 * @param body parsed JSON, of any shape
 * @returns null for anything but results of tools
 */
export function readToolResults(body: unknown): ToolResults | null {
  const { data } = results.safeParse(body);
  if (data === undefined) return null;
  const calls = data.hook_event_name === 'PostToolBatch' ? data.tool_calls : [data];
  return {
    sessionId: data.session_id,
    agentId: data.agent_id ?? null,
    calls: calls.map((one) => ({ toolName: one.tool_name, toolInput: one.tool_input })),
  };
}

/**
 * @returns the length of a request as JSON, in UTF-16 units; null if it is nested too deeply to be encoded
 */
export function permissionLength({ toolInput, suggestions }: PermissionRequest): number | null {
  const whole = [toolInput ?? null, suggestions];
  return isNestedTooDeeply(whole, Number.POSITIVE_INFINITY) ? null : JSON.stringify(whole).length;
}

/** @returns whether a result is that of the call for which permission was asked; a request names no id of its call */
export function isResultOf({ sessionId, agentId, calls }: ToolResults, asked: PermissionRequest): boolean {
  if (sessionId !== asked.sessionId || agentId !== asked.agentId) return false;
  return calls.some(
    ({ toolName, toolInput }) => toolName === asked.toolName && isDeepStrictEqual(toolInput, asked.toolInput),
  );
}
