/** Why a message was not sent, and at which field the page says it. */
import type { CommandAnswer } from '@/lib/client/send-command';
import { formatCount } from '@/lib/client/text';
import { MAX_CONTENT_BYTES, MAX_RECIPIENTS } from '@/lib/contract/message-types';
import type { Agent } from '@/lib/contract/schemas';
import { byteCount, type Draft, isBlank } from './drafts';
import { missingRecipients, recipientName } from './recipients';

export type Field = 'recipients' | 'type' | 'text' | 'all';

export interface Refusal {
  field: Field;
  detail: string;
}

/** The fields of the form by the parameters of the request. */
const FIELDS: ReadonlyMap<unknown, Field> = new Map<unknown, Field>([
  ['recipients', 'recipients'],
  ['recipient', 'recipients'],
  ['msg_type', 'type'],
  ['content', 'text'],
  ['as_command', 'text'],
]);

/** @returns why a draft can't be sent, null if it can; the server checks it again */
export function refusalOf(draft: Draft, agents: readonly Agent[]): Refusal | null {
  const { recipients, text } = draft;
  if (recipients.length === 0) return { field: 'recipients', detail: 'Choose at least one agent.' };
  const missing = missingRecipients(agents, recipients);
  if (missing.length > 0) {
    const names = missing.slice(0, 3).map(recipientName).join(', ');
    const others = missing.length > 3 ? ` and ${missing.length - 3} others` : '';
    return { field: 'recipients', detail: `Not listed any more: ${names}${others}. Remove them, then send.` };
  }
  if (recipients.length > MAX_RECIPIENTS) {
    return { field: 'recipients', detail: `At most ${MAX_RECIPIENTS} agents can be named. Choose everyone, or fewer.` };
  }
  if (isBlank(draft)) return { field: 'text', detail: 'Write a text first.' };
  const bytes = byteCount(text);
  if (bytes > MAX_CONTENT_BYTES) {
    const over = formatCount(bytes - MAX_CONTENT_BYTES);
    return { field: 'text', detail: `The text is ${over} bytes too long. Shorten it, or send it in parts.` };
  }
  return null;
}

/** Answers, or none, after which the message may have been sent. */
const UNCERTAIN: ReadonlySet<string> = new Set(['no_answer', 'unexpected', 'internal']);
const FIND_FIRST = 'The message may have been sent: find out above before you send it again.';

type Problem = Extract<CommandAnswer<unknown>, { ok: false }>['problem'];

/** @returns the server's refusal, at the first field that it names */
export function serverRefusal(problem: Problem): Refusal {
  if (UNCERTAIN.has(problem.code)) return { field: 'all', detail: `${problem.detail} ${FIND_FIRST}` };
  const errors = Array.isArray(problem.errors) ? (problem.errors as unknown[]) : [];
  for (const error of errors) {
    if (typeof error !== 'object' || error === null) continue;
    const { parameter, detail } = error as { parameter?: unknown; detail?: unknown };
    const field = FIELDS.get(parameter);
    if (field !== undefined && typeof detail === 'string') {
      return { field, detail: `${NAMES[field]} ${detail}` };
    }
  }
  return { field: FIELDS.get(problem.parameter) ?? 'all', detail: problem.detail };
}

const NAMES: Record<Field, string> = { recipients: 'Recipients', type: 'The type', text: 'The text', all: '' };
