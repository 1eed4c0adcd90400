/** The terminals for one WebSocket: its commands pass the same checks, limits and records as those over HTTP. */
import type { LimitedKind } from '../../contract/endpoint';
import type { TerminalCommand } from '../../contract/websocket-messages';
import type { SwarmActions } from '../../swarms/swarm-actions';
import { admit } from '../access/access';
import { limitRequests } from '../access/limits';
import type { Principal } from '../access/principal';
import { ProblemError } from '../http/problem';
import type { HeaderReader, RequestConnection } from '../http/request-connection';
import type { TerminalSaid } from '../websocket/client-message';
import type { ChannelOptions } from '../websocket/terminal-channel';
import { liveActions, recordRefusal, runAction } from './action-endpoint';
import { reportError } from './report-error';
import type { ServerContext } from './server-context';
import { shownTerminals } from './terminal-access';

type Type = TerminalCommand['type'];

const LIMITS = { input: 'typing', keys: 'typing', interrupt: 'commands' } as const satisfies Record<Type, LimitedKind>;
const ACTIONS = { input: 'type', keys: 'press', interrupt: 'interrupt' } as const satisfies Record<
  Type,
  keyof SwarmActions['terminal']
>;

/** @param headers of the handshake, with the credentials of the hello */
export function socketTerminals(
  headers: HeaderReader,
  connection: RequestConnection,
  context: ServerContext,
): ChannelOptions {
  return {
    open: (agentId, mode, lastId, onMore) => shownTerminals(context, connection).open(agentId, mode, lastId, onMore),
    // Credentials may have been revoked since the hello.
    run: async (said) => run(said, admit(headers, context, { connection, operator: true }), context),
    onFault: (error) => reportError('endpoint', error),
  };
}

async function run(said: TerminalSaid, principal: Principal, context: ServerContext) {
  const type = said.type as Type;
  try {
    if (!principal.mayWrite) throw principal.refusal ?? new ProblemError('write_scope_required', NO_SCOPE);
    limitRequests(LIMITS[type], principal, context);
    if (said.message instanceof ProblemError) throw said.message;
  } catch (error) {
    await recordRefusal(({ terminal }) => terminal[ACTIONS[type]], error, { principal, context });
    throw error;
  }
  return send(said.message as TerminalCommand, principal, context);
}

const NO_SCOPE = 'Commands need credentials with the scope "write".';

function send(message: TerminalCommand, principal: Principal, context: ServerContext) {
  const by = { principal, context, key: message.key ?? null };
  const { agent: id } = message;
  const { terminal } = liveActions(context);
  switch (message.type) {
    case 'input': {
      const { text, submit, as_command, anywhere } = message;
      return runAction(terminal.type, { id, text, submit, as_command, anywhere }, by);
    }
    case 'keys': {
      const { keys, expected_option, expected_screen } = message;
      const expected = {
        ...(expected_option !== undefined && { expected_option }),
        ...(expected_screen !== undefined && { expected_screen }),
      };
      return runAction(terminal.press, { id, keys, ...expected }, by);
    }
    case 'interrupt':
      return runAction(terminal.interrupt, { id }, by);
  }
}
