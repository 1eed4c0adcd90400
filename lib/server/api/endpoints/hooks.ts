/** The endpoint for the hooks of Claude Code. */
import { z } from 'zod';
import type { HeldConnection } from '../../../actions/held-permission';
import { HOOKS_PATH } from '../../../contract/paths';
import { readHookPayload } from '../../../sources/claude-code/hook-payloads';
import { markHeld } from '../../http/held-responses';
import { connectionOf, type RequestConnection } from '../../http/request-connection';
import { declare, type Endpoint } from '../endpoint';

/** A permission request contains the whole input of its tool, such as the text of a file to write. */
const MAX_HOOK_BODY_BYTES = 2_000_000;

/** Only an example of what Claude Code sends; which fields are used, `hook-payloads.ts` says. */
const hookBody = z
  .looseObject({ hook_event_name: z.string().optional(), session_id: z.string().optional() })
  .meta({ id: 'HookEvent' });

export const HOOK_ENDPOINTS: readonly Endpoint[] = [
  declare({
    path: HOOKS_PATH,
    method: 'POST',
    scope: 'hook',
    tag: 'Hooks',
    id: 'reportHookEvent',
    summary: 'Report an event of a hook of Claude Code',
    description:
      'Needs a token with the scope `hook`, also from this computer and where no credentials are set; ' +
      '`claude-swarm-dashboard hooks install` creates one and registers the hooks. The answer is an empty 204, sent at once. ' +
      'Only a PermissionRequest is held, until somebody answers it here, it is over, or its time ends: 10 min for a main ' +
      'agent or a headless session, 45 s for a subagent or teammate, and these only while somebody watches who may answer. ' +
      'Without an answer it gets an empty 204 too, and the prompt is in the terminal. Unknown events are accepted and ' +
      'ignored. A body has at most 2,000,000 bytes.',
    body: {
      schema: hookBody,
      example: { hook_event_name: 'Stop', session_id: '81c26685-18bb-4f5c-b8bc-a282008b48fa' },
      required: true,
    },
    maxBodyBytes: MAX_HOOK_BODY_BYTES,
    answer: 'hookTaken',
    problems: [415, 422],
    direct: true,
    answerTo: async ({ body, request, context: { runtime } }) => {
      const payload = readHookPayload(body);
      if (payload) runtime.takeHook(payload);
      const connection = payload?.hook_event_name === 'PermissionRequest' ? connectionOf(request.headers) : null;
      const answer = await runtime.actions?.permissions.takeHook(payload, body, connection && heldOn(connection));
      return answer ? Response.json(answer) : new Response(null, { status: 204 });
    },
  }),
];

/** @returns how the connection of a held request ends */
function heldOn({ response }: RequestConnection): HeldConnection {
  markHeld(response);
  const ended = new Promise<'sent' | 'closed'>((resolve) => {
    response.once('finish', () => resolve('sent'));
    response.once('close', () => resolve('closed'));
    if (response.destroyed) resolve('closed');
  });
  return { ended };
}
