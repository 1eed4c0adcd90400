/** The commands `send` and `broadcast`. */
import { z } from 'zod';
import { type Delivery, delivery } from '../../lib/contract/action-schemas';
import { MESSAGES_PATH } from '../../lib/contract/paths';
import type { MessageCommand } from './arguments';
import { agentOfTerminal, type CommandContext } from './context';
import { CommandError, EXIT, type ExitCode } from './exit';
import { table, visible } from './text';

/** What is read of the answer. */
export const sentAnswer = z.looseObject({ deliveries: z.record(z.string(), delivery) });

/** Sends a message, and prints what is known of each delivery. */
export async function sendMessage(
  { recipients, text, type, as, requiresAck }: MessageCommand,
  { client, common, output, readInput }: CommandContext,
): Promise<ExitCode> {
  const content = text === '-' ? await readInput() : text;
  if (content.trim() === '') throw new CommandError('The text of the message is empty.', EXIT.usage);
  const sender = as ?? (await agentOfTerminal(client));
  const { answer, text: written } = await client.command({
    path: MESSAGES_PATH,
    body: {
      recipients,
      msg_type: type,
      content,
      ...(sender !== null && { sender }),
      ...(requiresAck && { requires_ack: true }),
    },
    schema: sentAnswer,
    key: common.key,
  });
  const rows = Object.entries(answer.deliveries);
  if (common.json) await output.line(written);
  else await output.line(deliveriesTable(rows));
  return exitOf(rows.map(([, { outcome }]) => outcome));
}

function deliveriesTable(rows: readonly [string, Delivery][]): string {
  return table(
    ['AGENT', 'OUTCOME', 'VIA', 'DETAIL'],
    rows.map(([agent, { outcome, via, detail }]) => [visible(agent), outcome, via ?? '-', visible(detail)]),
  );
}

/** @returns the exit code: the worst outcome counts */
function exitOf(outcomes: readonly Delivery['outcome'][]): ExitCode {
  if (outcomes.includes('failed')) return EXIT.failed;
  return outcomes.every((outcome) => outcome === 'delivered') ? EXIT.done : EXIT.unconfirmed;
}
