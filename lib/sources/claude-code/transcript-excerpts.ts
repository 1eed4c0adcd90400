/** Excerpts of what was said, and which of it a person said. Kept in memory only. */
import { type Json, objectField, textField } from './transcript-json';

const MAX_INPUT_LENGTH = 200;
const MAX_EXCERPT_LENGTH = 500;

/** What Claude Code itself puts into the place of a prompt: the words of other agents, of commands and reminders. */
const NOT_BY_A_PERSON =
  /^\s*(?:<(?:task-notification|agent-message|cross-session-message|teammate-message|system-reminder|local-command-[a-z]+|command-[a-z]+|bash-[a-z]+|user-memory-input)\b|\[Request interrupted by user)/;
/** The field of a tool's input that says most. */
const MAIN_INPUTS = ['command', 'file_path', 'notebook_path', 'pattern', 'url', 'query', 'description', 'prompt'];
/** What may follow the mark of a question: quotes, brackets and emphasis. */
const CLOSING = /[\s"'”’»)\]*_`]+$/u;
const QUESTION_MARK = /[?？؟]$/u;
const LIST_LINE = /^\s*(?:[-*•]|\d{1,2}[.)]|[a-zA-Z][.)])\s/;

/** @returns the beginning of a text, without half of a character */
export function excerpt(text: string, length = MAX_EXCERPT_LENGTH): string {
  const cut = text.slice(0, length);
  return /[\ud800-\udbff]$/.test(cut) ? cut.slice(0, -1) : cut;
}

/** @returns what a tool was called with, the first 200 characters: the command or path, or the input as JSON */
export function inputExcerpt(input: Json): string {
  const main = MAIN_INPUTS.map((name) => textField(input, name)).find((text) => text !== null);
  return excerpt(main ?? JSON.stringify(input), MAX_INPUT_LENGTH);
}

/**
 * @param line of type `user`, or the attachment of a prompt that waited for the running turn
 * @returns whether a person may have said it
 */
export function isByPerson(line: Json, text: string): boolean {
  const kind = textField(objectField(line, 'origin'), 'kind');
  if (line.isMeta === true || line.isCompactSummary === true || line.isVisibleInTranscriptOnly === true) return false;
  return (kind === null || kind === 'human') && !NOT_BY_A_PERSON.test(text);
}

/**
 * Whether an answer asks the person something: its last paragraph ends with a question mark, or only a list of choices
 * follows such a paragraph.
 */
export function endsWithQuestion(answer: string): boolean {
  const paragraphs = answer.split(/\n\s*\n/).filter((paragraph) => paragraph.trim() !== '');
  const last = paragraphs.pop();
  if (last === undefined) return false;
  if (isQuestion(last)) return true;
  const lines = last.split('\n').filter((line) => line.trim() !== '');
  const listFrom = lines.findIndex((line) => LIST_LINE.test(line));
  if (listFrom < 0 || !lines.slice(listFrom).every((line) => LIST_LINE.test(line))) return false;
  const before = listFrom > 0 ? lines[listFrom - 1] : paragraphs.pop();
  return before !== undefined && isQuestion(before);
}

function isQuestion(text: string): boolean {
  return QUESTION_MARK.test(text.replace(CLOSING, ''));
}
