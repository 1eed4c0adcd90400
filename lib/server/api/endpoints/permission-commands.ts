/** Endpoints for permission requests: the list, answers, and who watches. */

import { formatInstant } from '../../../contract/instant';
import { PERMISSION_PATH, PERMISSION_PRESENCE_PATH, PERMISSIONS_PATH } from '../../../contract/paths';
import { permissionAnswerBody, presenceBody } from '../../../contract/permission-requests';
import { ProblemError } from '../../http/problem';
import { declareAction } from '../action-endpoint';
import { declare, type Endpoint, stateResponse } from '../endpoint';

export const PERMISSION_ENDPOINTS: readonly Endpoint[] = [
  declare({
    path: PERMISSIONS_PATH,
    scope: 'read',
    tag: 'Now',
    id: 'getPermissions',
    summary: 'Permission requests that can be answered',
    description:
      'Requests of agents whose hook of Claude Code is held, the oldest first, and for 6 s those that ended. A prompt without ' +
      'a hook is not among them: the agent waits in its terminal. The stream has the same list as the event `permissions`.',
    answer: 'permissions',
    answerTo: ({ context }) => stateResponse(context.runtime.hub.state('permissions')?.json),
  }),
  declareAction({
    path: PERMISSION_PATH,
    method: 'POST',
    id: 'answerPermission',
    summary: 'Allow or deny what an agent asks for',
    description:
      'The answer goes to Claude Code once, to whoever is first: `outcome` says if somebody was faster. Nothing is ever ' +
      'answered without such a request. A question needs `answers`, and a plan may have a `mode`.',
    tag: 'Commands',
    request: 'permission',
    body: { schema: permissionAnswerBody, example: { behavior: 'allow' }, required: true },
    answer: 'permissionAnswered',
    problems: [404],
    action: ({ permissions }) => permissions.answer,
    input: ({ query, body }: { query: { id: string }; body: typeof permissionAnswerBody._output }) => ({
      ...body,
      id: query.id,
    }),
  }),
  declare({
    path: PERMISSION_PRESENCE_PATH,
    method: 'POST',
    scope: 'write',
    tag: 'Commands',
    id: 'notePermissionViewer',
    summary: 'Say that somebody who may answer watches',
    description:
      'Subagents and teammates show their prompt in the terminal only after their hook was answered. So their requests are ' +
      'held only while somebody watches who may answer: who has an open stream and has sent this within the last 45 s. Send ' +
      'it every 20 s while the list is visible, and `present: false` at the end. It is not recorded.',
    body: { schema: presenceBody, example: { viewer: 'f6a1c2', present: true }, required: true },
    answer: 'permissionPresence',
    problems: [409, 415, 422],
    answerTo: ({ body, context }) => {
      const { actions } = context.runtime;
      if (actions === null) throw new ProblemError('not_live', 'No live swarm is shown, so nothing can be done here.');
      if (!context.config.actions.includes('permissions')) {
        const detail =
          'Commands of the group "permissions" are switched off; the setting ACTIONS lists those that are on.';
        throw new ProblemError('actions_off', detail);
      }
      const until = actions.permissions.viewers.note(body.viewer, body.present);
      return Response.json({ present: body.present, until: until === null ? null : formatInstant(until) });
    },
  }),
];
