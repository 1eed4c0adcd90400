/** Removes a pending acknowledgement on a person's word, so that the swarm's tool does not send the message again. */
import type { AckRemoved, RemoveAckBody } from '../contract/acks-schemas';
import { PENDING_ACKS_FILE } from '../sources/claudeswarm/pending-acks';
import { AcksUnwritable, removePendingAck } from '../sources/claudeswarm/pending-acks-writer';
import { type Action, ActionRefused } from './action';

export interface AckActions {
  remove: Action<RemoveAckBody, AckRemoved>;
}

interface Options {
  /** The root of the swarm, absolute. */
  root: string;
  /** The files that are read now. */
  files: () => {
    /** Folders beside the root: the file of no other folder is touched. */
    readonly ackFolders: ReadonlySet<string>;
    refreshFiles(): Promise<void>;
  };
}

export function createAckActions({ root, files }: Options): AckActions {
  return {
    remove: {
      name: 'remove_ack',
      group: 'messages',
      outcomes: ['removed'],
      subject: (body) => ({ target: body.msg_id, agentId: body.recipient_id, request: body }),
      run: async ({ msg_id: msgId, recipient_id: recipient, version, folder = null }) => {
        if (folder !== null && !files().ackFolders.has(folder)) {
          const detail = `No ${PENDING_ACKS_FILE} is listed in ${JSON.stringify(folder)}; take the folder from the list.`;
          throw new ActionRefused('not_found', detail);
        }
        const removed = await removePendingAck(folder ?? root, { msgId, recipient, version }).catch(refuseUnwritable);
        await files().refreshFiles();
        if (removed.outcome === 'changed') throw changed(version, removed.version);
        if (removed.outcome === 'absent') {
          throw new ActionRefused(
            'not_found',
            'The file does not list this message for this recipient; read it again.',
          );
        }
        const { outcome, count } = removed;
        return { answer: { outcome, count, version: removed.version }, outcome, detail: null };
      },
    },
  };
}

function refuseUnwritable(error: unknown): never {
  if (error instanceof AcksUnwritable) throw new ActionRefused('acks_unwritable', error.message);
  throw error;
}

function changed(seen: number | null, version: number | null): ActionRefused {
  const words = (number: number | null) => (number === null ? 'no version' : `version ${number}`);
  const detail =
    seen === version
      ? `${PENDING_ACKS_FILE} changed at this moment; nothing was removed. Check the entry and try again.`
      : `${PENDING_ACKS_FILE} has ${words(version)}, not ${words(seen)}; nothing was removed. Check the entry and try again.`;
  return new ActionRefused('acks_changed', detail, { version });
}
