/** One permission request while it is held and for a few seconds after its end. */
import type { PendingPermission } from '../contract/action-schemas';
import { formatInstant } from '../contract/instant';
import type { PermissionAnswered } from '../contract/permission-requests';
import type { ClaudeSession } from '../sources/claude-code/claude-session';
import type { PermissionRequest } from '../sources/claude-code/permission-request';
import { type HookAnswer, kindOfTool } from './permission-answer';

export type Outcome = NonNullable<PendingPermission['resolved']>['outcome'];

/** How a request ended. */
export interface Resolution {
  outcome: Outcome;
  /** The name of who answered here; null if nobody did, or without a name. */
  by: string | null;
  /** Milliseconds since 1970. */
  at: number;
  /** A sentence: how that is known. */
  detail: string;
}

/** The connection on which a hook waits for its answer. */
export interface HeldConnection {
  /** `sent` once the answer was given to the system; `closed` if the connection closed before. */
  readonly ended: Promise<'sent' | 'closed'>;
}

/**
 * Who asks: `main` agents have a dialog of their own meanwhile; the dialog of a `subagent` or teammate appears only after
 * the hook was answered; a `headless` session has none, and without an answer the tool is denied.
 */
export type Asker = 'main' | 'subagent' | 'headless';

export interface HeldPermission {
  readonly id: string;
  /** Without its input once that is too long to keep. */
  readonly asked: PermissionRequest;
  readonly asker: Asker;
  /** Of its input and suggestions, in UTF-16 units of JSON. */
  readonly length: number;
  /** Milliseconds since 1970. */
  readonly since: number;
  readonly expiresAt: number;
  readonly connection: HeldConnection;
  /** Answers the hook; null for "no answer". Null once it was called. */
  release: ((answer: HookAnswer | null) => void) | null;
  resolved: Resolution | null;
  /** Whether the session file was seen to wait for this request. */
  waited: boolean;
  /** Whether the session was seen among those whose files are read. */
  known: boolean;
  /** Whether Claude Code has closed the connection, and the reason is not known yet. */
  unexplained: boolean;
}

/** @returns as the API shows it */
export function describePermission(one: HeldPermission, agent: string | null): PendingPermission {
  const { id, asked, since, expiresAt, resolved, release } = one;
  const { sessionId, agentId, agentType, toolName, toolInput, suggestions, cwd } = asked;
  return {
    id,
    agent_id: agent,
    session_id: sessionId,
    kind: kindOfTool(toolName),
    subagent: agentId === null ? null : { id: agentId, type: agentType },
    tool_name: toolName,
    tool_input: toolInput ?? null,
    suggestions: [...suggestions],
    cwd,
    since: formatInstant(since),
    answerable: release !== null,
    expires_at: release === null ? null : formatInstant(expiresAt),
    resolved: resolved && { ...resolved, at: formatInstant(resolved.at) },
  };
}

const PAST: Record<Outcome, PermissionAnswered['outcome']> = {
  allowed: 'already_answered',
  denied: 'already_answered',
  answered_locally: 'already_answered',
  refused_locally: 'already_answered',
  released: 'expired',
  expired: 'expired',
  ended: 'expired',
};

/** @returns what somebody is told who comes too late */
export function tooLate({ outcome, by, at, detail }: Resolution): PermissionAnswered {
  if (outcome !== 'allowed' && outcome !== 'denied') return { outcome: PAST[outcome], detail };
  const who = by ?? 'Somebody';
  return { outcome: 'already_answered', detail: `${who} ${outcome} it at ${formatInstant(at).slice(11, 19)} UTC.` };
}

/** What the file of a session says. */
export type SeenSession = Pick<
  ClaudeSession,
  'sessionId' | 'alive' | 'status' | 'statusUpdatedAt' | 'keptFrom' | 'entrypoint'
>;

/** The hook arrives before the status that it causes: on a busy machine by up to a second. */
const STATUS_DELAY_MS = 2000;
/** Nobody answers a dialog faster. An earlier change of the status was under way when the hook was sent. */
const FASTEST_ANSWER_MS = 100;
/** A prompt that has not appeared by then was answered by a rule or another hook. */
export const PROMPT_TIMEOUT_MS = 10_000;

/** @returns whether a session has no terminal; `-p` and programs are started so */
export function isHeadless({ entrypoint }: Pick<SeenSession, 'entrypoint'>): boolean {
  return entrypoint?.startsWith('sdk') === true;
}

/**
 * Compares the request of a main agent with the file of its session; notes if that waits for it.
 *
 * @returns how the request ended as far as the file shows it; null if it shows nothing
 */
export function judgeByStatus(
  one: Pick<HeldPermission, 'asker' | 'since' | 'waited'>,
  session: SeenSession,
  now: number,
): Pick<Resolution, 'outcome' | 'detail'> | null {
  const { status, statusUpdatedAt: changedAt, keptFrom } = session;
  if (one.asker !== 'main' || isHeadless(session) || keptFrom !== null || status === null || changedAt === null) {
    return null;
  }
  if (status === 'waiting') {
    // It may have waited before, for a prompt of a subagent; then it waits for both.
    if (changedAt >= one.since || now - one.since > STATUS_DELAY_MS) one.waited = true;
    return null;
  }
  const answered = {
    outcome: 'answered_locally',
    detail: 'It was answered in its terminal: its session waits no more.',
  };
  if (one.waited || changedAt > one.since + FASTEST_ANSWER_MS)
    return answered as Pick<Resolution, 'outcome' | 'detail'>;
  if (now - one.since <= PROMPT_TIMEOUT_MS) return null;
  const detail = 'No prompt has appeared within 10 s: a rule or another hook has answered it.';
  return { outcome: 'ended', detail };
}

/** How long after an answer or the end of a connection the session file says what has become of it. */
const SETTLED_AFTER_MS = 1500;

/**
 * Finds out what has become of a request of a main agent that ended: why its connection was closed, or whether the answer
 * had an effect.
 *
 * @returns what is to be said of it now; null if that stays as it is
 */
export function explainEnd(one: HeldPermission, session: SeenSession, now: number): Resolution | null {
  const { resolved } = one;
  const { status, statusUpdatedAt: changedAt, keptFrom } = session;
  if (one.asker !== 'main' || resolved === null || status === null || changedAt === null || keptFrom !== null)
    return null;
  const isSettled = now - resolved.at > SETTLED_AFTER_MS;
  if (status !== 'waiting') {
    if (!one.unexplained || changedAt <= one.since) return null;
    one.unexplained = false;
    const detail = 'It was refused in its terminal: Claude Code closed the request, and its session waits no more.';
    return { ...resolved, outcome: 'refused_locally', detail };
  }
  if (one.unexplained && isSettled) {
    one.unexplained = false;
    const detail = `Claude Code did not wait longer for an answer; "hooks status" says how long it waits. ${IN_TERMINAL}`;
    return { ...resolved, outcome: 'released', detail };
  }
  const isAnswer = resolved.outcome === 'allowed' || resolved.outcome === 'denied';
  if (!isAnswer || !one.waited || !isSettled || changedAt > resolved.at) return null;
  one.waited = false;
  return { ...resolved, detail: `${resolved.detail} Its session still waits: check its terminal.` };
}

const IN_TERMINAL = 'The prompt can be answered in its terminal.';

/** @returns a sentence: what becomes of a request that is let go without an answer */
export function afterwards(asker: Asker): string {
  return asker === 'headless' ? 'It has no terminal, so Claude Code denies the tool.' : IN_TERMINAL;
}
