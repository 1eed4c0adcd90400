/** Whether the page may act, and how it does. */
import { ACTION_GROUPS, type ActionGroup } from '../contract/action-groups';
import type { Me } from '../contract/action-schemas';
import { serverUrl } from './base-path';

/** The outcome of a command. Status 0: no answer, so its effect is not known. */
export type CommandAnswer<Answer> =
  | { ok: true; status: number; answer: Answer }
  | { ok: false; status: number; problem: { code: string; detail: string } & Record<string, unknown> };

const ANYBODY: Me = { name: null, via: null, scope: 'write', actions: [...ACTION_GROUPS], reason: null };

/** @returns who the viewer is and what it may do; null until that is known */
export function useMe(): Me | null {
  return ANYBODY;
}

/** @returns whether commands of a group can be sent */
export function mayAct(viewer: Me | null, group: ActionGroup): boolean {
  return viewer?.actions.includes(group) ?? false;
}

/** Sends a command, once. */
export async function sendCommand<Answer>(
  method: 'POST' | 'DELETE',
  path: string,
  body?: unknown,
): Promise<CommandAnswer<Answer>> {
  try {
    const headers = { 'Content-Type': 'application/json', 'Idempotency-Key': crypto.randomUUID() };
    const response = await fetch(serverUrl(path), { method, headers, body: JSON.stringify(body ?? {}) });
    const { status, ok } = response;
    const json = await response.json();
    if (ok) return { ok, status, answer: json as Answer };
    const code = String(json.type).split(':').at(-1) ?? '';
    return { ok, status, problem: { detail: `The server answered ${status}.`, ...json, code } };
  } catch {
    const detail = 'The server did not answer, so it is not known whether anything changed.';
    return { ok: false, status: 0, problem: { code: 'no_answer', detail } };
  }
}
