/** The commands `screen` and `interrupt`. */
import { z } from 'zod';
import { INTERRUPT_BY_QUERY_PATH, TERMINAL_BY_QUERY_PATH } from '../../lib/contract/paths';
import type { TerminalCommand } from './arguments';
import type { CommandContext } from './context';
import { EXIT, type ExitCode } from './exit';
import { visible } from './text';

/** What is read of the answer. */
const interruptedAnswer = z.looseObject({ outcome: z.string(), detail: z.string().optional() });

export async function runTerminalCommand(command: TerminalCommand, context: CommandContext): Promise<ExitCode> {
  return command.name === 'screen' ? screen(command, context) : interrupt(command, context);
}

/** Prints the plain text of a screen; there is no JSON of it. */
async function screen({ agent }: TerminalCommand, { client, output }: CommandContext): Promise<ExitCode> {
  const query = new URLSearchParams({ id: agent, text: '1' });
  const text = await client.getText(`${TERMINAL_BY_QUERY_PATH}?${query}`);
  const lines = text.replace(/\n+$/, '').split('\n');
  await output.line(lines.map((line) => visible(line)).join('\n'));
  return EXIT.done;
}

async function interrupt({ agent }: TerminalCommand, { client, common, output }: CommandContext): Promise<ExitCode> {
  const { answer, text } = await client.command({
    path: `${INTERRUPT_BY_QUERY_PATH}?${new URLSearchParams({ id: agent })}`,
    body: {},
    schema: interruptedAnswer,
    key: common.key,
  });
  const { outcome, detail = '' } = answer;
  const said = `${visible(agent)}: ${visible(outcome).replaceAll('_', ' ')}. ${visible(detail)}`;
  await output.line(common.json ? text : said.trimEnd());
  if (outcome === 'stopped' || outcome === 'not_working') return EXIT.done;
  return outcome === 'not_pressed' ? EXIT.failed : EXIT.unconfirmed;
}
