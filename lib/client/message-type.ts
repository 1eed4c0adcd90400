/** The meaning of a message type for its reader; timeline and conversations give each meaning one colour. */
export type TypeMeaning = 'asks' | 'trouble' | 'done' | 'delegates' | 'tells';

const MEANINGS: Record<string, TypeMeaning> = {
  QUESTION: 'asks',
  'REVIEW-REQUEST': 'asks',
  'CAPABILITY-QUERY': 'asks',
  BLOCKED: 'trouble',
  CONFLICT: 'trouble',
  CHALLENGE: 'trouble',
  COMPLETED: 'done',
  ACK: 'done',
  'TASK-RESULT': 'done',
  'TASK-DELEGATION': 'delegates',
  NEGOTIATION: 'delegates',
  INFO: 'tells',
  'CAPABILITY-RESPONSE': 'tells',
  'REVIEW-FEEDBACK': 'tells',
  'CONTEXT-UPDATE': 'tells',
};

/** @returns the meaning of a type as written in a log line; an unknown type counts as information */
export function meaningOf(type: string): TypeMeaning {
  return Object.hasOwn(MEANINGS, type) ? (MEANINGS[type] as TypeMeaning) : 'tells';
}
