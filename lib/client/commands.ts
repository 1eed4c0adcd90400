/**
 * Whether the page may act, and how it does. Part of the first script of the page, so that any part can ask; what is
 * rarely needed is loaded later.
 */
import { use, useMemo, useSyncExternalStore } from 'react';
import type { ActionGroup } from '../contract/action-groups';
import type { Me } from '../contract/action-schemas';
import { Moment } from './moment';
import type { CommandAnswer } from './send-command';
import { startWhenLoaded } from './start-when-loaded';

let me: Me | null = null;
let key: string | null = null;
const listeners = new Set<() => void>();
let isFollowing = false;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (!isFollowing) startWhenLoaded(() => import('./operator'), follow);
  isFollowing = true;
  return () => {
    listeners.delete(listener);
  };
}

/** As long as the page lives. */
function follow({ followOperator }: typeof import('./operator')): () => void {
  return followOperator((standing) => {
    ({ me, key } = standing);
    for (const notify of listeners) notify();
  });
}

/** @returns who the viewer is and what it may do, at a past moment nothing; null until the server has said it */
export function useMe(): Me | null {
  const known = useSyncExternalStore(
    subscribe,
    () => me,
    () => null,
  );
  const past = use(Moment) !== null;
  return useMemo(() => (past && known ? inPast(known) : known), [past, known]);
}

function inPast(known: Me): Me {
  return { ...known, actions: [], reason: known.reason ?? 'This is a past moment; go back to live to act.' };
}

/** @returns whether commands of a group can be sent */
export function mayAct(viewer: Me | null, group: ActionGroup): boolean {
  return viewer?.actions.includes(group) ?? false;
}

/** @returns the header `Authorization` of the page's commands; null where the browser sends its own, or none */
export function operatorAuthorization(): string | null {
  return key && `Bearer ${key}`;
}

/**
 * Sends a command, once.
 *
 * @param path starts with a slash, without the base path
 * @param body sent as JSON
 */
export async function sendCommand<Answer>(
  method: 'POST' | 'DELETE',
  path: string,
  body?: unknown,
): Promise<CommandAnswer<Answer>> {
  try {
    const { send } = await import('./send-command');
    return await send<Answer>({ method, path, body, authorization: operatorAuthorization() });
  } catch {
    const detail = 'The page could not load what sends this, so nothing was done. Try again.';
    return { ok: false, status: 0, problem: { code: 'not_sent', detail } };
  }
}
