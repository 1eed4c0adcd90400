/** The commands `permissions`, `allow` and `deny`. */
import { z } from 'zod';
import { counted } from '../../lib/client/text';
import { relativeTime } from '../../lib/client/time';
import { type PendingPermission, permissionsState } from '../../lib/contract/action-schemas';
import { PERMISSION_PATH, PERMISSIONS_PATH } from '../../lib/contract/paths';
import type { ApiClient } from './api-client';
import type { AnswerCommand, PermissionCommand } from './arguments';
import type { CommandContext } from './context';
import { CommandError, EXIT, type ExitCode } from './exit';
import { table, visible } from './text';

const MAX_INPUT_LENGTH = 100;

/** What is read of the answer. */
export const answeredAnswer = z.looseObject({ outcome: z.string(), detail: z.string().optional() });
const questions = z.looseObject({ questions: z.array(z.looseObject({ question: z.string() })) });

export async function runPermissionCommand(command: PermissionCommand, context: CommandContext): Promise<ExitCode> {
  return command.name === 'permissions' ? list(context) : answer(command, context);
}

async function list({ client, common, output }: CommandContext): Promise<ExitCode> {
  const { answer, text } = await client.get(PERMISSIONS_PATH, permissionsState);
  if (common.json) await output.line(text);
  else if (answer.permissions.length === 0) output.remark('No request for permission is open.');
  else await output.line(permissionsTable(answer.permissions, Date.now()));
  return EXIT.done;
}

function permissionsTable(permissions: readonly PendingPermission[], now: number): string {
  const rows = permissions.map((one) => [
    visible(one.id),
    visible(one.agent_id ?? '?'),
    relativeTime(one.since, now, 'age'),
    stateOf(one, now),
    visible(one.tool_name),
    inputOf(one),
  ]);
  return table(['ID', 'AGENT', 'AGE', 'STATE', 'TOOL', 'INPUT'], rows);
}

/** @returns the part of a tool's input that says what it does */
export function inputOf({ tool_input }: Pick<PendingPermission, 'tool_input'>, maxLength = MAX_INPUT_LENGTH): string {
  if (typeof tool_input !== 'object' || tool_input === null) return visible(tool_input, maxLength);
  const fields = tool_input as Record<string, unknown>;
  const main = ['command', 'file_path', 'url', 'plan', 'questions'].find((name) => fields[name] !== undefined);
  return visible(main === undefined ? fields : fields[main], maxLength);
}

/** @returns whether it can be answered, or how it ended */
export function stateOf({ resolved, answerable, expires_at }: PendingPermission, now: number): string {
  if (resolved !== null) return resolved.outcome.replaceAll('_', ' ');
  if (!answerable) return 'in its terminal';
  return expires_at === null ? 'open' : `open, ends ${relativeTime(expires_at, now)}`;
}

async function answer(
  { id, behavior, message, answers, suggestion, acceptEdits }: AnswerCommand,
  { client, common, output }: CommandContext,
): Promise<ExitCode> {
  const { answer, text } = await client.command({
    path: PERMISSION_PATH.replace('{id}', encodeURIComponent(id)),
    body: {
      behavior,
      ...(message !== null && { message }),
      ...(answers.length > 0 && { answers: await answersById(client, id, answers) }),
      ...(suggestion !== null && { suggestion }),
      ...(acceptEdits && { mode: 'acceptEdits' }),
    },
    schema: answeredAnswer,
    key: common.key,
  });
  const { outcome, detail } = answer;
  const said = `${visible(outcome).replaceAll('_', ' ')}: ${visible(id)}${detail === undefined ? '' : `. ${visible(detail)}`}`;
  await output.line(common.json ? text : said);
  // Somebody or something else decided: the agent did not get this answer.
  return outcome === 'answered' ? EXIT.done : EXIT.refused;
}

/** @returns the answers by the text of their question, as the API takes them */
async function answersById(client: ApiClient, id: string, answers: readonly string[]): Promise<Record<string, string>> {
  const { answer } = await client.get(PERMISSIONS_PATH, permissionsState);
  const asked = questions.safeParse(answer.permissions.find((one) => one.id === id)?.tool_input);
  const texts = asked.data?.questions.map(({ question }) => question) ?? [];
  if (texts.length === answers.length)
    return Object.fromEntries(texts.map((text, index) => [text, answers[index] ?? '']));
  const count =
    texts.length === 0
      ? `${visible(id)} is no open question`
      : `${visible(id)} has ${counted(texts.length, 'question')}`;
  throw new CommandError(`${count}, but --answer was given ${counted(answers.length, 'time')}.`, EXIT.usage);
}
