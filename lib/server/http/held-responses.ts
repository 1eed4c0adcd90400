/** Answers that wait for a person: how long they take says nothing about this server. */
import type { ServerResponse } from 'node:http';
import { oncePerProcess } from '../../platform/process-global';

const held = () => oncePerProcess('held-responses', () => new WeakSet<ServerResponse>());

/** Marks an answer as one that may wait for a person. */
export function markHeld(response: ServerResponse): void {
  held().add(response);
}

/** @returns whether an answer may have waited for a person */
export function isHeld(response: ServerResponse): boolean {
  return held().has(response);
}
