/** Delivers by the messaging socket of a session of Claude Code. */
import { randomUUID } from 'node:crypto';
import { sendToSocket } from '../../sources/claude-code/messaging-socket';
import type { Confirmation } from './confirmation';
import { type Attempt, type DeliveryTimes, type Letter, later, NotBegun, unknown } from './delivery';

/**
 * Sends one message.
 *
 * @param path of the socket
 * @returns null if nothing was sent, with the reason in `unsent`, so that another way may be tried
 */
export async function deliverBySession(
  path: string,
  letter: Letter,
  confirmation: Confirmation,
  times: DeliveryTimes,
): Promise<Attempt | { unsent: string }> {
  const text = letter.text();
  const message = { msgId: randomUUID(), from: letter.sender, text };
  let notBegun: NotBegun | null = null;
  confirmation.expect({ msgId: message.msgId, text, isCommand: false });
  const sent = await sendToSocket(path, message, async () => {
    try {
      await letter.begin('session');
    } catch (error) {
      if (error instanceof NotBegun) notBegun = error;
      throw error;
    }
  });
  if (notBegun !== null) return later((notBegun as NotBegun).message);
  if (sent.kind === 'unsent') {
    await letter.undo();
    return { unsent: sent.detail };
  }
  if (await confirmation.within(times.confirmMs, letter.signal)) return confirmation.result('session', letter);
  const seconds = Math.round(times.confirmMs / 1000);
  const how = sent.kind === 'sent' ? 'It was sent once to the messaging socket' : `${sent.detail} It was sent once`;
  const why = 'the session may refuse or hold messages of others (crossSessionInbound), or have dropped it';
  return unknown(`${how}, but nothing in the transcript confirms it after ${seconds} s: ${why}.`, 'session');
}
