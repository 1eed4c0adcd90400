/** The endpoint for the hooks of Claude Code. */
import { z } from 'zod';
import { HOOKS_PATH } from '../../../contract/paths';
import { readHookPayload } from '../../../sources/claude-code/hook-payloads';
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
      '`claude-swarm-dashboard hooks install` creates one and registers the hooks. The answer is sent at once and decides ' +
      "nothing: the dialog of a permission request stays in the agent's terminal. Unknown events are accepted and ignored. " +
      'A body has at most 2,000,000 bytes.',
    body: {
      schema: hookBody,
      example: { hook_event_name: 'Stop', session_id: '81c26685-18bb-4f5c-b8bc-a282008b48fa' },
      required: true,
    },
    maxBodyBytes: MAX_HOOK_BODY_BYTES,
    answer: 'hookTaken',
    problems: [415, 422],
    direct: true,
    answerTo: ({ body, context }) => {
      const payload = readHookPayload(body);
      if (payload) context.runtime.takeHook(payload);
      return new Response(null, { status: 204 });
    },
  }),
];
