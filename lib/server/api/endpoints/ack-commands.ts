/** Pending acknowledgements: the list, and the removal of an entry. */
import { removeAckBody } from '../../../contract/acks-schemas';
import { ACKS_PATH, REMOVE_ACK_PATH } from '../../../contract/paths';
import { declareAction } from '../action-endpoint';
import { declare, type Endpoint, jsonResponse } from '../endpoint';

export const ACK_ENDPOINTS: readonly Endpoint[] = [
  declare({
    path: ACKS_PATH,
    scope: 'read',
    tag: 'Now',
    id: 'getPendingAcks',
    summary: 'Pending acknowledgements',
    description:
      "What the swarm's tool still waits for, as its `PENDING_ACKS.json` lists it, with the state of each entry. The " +
      'tool writes that file in the folder where it runs, so that a swarm may have several.',
    answer: 'acks',
    problems: [409],
    answerTo: ({ context }) => jsonResponse(JSON.stringify(context.runtime.acks())),
  }),
  declareAction({
    path: REMOVE_ACK_PATH,
    method: 'POST',
    id: 'removePendingAck',
    tag: 'Commands',
    summary: 'Remove a pending acknowledgement',
    description:
      "Removes one entry from `PENDING_ACKS.json`, so that the swarm's tool does not send the message again. It is " +
      'removed only while the file has the version that the entry was listed with; otherwise the answer is 409 ' +
      '`acks_changed` with the present `version`. Every other entry keeps its bytes. Nobody is informed.',
    body: {
      schema: removeAckBody,
      example: { msg_id: 'b5c3f0a2-58f8-4c58-a7f9-4a3dd9d2b0c1', recipient_id: 'agent-1', version: 7, folder: null },
      required: true,
    },
    answer: 'ackRemoved',
    problems: [404],
    action: ({ acks }) => acks.remove,
    input: ({ body }) => body,
  }),
];
