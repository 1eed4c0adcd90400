/**
 * The payloads that Claude Code 2.1.332 posts to a hook, as far as they are used. Fields that are not listed here are
 * left out, and long texts are cut, so that a fact takes little memory whatever was sent.
 */
import { z } from 'zod';
import { isObject } from '../../platform/json-shape';

/** The events that `hooks install` registers. Others are accepted and ignored. */
export const HOOK_EVENTS = [
  'PermissionRequest',
  'Notification',
  'Stop',
  'StopFailure',
  'UserPromptSubmit',
  'SessionEnd',
] as const;
export type HookEvent = (typeof HOOK_EVENTS)[number];

/** Of the input of a tool for which permission is asked, in UTF-16 units. */
export const MAX_INPUT_LENGTH = 2000;
/** Of prompts, answers and messages. */
export const MAX_TEXT_LENGTH = 1000;
const MAX_NAME_LENGTH = 200;

/**
 * Prompts that Claude Code submits itself: results of background work and messages of other agents. They begin a turn,
 * but nobody typed them.
 */
const FOREIGN_PROMPT = /^\s*<(task-notification|agent-message|cross-session-message)[\s>]/;

/** The fields that say best what a tool is about to do, in the order in which they are tried. */
const TELLING_FIELDS = ['command', 'file_path', 'notebook_path', 'url', 'query', 'pattern', 'path', 'plan', 'skill'];

const name = z.string().transform((text) => startOf(text, MAX_NAME_LENGTH));
const text = z.string().transform((words) => startOf(words, MAX_TEXT_LENGTH));
const session = { session_id: z.string().min(1).max(MAX_NAME_LENGTH) };
const agent = { agent_id: name.nullish(), agent_type: name.nullish() };
/** A question stands at the end of an answer. */
const ending = z.string().transform((words) => endOf(words, MAX_TEXT_LENGTH));

const hookPayload = z.discriminatedUnion('hook_event_name', [
  z.object({
    ...session,
    ...agent,
    hook_event_name: z.literal('PermissionRequest'),
    tool_name: name,
    tool_input: z.unknown().transform(describeInput),
  }),
  z.object({
    ...session,
    hook_event_name: z.literal('Notification'),
    notification_type: name.nullish(),
    message: text.nullish(),
  }),
  z.object({ ...session, ...agent, hook_event_name: z.literal('Stop'), last_assistant_message: ending.nullish() }),
  z.object({
    ...session,
    ...agent,
    hook_event_name: z.literal('StopFailure'),
    error: name.nullish(),
    error_details: text.nullish(),
    last_assistant_message: ending.nullish(),
  }),
  z.object({
    ...session,
    hook_event_name: z.literal('UserPromptSubmit'),
    prompt: z.string().transform((words) => (FOREIGN_PROMPT.test(words) ? null : startOf(words, MAX_TEXT_LENGTH))),
  }),
  z.object({ ...session, hook_event_name: z.literal('SessionEnd'), reason: name.nullish() }),
]);

/**
 * One event. `tool_input` is an excerpt in words; `prompt` is null where Claude Code itself submitted it.
 */
export type HookPayload = z.output<typeof hookPayload>;

/**
 * @param body parsed JSON, of any shape
 * @returns null for an event that is not used, or one that lacks a field which it needs
 */
export function readHookPayload(body: unknown): HookPayload | null {
  return hookPayload.safeParse(body).data ?? null;
}

/**
 * Describes the input of a tool in at most `MAX_INPUT_LENGTH` units: by its command, file or address where it has one,
 * otherwise as JSON.
 */
export function describeInput(input: unknown): string {
  if (!isObject(input)) return input == null ? '' : startOf(jsonStart(input), MAX_INPUT_LENGTH);
  const telling = TELLING_FIELDS.map((field) => input[field]).find((value) => typeof value === 'string');
  return startOf(typeof telling === 'string' ? telling : (questionsIn(input) ?? jsonStart(input)), MAX_INPUT_LENGTH);
}

/** @returns the questions of `AskUserQuestion`, one on each line; null if there are none */
function questionsIn({ questions }: Record<string, unknown>): string | null {
  if (!Array.isArray(questions)) return null;
  const asked = questions
    .slice(0, 20)
    .flatMap((one) => (isObject(one) && typeof one.question === 'string' ? [one.question] : []));
  return asked.length === 0 ? null : asked.join('\n');
}

function jsonStart(value: unknown): string {
  try {
    return JSON.stringify(value) ?? '';
  } catch {
    // Nested too deeply to be encoded.
    return '';
  }
}

/** @returns the first units of a text, without half a surrogate pair at the end */
function startOf(words: string, length: number): string {
  if (words.length <= length) return words;
  return `${words.slice(0, length - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

/** @returns the last units of a text, without half a surrogate pair at the beginning */
function endOf(words: string, length: number): string {
  if (words.length <= length) return words;
  return `…${words.slice(1 - length).replace(/^[\uDC00-\uDFFF]/, '')}`;
}
