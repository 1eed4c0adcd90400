/** Makes the record of a command, with bounded texts. */
import { randomBytes } from 'node:crypto';
import { type ActionRecord, STARTED } from '../contract/action-record';
import type { Action, Caller, Subject } from './action';

/** A message has at most 10,240 bytes, of which JSON may escape each as six characters. */
const MAX_REQUEST_CHARACTERS = 64 * 1024;
const MAX_TEXT_LENGTH = 4096;
const MAX_DETAIL_LENGTH = 2000;

/** @returns the record of a command that begins; without a body only its name is known */
export function draftOf(
  { name }: Pick<Action, 'name'>,
  { target, agentId, request }: Subject,
  caller: Caller,
  at: number,
): ActionRecord {
  return {
    run: randomBytes(12).toString('base64url'),
    ...{ at, endedAt: null, principal: bounded(caller.name, MAX_TEXT_LENGTH), client: caller.client },
    ...{ action: name, target: boundedOrNull(target), agentId: boundedOrNull(agentId), request: requestJson(request) },
    ...{ outcome: STARTED, detail: null, key: null, fingerprint: null, answer: null },
  };
}

/** @returns a sentence for the record */
export function detailText(detail: string): string {
  return bounded(detail, MAX_DETAIL_LENGTH);
}

function requestJson(request: unknown): string {
  const json = JSON.stringify(request ?? null);
  if (json.length <= MAX_REQUEST_CHARACTERS) return json;
  return JSON.stringify({ too_long: json.length, beginning: json.slice(0, MAX_DETAIL_LENGTH) });
}

function boundedOrNull(text: string | null): string | null {
  return text === null ? null : bounded(text, MAX_TEXT_LENGTH);
}

function bounded(text: string, most: number): string {
  const cut = text.length <= most ? text : `${text.slice(0, most - 1)}…`;
  // Half of a pair of surrogates becomes U+FFFD, as it would in the database.
  return Buffer.from(cut).toString();
}
