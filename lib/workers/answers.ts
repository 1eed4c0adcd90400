/** Answers questions from one history. */

import { bundlePart, bundleSize } from '../bundle/export';
import type { History } from '../history/history';
import { actionsPage } from '../queries/actions';
import { agentHistory } from '../queries/agent';
import { lockHistory } from '../queries/lock-history';
import { messagesAfter, messagesPage } from '../queries/messages';
import type { QuestionName, Questions } from '../queries/questions';
import { pastState } from '../queries/state';
import { talk } from '../queries/talk';
import { timeline } from '../queries/timeline';
import { unread } from '../queries/unread';
import { usage } from '../queries/usage';

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
  usage,
  unread,
  actions: actionsPage,
  bundle_size: bundleSize,
  bundle: bundlePart,
};

/** @throws {QueryRefused} if a place is of another history, ahead of it or pruned */
export function answerQuestion<Name extends QuestionName>(
  history: History,
  name: Name,
  query: Questions[Name]['query'],
): Questions[Name]['answer'] {
  // Within one transaction. Otherwise a part of the answer could include a commit of another thread and the rest could
  // not.
  return history.db.transaction(() => ANSWERS[name](history, query))();
}
