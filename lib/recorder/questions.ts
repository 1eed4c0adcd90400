/** Answers from one history, by the name of the question. */
import type { History } from '../history/history';
import { bundlePart, bundleSize } from './bundle-part';
import { messagesAfter, messagesPage } from './message-page';
import { agentHistory } from './past-agent';
import { lockHistory } from './past-locks';
import { pastState } from './past-state';
import { talk } from './past-talk';
import { timeline } from './past-timeline';
import type { QuestionName, Questions } from './question-types';

type Answers = {
  [Name in QuestionName]: (history: History, query: Questions[Name]['query']) => Questions[Name]['answer'];
};

const ANSWERS: Answers = {
  page: messagesPage,
  after: messagesAfter,
  summary: (history) => history.summary(Date.now()),
  state: pastState,
  timeline,
  talk,
  agent_history: agentHistory,
  lock_history: lockHistory,
  bundle_size: bundleSize,
  bundle: bundlePart,
};

/**
 * @throws {Refusal} if a place is of another history, ahead of it or pruned
 */
export function answerQuestion<Name extends QuestionName>(
  history: History,
  name: Name,
  query: Questions[Name]['query'],
): Questions[Name]['answer'] {
  // Within one transaction, or what another thread commits meanwhile would be in a part of the answer only.
  return history.db.transaction(() => ANSWERS[name](history, query))();
}
