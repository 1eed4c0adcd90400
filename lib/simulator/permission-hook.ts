/**
 * The hook `PermissionRequest` of simulated sessions: posts to a dashboard what Claude Code 2.1.332 would, and returns
 * what a person decided there.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { HOOKS_PATH } from '../contract/paths';

/** A simulated swarm may begin before its dashboard answers. */
const RETRY_INTERVAL_MS = 500;

/** Where the hook posts to. */
export interface HookTarget {
  /** The address of the dashboard, without a slash at its end. */
  url: string;
  token: string;
}

/** The dialog of a session. */
export interface HookRequest {
  sessionId: string;
  transcriptPath: string;
  cwd: string;
  toolName: string;
  toolInput: Record<string, unknown>;
}

export interface HookDecision {
  accepted: boolean;
  /** The message of a denial, or the answer to a question; null if there is none. */
  said: string | null;
}

/**
 * Asks the dashboard.
 *
 * @param signal ends the request: the dialog was answered at the terminal
 * @returns the decision; null if there is none, and the dialog stays
 */
export async function askForPermission(
  { url, token }: HookTarget,
  request: HookRequest,
  signal: AbortSignal,
): Promise<HookDecision | null> {
  const body = JSON.stringify(payloadOf(request));
  const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' };
  while (!signal.aborted) {
    try {
      const response = await fetch(`${url}${HOOKS_PATH}`, { method: 'POST', body, headers, signal });
      return readDecision(response.status === 200 ? await response.text() : '');
    } catch (error) {
      const { code } = (error as { cause?: { code?: string } }).cause ?? {};
      if (code !== 'ECONNREFUSED') return null;
      await delay(RETRY_INTERVAL_MS, undefined, { signal, ref: false }).catch(() => {});
    }
  }
  return null;
}

function payloadOf({ sessionId, transcriptPath, cwd, toolName, toolInput }: HookRequest): object {
  const rule = { toolName, ruleContent: toolInput.command };
  const suggestion = { type: 'addRules', rules: [rule], behavior: 'allow', destination: 'localSettings' };
  return {
    session_id: sessionId,
    transcript_path: transcriptPath,
    cwd,
    permission_mode: 'default',
    effort: { level: 'medium' },
    hook_event_name: 'PermissionRequest',
    tool_name: toolName,
    tool_input: toolInput,
    ...(toolInput.command !== undefined && { permission_suggestions: [suggestion] }),
  };
}

/** @returns null for every answer that Claude Code would ignore */
export function readDecision(text: string): HookDecision | null {
  let answer: { hookSpecificOutput?: { hookEventName?: unknown; decision?: Record<string, unknown> } };
  try {
    answer = JSON.parse(text) ?? {};
  } catch {
    return null;
  }
  const { hookEventName, decision } = answer.hookSpecificOutput ?? {};
  if (hookEventName !== 'PermissionRequest' || typeof decision !== 'object' || decision === null) return null;
  const { behavior, message, updatedInput } = decision;
  if (behavior === 'deny') return { accepted: false, said: typeof message === 'string' ? message : null };
  if (behavior !== 'allow') return null;
  const answers = (updatedInput as { answers?: Record<string, unknown> } | undefined)?.answers;
  const [given] = Object.values(answers ?? {});
  return { accepted: true, said: typeof given === 'string' ? given : null };
}
