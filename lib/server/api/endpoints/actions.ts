/** The record of commands. */
import { ACTIONS_PATH } from '../../../contract/paths';
import { declare, type Endpoint, jsonResponse } from '../endpoint';

export const ACTION_ENDPOINTS: readonly Endpoint[] = [
  declare({
    path: ACTIONS_PATH,
    scope: 'read',
    limit: 'reads',
    tag: 'Commands',
    id: 'getActions',
    summary: 'The record of commands',
    description:
      'Every command that was accepted, or refused once its caller was known, newest first: who sent it, what it is about and ' +
      'how it ended. Written before the effect and completed after it. Cursors are stable: pass `next_cursor` as `before` for ' +
      'older commands, and `previous_cursor` as `after` for newer ones.',
    request: 'actions',
    answer: 'actions',
    problems: [410, 422],
    answerTo: async ({ query, context }) => jsonResponse(await context.runtime.past('actions', query)),
  }),
];
