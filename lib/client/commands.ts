/** Commands to the server, and who may send them. */
import { useSyncExternalStore } from 'react';
import { ACTION_GROUPS, type ActionGroup } from '../contract/action-groups';
import type { Me } from '../contract/action-schemas';
import { serverUrl } from './base-path';

const ANYBODY: Me = { name: null, via: null, scope: 'write', actions: [...ACTION_GROUPS], reason: null };
const never = () => () => {};

/** @returns who the page acts as; null until that is known */
export function useMe(): Me | null {
  return useSyncExternalStore(
    never,
    () => ANYBODY,
    () => null,
  );
}

/** @returns whether somebody may send commands of a group now */
export function mayAct(me: Me | null, group: ActionGroup): boolean {
  return me?.actions.includes(group) === true;
}

type Problem = { code: string; detail: string } & Record<string, unknown>;

/** Sends a command once. @param path starts with a slash, without the base path */
export async function sendCommand<Answer>(
  method: 'POST' | 'DELETE',
  path: string,
  body?: unknown,
): Promise<{ ok: true; status: number; answer: Answer } | { ok: false; status: number; problem: Problem }> {
  try {
    const headers = { 'Content-Type': 'application/json' };
    const response = await fetch(serverUrl(path), { method, headers, body: JSON.stringify(body ?? {}) });
    const answer = await response.json();
    if (response.ok) return { ok: true, status: response.status, answer };
    return { ok: false, status: response.status, problem: { ...answer, code: String(answer.type).split(':').at(-1) } };
  } catch {
    return { ok: false, status: 0, problem: { code: 'no_answer', detail: 'The server does not answer.' } };
  }
}
