/** Every way in which a request can fail: its status, its title and an example of its `detail`. */
import type { Problem } from './schemas';

interface Kind {
  status: number;
  title: string;
  /** An example of `detail`. */
  detail: string;
  errors?: Problem['errors'];
}

export const PROBLEMS = {
  malformed_url: {
    status: 400,
    title: 'Malformed URL',
    detail: 'The path must be percent-encoded UTF-8: a percent sign itself is %25.',
  },
  malformed_handshake: {
    status: 400,
    title: 'Malformed handshake',
    detail: 'The WebSocket handshake must offer the subprotocol "swarm.v1" (Sec-WebSocket-Protocol).',
  },
  malformed_body: { status: 400, title: 'Malformed body', detail: 'The body of the request is not JSON.' },
  credentials_required: {
    status: 401,
    title: 'Credentials required',
    detail: 'This server needs a user name and a password, or a token.',
  },
  forbidden_host: {
    status: 403,
    title: 'Forbidden host',
    detail:
      'This server does not answer as "swarm.example". To allow it, add the name to the setting ALLOWED_HOSTS and restart.',
  },
  loopback_only: {
    status: 403,
    title: 'Loopback only',
    detail:
      'This server has no credentials, so it answers only the computer it runs on. To reach it from elsewhere, set both ' +
      'environment variables DASHBOARD_USERNAME and DASHBOARD_PASSWORD on that computer and restart it.',
  },
  cross_origin: {
    status: 403,
    title: 'Cross-origin',
    detail: 'A page of this origin may not change anything here; the setting ALLOWED_ORIGINS lists those that may.',
  },
  write_scope_required: {
    status: 403,
    title: 'Write scope required',
    detail: 'Changing something needs credentials with the scope "write".',
  },
  read_scope_required: {
    status: 403,
    title: 'Read scope required',
    detail: 'This token has the scope "hook", which only permits to report events of hooks.',
  },
  hook_scope_required: {
    status: 403,
    title: 'Hook scope required',
    detail: 'Reporting events of hooks needs a token with the scope "hook".',
  },
  hook_token_required: {
    status: 401,
    title: 'Hook token required',
    detail:
      'Reporting events of hooks needs a token with the scope "hook"; "claude-swarm-dashboard hooks install" creates one.',
  },
  not_found: { status: 404, title: 'Not found', detail: 'Nothing is recorded about an agent "agent-77".' },
  method_not_allowed: {
    status: 405,
    title: 'Method not allowed',
    detail: 'DELETE is not possible here; use one of GET, HEAD, OPTIONS.',
  },
  hello_required: {
    status: 408,
    title: 'Hello required',
    detail: 'The first message must be {"type": "hello"}, within 10 s; connect again.',
  },
  body_timeout: {
    status: 408,
    title: 'Body timeout',
    detail: 'The body of a request must arrive within 10 s; send the request again.',
  },
  not_live: {
    status: 409,
    title: 'Not live',
    detail:
      "This is an exported time range, which can't be changed; start the dashboard with the folder of the swarm to " +
      'acknowledge or snooze its items.',
  },
  actions_off: {
    status: 403,
    title: 'Commands switched off',
    detail: 'Commands of the group "locks" are switched off; the setting ACTIONS lists those that are on.',
  },
  terminals_off: {
    status: 403,
    title: 'Terminals switched off',
    detail:
      'Terminals are not shown here: this server can be reached from other computers, and screens can show secrets. Start ' +
      'it with TERMINALS=on to show them.',
  },
  no_terminal: {
    status: 409,
    title: 'No screen',
    detail: 'No pane of agent-3 is known.',
  },
  terminal_gone: {
    status: 409,
    title: 'No terminal',
    detail: 'Its pane %3 is gone, or belongs to another process now. Nothing was typed.',
  },
  terminal_not_ready: {
    status: 409,
    title: 'Terminal takes no input',
    detail:
      'A dialog is open (1. Yes; 2. No). Answer with POST /api/agents/{id}/keys, for example a digit. Nothing was typed.',
  },
  option_changed: {
    status: 409,
    title: 'Option changed',
    detail: '2 chooses "No" on the screen, not "Yes"; nothing was pressed. Read the dialog again.',
  },
  operator_key_required: {
    status: 401,
    title: 'Operator key required',
    detail:
      'Commands need the operator key of this dashboard: open the link that it printed when it started, or send the key as ' +
      'a bearer token.',
  },
  lock_conflict: {
    status: 409,
    title: 'Lock conflict',
    detail: 'src/app.ts is locked by agent-1; wait until it is released, or release it by force.',
  },
  lock_held_by_other: {
    status: 409,
    title: 'Lock held by another agent',
    detail: 'src/app.ts is held by agent-1; only its holder can release it without force.',
  },
  lock_changed: {
    status: 409,
    title: 'Lock changed',
    detail: 'The lock is not the one that was shown any more; `lock` is the present one.',
  },
  acks_changed: {
    status: 409,
    title: 'Pending acknowledgements changed',
    detail: 'PENDING_ACKS.json has version 8, not version 7; nothing was removed. Check the entry and try again.',
  },
  acks_unwritable: {
    status: 409,
    title: "Pending acknowledgements can't be changed",
    detail:
      '/home/ana/shop/PENDING_ACKS.json was left as it is: it is not JSON. Repair it, or remove it while no agent runs.',
  },
  task_changed: {
    status: 409,
    title: 'Task changed',
    detail: 'The task is review by now, not working; nothing was changed. `task` is the present one.',
  },
  transition_not_allowed: {
    status: 409,
    title: 'Transition not allowed',
    detail: "A task that is pending can't become review; it can become assigned or cancelled.",
  },
  task_read_only: {
    status: 409,
    title: 'Task is read only',
    detail: 'This task is in a list of Claude Code, which only its own sessions change.',
  },
  tasks_unwritable: {
    status: 409,
    title: "Tasks can't be changed",
    detail: '/home/ana/shop/TASKS.json was left as it is: it is not JSON. Repair it, or remove it while no agent runs.',
  },
  key_reused: {
    status: 409,
    title: 'Idempotency key reused',
    detail: 'This Idempotency-Key was used with another command; use a new one for each command.',
  },
  command_running: {
    status: 409,
    title: 'Command still running',
    detail:
      'The command with this Idempotency-Key still runs in another process of the dashboard; ask again in a moment with ' +
      'the same key.',
  },
  outcome_unknown: {
    status: 409,
    title: 'Outcome unknown',
    detail:
      'The dashboard ended while the command with this Idempotency-Key ran, so it is not known what it did. It was not ' +
      'carried out again.',
  },
  gone_cursor: {
    status: 410,
    title: 'Cursor gone',
    detail: 'The cursor a7x.12 is no longer valid: it belongs to another history. Retry without a cursor.',
  },
  body_too_large: {
    status: 413,
    title: 'Body too large',
    detail: 'The body of a request must have at most 65536 bytes.',
  },
  url_too_long: { status: 414, title: 'URL too long', detail: 'The URL must have at most 8192 bytes.' },
  unsupported_media_type: {
    status: 415,
    title: 'Unsupported media type',
    detail: 'The Content-Type of a request that changes something must be application/json.',
  },
  invalid_parameter: {
    status: 422,
    title: 'Invalid parameter',
    detail: 'The parameter limit must be a whole number.',
    errors: [{ parameter: 'limit', detail: 'must be a whole number.' }],
  },
  malformed_cursor: {
    status: 422,
    title: 'Malformed cursor',
    detail: 'The parameter before must be a cursor as the API gave it, such as next_cursor.',
    errors: [{ parameter: 'before', detail: 'must be a cursor as the API gave it, such as next_cursor.' }],
  },
  unknown_message: {
    status: 422,
    title: 'Unknown message',
    detail: 'The type "dance" is none that this server knows, or none that it offers.',
  },
  upgrade_required: {
    status: 426,
    title: 'Upgrade required',
    detail:
      'This address answers only WebSocket handshakes of version 13, over HTTP/1.1, with the subprotocol "swarm.v1" ' +
      '(docs/websocket.md).',
  },
  too_many_requests: {
    status: 429,
    title: 'Too many requests',
    detail: 'This address has sent more than 600 searches and queries about the past per minute; try again in 3 s.',
  },
  too_many_attempts: {
    status: 429,
    title: 'Too many attempts',
    detail: 'Too many wrong credentials came from this address; try again in 41 s.',
  },
  internal: {
    status: 500,
    title: 'Internal error',
    detail: 'The server failed to answer this request; its log says more.',
  },
  unavailable: {
    status: 503,
    title: 'Unavailable',
    detail: 'The swarm has not been read yet; ask again in a moment.',
  },
  too_many_streams: {
    status: 503,
    title: 'Too many streams',
    detail: 'All of the 200 streams for one address are open; try again later.',
  },
} as const satisfies Record<string, Kind>;

export type ProblemCode = keyof typeof PROBLEMS;
export type ProblemStatus = (typeof PROBLEMS)[ProblemCode]['status'];

/** @returns the body of an answer (RFC 9457) */
export function problemOf(code: ProblemCode, detail: string, errors?: Problem['errors']): Problem {
  const { status, title } = PROBLEMS[code];
  return { type: `urn:claude-swarm-dashboard:problem:${code}`, title, status, detail, ...(errors && { errors }) };
}

interface StatusDescription {
  description: string;
  /** Additional headers of the answer, each with its meaning. */
  headers?: Record<string, string>;
}

const RETRY_AFTER = { 'Retry-After': 'The number of seconds to wait before the next attempt; absent if not known.' };

/** The description of each status in the documents. */
export const PROBLEM_STATUSES: Readonly<Record<ProblemStatus, StatusDescription>> = {
  400: { description: 'The request cannot be read.' },
  401: {
    description: 'Credentials are needed, and none or wrong ones were given.',
    headers: { 'WWW-Authenticate': 'The accepted kinds of credentials.' },
  },
  403: { description: 'The host, the origin, the address or the scope of the request is not allowed.' },
  404: { description: 'Not found.' },
  405: { description: 'The method is not possible here.', headers: { Allow: 'The allowed methods.' } },
  408: { description: 'The body, or the first message of a WebSocket, did not arrive within 10 s.' },
  409: {
    description:
      'What is there does not allow the change, or no live swarm is shown: then there is nothing to change, and what is open is not known.',
  },
  410: { description: 'The cursor is of another history, or of messages that are no longer kept.' },
  413: { description: 'The body is larger than the setting LIMIT_BODY_BYTES, or this endpoint, allows.' },
  414: { description: 'The URL is longer than the setting LIMIT_URL_BYTES allows.' },
  415: { description: 'A request that changes something must be sent as application/json.' },
  422: { description: 'Parameters are invalid; the answer names each.' },
  426: {
    description: 'Only WebSocket handshakes are answered here.',
    headers: { Upgrade: 'The protocol, websocket.', 'Sec-WebSocket-Version': 'The version, 13.' },
  },
  429: {
    description: 'This client sent too many requests, or too many wrong credentials.',
    headers: RETRY_AFTER,
  },
  500: { description: 'The server failed.' },
  503: {
    description: 'Not available at present: the swarm or its history is not read yet, or too many streams are open.',
    headers: RETRY_AFTER,
  },
};

/** @returns an example of each problem with a status, by its code */
export function problemExamples(status: ProblemStatus): Record<string, Problem> {
  const kinds = (Object.entries(PROBLEMS) as [ProblemCode, Kind][]).filter(([, kind]) => kind.status === status);
  return Object.fromEntries(kinds.map(([code, { detail, errors }]) => [code, problemOf(code, detail, errors)]));
}
