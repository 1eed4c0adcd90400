/** What a message of the swarm may be. Browsers import this too. */

/** The types that the swarm's tool accepts. */
export const MESSAGE_TYPES = [
  'QUESTION',
  'REVIEW-REQUEST',
  'BLOCKED',
  'COMPLETED',
  'CHALLENGE',
  'INFO',
  'ACK',
  'TASK-DELEGATION',
  'TASK-RESULT',
  'CONFLICT',
  'NEGOTIATION',
  'CAPABILITY-QUERY',
  'CAPABILITY-RESPONSE',
  'REVIEW-FEEDBACK',
  'CONTEXT-UPDATE',
] as const;

/** UTF-8, after cleaning. */
export const MAX_CONTENT_BYTES = 10_240;
/** As a recipient: every agent of the registry but the sender. */
export const EVERYONE = 'all';
export const MAX_RECIPIENTS = 100;
