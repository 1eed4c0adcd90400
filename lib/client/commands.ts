/** Commands of the page: who may send them, and sending one. */
import { useSyncExternalStore } from 'react';
import type { ActionGroup } from '../contract/action-groups';
import type { Me } from '../contract/action-schemas';
import { serverUrl } from './base-path';

export type CommandResult<Answer> =
  | { ok: true; status: number; answer: Answer }
  | { ok: false; status: number; problem: { code: string; detail: string } & Record<string, unknown> };

let me: Me | null = null;
let asked = false;
const listeners = new Set<() => void>();

async function readMe(): Promise<void> {
  const response = await fetch(serverUrl('/api/me')).catch(() => null);
  if (response?.ok) me = (await response.json()) as Me;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (!asked) void readMe();
  asked = true;
  return () => listeners.delete(listener);
}

/** Null until it is known. */
export function useMe(): Me | null {
  return useSyncExternalStore(
    subscribe,
    () => me,
    () => null,
  );
}

export function mayAct(me: Me | null, group: ActionGroup): boolean {
  return me?.actions.includes(group) === true;
}

export async function sendCommand<Answer>(
  method: 'POST' | 'DELETE',
  path: string,
  body?: unknown,
): Promise<CommandResult<Answer>> {
  const headers = { 'Content-Type': 'application/json', 'Idempotency-Key': crypto.randomUUID() };
  const init = { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) };
  const response = await fetch(serverUrl(path), init).catch(() => null);
  if (response === null) {
    return { ok: false, status: 0, problem: { code: 'no_answer', detail: 'The server does not answer.' } };
  }
  const answer = await response.json().catch(() => ({}));
  if (response.ok) return { ok: true, status: response.status, answer };
  return { ok: false, status: response.status, problem: { ...answer, code: String(answer.type).replace(/.*:/, '') } };
}
