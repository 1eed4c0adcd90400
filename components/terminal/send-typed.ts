/** Sends what is typed into a terminal, and reads what really happened. */
import { requestPath } from '@/lib/client/api';
import { operatorAuthorization, sendCommand } from '@/lib/client/commands';
import { refreshOperator } from '@/lib/client/operator';
import { pageTerminals } from '@/lib/client/page-terminals';
import { STANDING_CHANGED } from '@/lib/client/send-command';
import type { SendOutcome, TypedInput } from '@/lib/client/terminal-keys';
import {
  INTERRUPT_BY_QUERY_PATH,
  TERMINAL_INPUT_BY_QUERY_PATH,
  TERMINAL_KEYS_BY_QUERY_PATH,
} from '@/lib/contract/paths';

interface Answer {
  outcome: string;
  detail: string;
}

type Sent = { ok: true; answer: Answer } | { ok: false; detail: string };

/** Outcomes of a command that was accepted and had no effect, because the terminal had changed. */
const WITHOUT_EFFECT = ['not_typed', 'not_pressed'];
const PATHS = {
  input: TERMINAL_INPUT_BY_QUERY_PATH,
  keys: TERMINAL_KEYS_BY_QUERY_PATH,
  interrupt: INTERRUPT_BY_QUERY_PATH,
} as const;
const CUT_OFF =
  'The connection was lost before the answer, so it is not known whether this arrived. Check the screen before you repeat it.';

/** Sends one input, once. */
export async function sendTyped(agent: string, input: TypedInput): Promise<SendOutcome> {
  const sent =
    input.kind === 'text'
      ? await send('input', agent, bodyOfText(input.text))
      : await send('keys', agent, bodyOfKeys(input));
  if (!sent.ok) return sent;
  const { outcome, detail } = sent.answer;
  if (WITHOUT_EFFECT.includes(outcome)) return { ok: false, detail };
  return { ok: true, note: outcome === 'unknown' ? detail : null };
}

/** @returns whether the agent stopped, as a sentence */
export async function sendInterrupt(agent: string): Promise<{ ok: boolean; detail: string }> {
  const sent = await send('interrupt', agent, {});
  if (!sent.ok) return sent;
  return { ok: !WITHOUT_EFFECT.includes(sent.answer.outcome), detail: sent.answer.detail };
}

/** A line is typed wherever the cursor is, as by a keyboard; several lines go only into a composer. */
function bodyOfText(text: string): object {
  const isLine = !/[\r\n]/.test(text);
  return { text, submit: false, as_command: isLine, anywhere: isLine };
}

function bodyOfKeys({ keys, expectedOption, expectedScreen }: Extract<TypedInput, { kind: 'keys' }>): object {
  return {
    keys,
    ...(expectedOption !== undefined && { expected_option: expectedOption }),
    ...(expectedScreen !== undefined && { expected_screen: expectedScreen }),
  };
}

/** Over the connection that shows the terminals where it may send commands, else as a request. */
async function send(type: keyof typeof PATHS, agent: string, body: object): Promise<Sent> {
  const overSocket = pageTerminals().command({ type, agent, ...body }, operatorAuthorization());
  if (overSocket === undefined) {
    const sent = await sendCommand<Answer>('POST', requestPath(PATHS[type], new URLSearchParams({ id: agent })), body);
    return sent.ok ? { ok: true, answer: sent.answer } : { ok: false, detail: sent.problem.detail };
  }
  const answered = await overSocket;
  if (answered === null) return { ok: false, detail: CUT_OFF };
  if (answered.problem === null) return { ok: true, answer: answered.answer as Answer };
  // Typing ends with the right to it.
  if (STANDING_CHANGED.includes(answered.status)) void refreshOperator();
  const { detail } = answered.problem;
  return { ok: false, detail: typeof detail === 'string' ? detail : `The server answered ${answered.status}.` };
}
