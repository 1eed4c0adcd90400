/** Turns a person's answer into what Claude Code 2.1.332 expects from its PermissionRequest hook. */
import type { PendingPermission } from '../contract/action-schemas';
import type { PermissionAnswerBody } from '../contract/permission-requests';
import { isObject } from '../platform/json-shape';
import type { PermissionRequest } from '../sources/claude-code/permission-request';
import { ActionRefused } from './action';

/** What the hook is answered with. */
export interface HookAnswer {
  hookSpecificOutput: {
    hookEventName: 'PermissionRequest';
    decision:
      | { behavior: 'deny'; message: string }
      | { behavior: 'allow'; updatedInput?: object; updatedPermissions?: readonly unknown[] };
  };
}

type Kind = PendingPermission['kind'];
type Asked = Pick<PermissionRequest, 'toolName' | 'toolInput' | 'suggestions'>;

/** Without a message Claude Code would tell the agent that a hook has denied it. */
const DENIED = 'Denied in the dashboard.';

/** @returns what is asked: a question and a plan need more than a yes */
export function kindOfTool(toolName: string): Kind {
  if (toolName === 'AskUserQuestion') return 'question';
  return toolName === 'ExitPlanMode' ? 'plan' : 'tool';
}

/**
 * @returns the answer for the hook
 * @throws {ActionRefused} if the answer does not fit the request; then nothing was answered
 */
export function hookAnswer(asked: Asked, body: PermissionAnswerBody): HookAnswer {
  const kind = kindOfTool(asked.toolName);
  const decision = body.behavior === 'deny' ? deny(body) : allow(kind, asked, body);
  return { hookSpecificOutput: { hookEventName: 'PermissionRequest', decision } };
}

type Decision = HookAnswer['hookSpecificOutput']['decision'];

function deny({ message, answers, suggestion, mode }: PermissionAnswerBody): Decision {
  if (answers !== undefined || suggestion !== undefined || mode !== undefined) {
    throw refused('"answers", "suggestion" and "mode" belong to the behavior "allow"; leave them out to deny.');
  }
  return { behavior: 'deny', message: message?.trim() || DENIED };
}

function allow(kind: Kind, { toolInput, suggestions }: Asked, body: PermissionAnswerBody): Decision {
  const { message, answers, suggestion, mode } = body;
  if (message !== undefined) throw refused('"message" belongs to the behavior "deny"; leave it out to allow.');
  if (answers !== undefined && kind !== 'question') throw refused('"answers" belong to a question; this is none.');
  if (mode !== undefined && kind !== 'plan') throw refused('"mode" belongs to a plan; this is none.');
  const chosen = suggestion === undefined ? null : suggested(suggestions, suggestion);
  const updates = chosen === null ? {} : { updatedPermissions: [chosen] };
  // A question and a plan that are allowed without an input are ignored: their dialog stays.
  if (kind === 'question') return { behavior: 'allow', updatedInput: answered(toolInput, answers), ...updates };
  if (kind === 'tool') return { behavior: 'allow', ...updates };
  const acceptEdits = { type: 'setMode', mode: 'acceptEdits', destination: 'session' };
  return {
    behavior: 'allow',
    updatedInput: {},
    ...(mode === 'acceptEdits' ? { updatedPermissions: [acceptEdits] } : updates),
  };
}

function suggested(suggestions: readonly unknown[], index: number): object {
  const chosen = suggestions[index];
  if (isObject(chosen)) return chosen;
  const count = suggestions.length;
  throw refused(`"suggestion" must be the index of one of the ${count} suggestions of this request.`);
}

/** @returns the input of `AskUserQuestion` with an answer to each question */
function answered(toolInput: unknown, answers: PermissionAnswerBody['answers'] = {}): object {
  const questions = questionTexts(toolInput);
  const texts = Object.entries(answers).map(([question, given]): [string, string] => {
    if (!questions.includes(question)) throw refused(`"answers" has ${JSON.stringify(question)}, which is not asked.`);
    const text = Array.isArray(given) ? given.map((label) => label.trim()).join(', ') : given.trim();
    return [question, text];
  });
  const known = new Map(texts);
  const open = questions.find((question) => !known.get(question));
  if (open !== undefined) throw refused(`"answers" must answer ${JSON.stringify(open)}.`);
  return { ...(toolInput as object), answers: Object.fromEntries(texts) };
}

function questionTexts(toolInput: unknown): string[] {
  const { questions } = isObject(toolInput) ? toolInput : { questions: null };
  const texts = Array.isArray(questions)
    ? questions.flatMap((one) => (isObject(one) && typeof one.question === 'string' ? [one.question] : []))
    : [];
  if (texts.length === 0)
    throw refused('This request has no question that could be answered here; answer it in its terminal.');
  return texts;
}

function refused(detail: string): ActionRefused {
  return new ActionRefused('invalid_parameter', detail);
}
