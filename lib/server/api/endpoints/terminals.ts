/** The terminals of agents: what they show, and the commands that type into them. */
import type { EndpointDescription } from '../../../contract/endpoint';
import {
  INTERRUPT_BY_QUERY_PATH,
  INTERRUPT_PATH,
  TERMINAL_BY_QUERY_PATH,
  TERMINAL_INPUT_BY_QUERY_PATH,
  TERMINAL_INPUT_PATH,
  TERMINAL_KEYS_BY_QUERY_PATH,
  TERMINAL_KEYS_PATH,
  TERMINAL_PATH,
} from '../../../contract/paths';
import type { RequestSchemas } from '../../../contract/requests';
import { terminalInputBody, terminalInterruptBody, terminalKeysBody } from '../../../contract/terminal-requests';
import { ProblemError } from '../../http/problem';
import { connectionOf } from '../../http/request-connection';
import { terminalResponse } from '../../stream/terminal-stream';
import { declareAction } from '../action-endpoint';
import { type Asked, declare, type Endpoint } from '../endpoint';
import { shownTerminals } from '../terminal-access';

type Place = ReturnType<RequestSchemas['terminal']['parse']>;

async function answerTerminal({ request, principal, query, context }: Asked<Place>): Promise<Response> {
  const terminals = shownTerminals(context, connectionOf(request.headers));
  const { id: agentId, mode, lastEventId } = query;
  if (!query.text) {
    const place = context.streams.take(principal, context.config);
    return terminalResponse(request, { terminals, agentId, mode, lastEventId, place });
  }
  const shown = await terminals.text(agentId);
  if ('text' in shown) return new Response(shown.text, { headers: { 'Content-Type': 'text/plain; charset=utf-8' } });
  throw new ProblemError('no_terminal', shown.state.detail, { more: { state: shown.state } });
}

/** Only the text is captured for each request. Read as the request is: of several values the last one, without blanks. */
const limit = (parameters: URLSearchParams) =>
  parameters.getAll('text').at(-1)?.trim() === '1' ? ('reads' as const) : null;

const SAME = 'for ids that no path can contain.';
const EVERY =
  'One attempt, never repeated. The agent must be listed, its process must still be that of the pane, and it must not be ' +
  'suspended or in the background: 409 `terminal_not_ready`, as what is typed would go to a shell or another program.';

type Both = Pick<EndpointDescription, 'path' | 'id' | 'summary'> & { request: 'agentByQuery' | Named };
type Named = 'terminalInput' | 'terminalKeys' | 'interrupt';

/** One command at its path, and at the path for ids that no path can contain. */
function bothWays<Declared extends Endpoint>(
  { path, byQuery, id, summary, request }: Both & { byQuery: EndpointDescription['path'] },
  make: (about: Both) => Declared,
): Declared[] {
  return [
    make({ path, id, summary, request }),
    make({ path: byQuery, id: `${id}ByQuery`, summary: `${summary}, by any id`, request: 'agentByQuery' }),
  ];
}

type Addressed<Body> = { query: { id: string }; body: Body };

export const TERMINAL_ENDPOINTS: readonly Endpoint[] = [
  declare({
    path: TERMINAL_PATH,
    scope: 'read',
    limit,
    tag: 'Terminals',
    id: 'followTerminal',
    summary: 'What the terminal of an agent shows',
    request: 'terminal',
    answer: 'terminal',
    problems: [409, 422],
    answerTo: answerTerminal,
  }),
  declare({
    path: TERMINAL_BY_QUERY_PATH,
    scope: 'read',
    limit,
    tag: 'Terminals',
    id: 'followTerminalByQuery',
    summary: 'What the terminal of an agent shows, by any id',
    description: `The same as \`${TERMINAL_PATH}\`, ${SAME}`,
    request: 'terminalByQuery',
    answer: 'terminal',
    problems: [409, 422],
    answerTo: answerTerminal,
  }),
  ...bothWays(
    {
      ...{ path: TERMINAL_INPUT_PATH, byQuery: TERMINAL_INPUT_BY_QUERY_PATH, request: 'terminalInput' },
      ...{ id: 'typeIntoTerminal', summary: 'Type a text into the terminal of an agent' },
    },
    (about) =>
      declareAction({
        ...about,
        method: 'POST',
        tag: 'Terminals',
        limit: 'typing',
        description:
          `Pastes a text into the composer of Claude Code, after what is there, then presses Enter if \`submit\`. ${EVERY} ` +
          '409 `terminal_not_ready` if a dialog is open (with its options as `dialog`), no composer is on the screen, or somebody ' +
          'scrolls in the pane; 409 `terminal_gone` without a terminal. The record of the command has only the length of ' +
          'the text.',
        body: { schema: terminalInputBody, example: { text: 'Run the tests again.', submit: true }, required: true },
        answer: 'terminalInput',
        problems: [404],
        action: ({ terminal }) => terminal.type,
        input: ({ query, body }: Addressed<typeof terminalInputBody._output>) => ({ ...body, id: query.id }),
      }),
  ),
  ...bothWays(
    {
      ...{ path: TERMINAL_KEYS_PATH, byQuery: TERMINAL_KEYS_BY_QUERY_PATH, request: 'terminalKeys' },
      ...{ id: 'pressKeys', summary: 'Press keys in the terminal of an agent' },
    },
    (about) =>
      declareAction({
        ...about,
        method: 'POST',
        tag: 'Terminals',
        limit: 'typing',
        description:
          `Presses named keys in their order, also at a dialog. ${EVERY} With \`expected_option\` a digit is pressed only if ` +
          'the dialog on the screen has exactly this label there; otherwise 409 `option_changed`, with the `dialog` that is ' +
          'shown. With `expected_screen` keys are pressed only if the screen shows that; otherwise 409 `terminal_not_ready`. In ' +
          'Claude Code Escape twice in an empty composer opens the list of earlier prompts, and Ctrl-C twice ends the ' +
          'session. The record of the command has only the number of keys.',
        body: { schema: terminalKeysBody, example: { keys: ['1'], expected_option: 'Yes' }, required: true },
        answer: 'terminalKeys',
        problems: [404],
        action: ({ terminal }) => terminal.press,
        input: ({ query, body }: Addressed<typeof terminalKeysBody._output>) => ({ ...body, id: query.id }),
      }),
  ),
  ...bothWays(
    {
      ...{ path: INTERRUPT_PATH, byQuery: INTERRUPT_BY_QUERY_PATH, request: 'interrupt' },
      ...{ id: 'interruptAgent', summary: 'Interrupt an agent' },
    },
    (about) =>
      declareAction({
        ...about,
        method: 'POST',
        tag: 'Terminals',
        description:
          `Presses Escape once and waits up to 3 s until its session is idle. ${EVERY} At a permission prompt Escape means no. ` +
          'If nothing was answered yet, Claude Code puts the prompt back into its composer; if prompts are queued, the next one ' +
          'begins.',
        body: { schema: terminalInterruptBody, example: {}, required: false },
        answer: 'interrupted',
        problems: [404],
        action: ({ terminal }) => terminal.interrupt,
        input: ({ query }: Addressed<unknown>) => ({ id: query.id }),
      }),
  ),
];
