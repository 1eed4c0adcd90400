/** The command that withdraws what is still queued of a message. */
import type { WithdrawnAnswer } from '../../contract/message-requests';
import { type Action, ActionRefused } from '../action';
import type { Outbox } from './outbox';

export interface WithdrawInput {
  id: string;
  /** Only this delivery; null for all. */
  recipient: string | null;
}

/** Creates the command. */
export function withdrawMessage(outbox: Pick<Outbox, 'find' | 'withdraw'>): Action<WithdrawInput, WithdrawnAnswer> {
  return {
    name: 'withdraw_message',
    group: 'messages',
    outcomes: ['withdrawn', 'not_queued'],
    subject: ({ id, recipient }) => ({ target: id, agentId: recipient, request: { id, recipient } }),
    run: async ({ id, recipient }, { name }) => {
      const message = outbox.find(id);
      if (message === null) {
        const detail = `There is no message ${JSON.stringify(id)} on its way from this process: it may be final for more than a minute, or another dashboard may have it.`;
        throw new ActionRefused('not_found', detail);
      }
      if (recipient !== null && !message.recipients.includes(recipient)) {
        throw new ActionRefused('not_found', `The message has no recipient ${JSON.stringify(recipient)}.`);
      }
      const asked = recipient === null ? message.recipients : [recipient];
      const { withdrawn, unkept } = await outbox.withdraw(message, asked, name || 'the operator');
      const outcome: WithdrawnAnswer['outcome'] = withdrawn.length > 0 ? 'withdrawn' : 'not_queued';
      const said = withdrawn.length > 0 ? [`Withdrawn from ${withdrawn.join(', ')}.`] : [];
      const warning =
        unkept &&
        `That could not be kept (${unkept}): if this process is killed before the disk can be written again, the message is delivered after its restart.`;
      if (warning) said.push(warning);
      const answer = { outcome, withdrawn, message: message.describe(), ...(warning && { detail: warning }) };
      return { answer, outcome, detail: said.join(' ') || null };
    },
  };
}
