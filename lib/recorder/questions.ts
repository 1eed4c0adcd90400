/** Answers from one history, by the name of the question. */
import type { History } from '../history/history';
import { messagesAfter, messagesPage } from './message-page';
import { agentHistory } from './past-agent';
import { lockHistory } from './past-locks';
import { pastState } from './past-state';
import { type QuestionName, type Questions, Refusal } from './protocol';

type Answers = {
  [Name in QuestionName]: (history: History, query: Questions[Name]['query']) => Questions[Name]['answer'];
};

const ANSWERS: Answers = {
  page: messagesPage,
  after: messagesAfter,
  state: pastState,
  timeline: notYet,
  talk: notYet,
  agent_history: agentHistory,
  lock_history: lockHistory,
};

/**
 * @throws {Refusal} if a place is of another history, ahead of it or pruned
 */
export function answerQuestion<Name extends QuestionName>(
  history: History,
  name: Name,
  query: Questions[Name]['query'],
): Questions[Name]['answer'] {
  return ANSWERS[name](history, query);
}

function notYet(): never {
  throw new Refusal('unavailable', 'This part of the past can not be asked yet.');
}
