/**
 * What each agent does, from evidence alone: the status of its session, an open BLOCKED of its own, or what its team
 * says of it. The status that Claude Code writes outweighs everything else; without any evidence the activity is
 * unknown.
 */
import type { ActivityState, AgentActivity } from '../contract/claude-schemas';
import { instantWithin } from '../contract/instant';
import type { AgentBlock } from '../contract/schemas';
import type { ClaudeSession } from '../sources/claude-code/claude-session';

/** A menu that the person opened; it waits for nobody else. */
export const DIALOG_OPEN = 'dialog open';

export interface ActivityEvidence {
  /** The session that was joined to it. */
  session: Pick<ClaudeSession, 'alive' | 'status' | 'waitingFor' | 'statusUpdatedAt'> | null;
  /** When the file of the session was last readable, milliseconds since 1970; null while it is. */
  keptFrom: number | null;
  blocked: AgentBlock | null;
  /** Its claude process is stopped by a signal and does nothing. */
  suspended: boolean;
  /** Its entry, messages or locks are fresh signs of life. */
  active: boolean;
  /** The tool that the open prompt asks for; null if that is not known. */
  promptTool: string | null;
  /** What its agent team says of a teammate without a session of its own; null for every other agent. */
  teammate: { lead: string; active: boolean | null; inProcess: InProcessEvidence | null } | null;
  /** Why sessions are not read; null while they are. */
  unread: string | null;
}

/** What is known of a teammate that runs inside the process of its lead. Times are milliseconds since 1970. */
export interface InProcessEvidence {
  /** The call of a tool without a result in its transcript. */
  tool: { name: string; since: number | null } | null;
  /** Whether its transcript says that its turn has ended. */
  turnEnded: boolean;
  newestAt: number | null;
  /** Whether the process of the lead is known to run. */
  leadRuns: boolean;
  /** Whether the session of the lead is busy and nothing asks for a permission: otherwise a call may wait for one. */
  leadIsBusy: boolean;
}

/** The statuses that are known, and what follows from each; the sentence for `waiting` says what it waits for. */
const STATUSES: ReadonlyMap<string | null, { state: ActivityState; reason: string }> = new Map([
  ['busy', { state: 'working', reason: 'Its session says that it is busy.' }],
  ['waiting', { state: 'waiting', reason: '' }],
  ['idle', { state: 'idle', reason: 'Its session says that it is idle.' }],
  [
    'shell',
    { state: 'shell', reason: 'Its turn has ended and a command still runs in the background, as its session says.' },
  ],
]);

/** A foreign version may write any text. */
const MAX_WORD_LENGTH = 60;

/** @returns the activity with its evidence; the reason contains no times and no text of prompts */
export function judgeActivity(evidence: ActivityEvidence): AgentActivity {
  const { session, blocked, suspended, teammate } = evidence;
  const known = session && STATUSES.get(session.status);
  // A process that can't be seen may have ended long ago, unless the agent itself gives signs of life.
  const isSeen = session !== null && (session.alive === true || (session.alive === null && evidence.active));
  if (session && suspended) {
    return unknown('Its claude process is suspended (state T), so that its session can be in no other state.', 'none');
  }
  if (session && evidence.keptFrom !== null) return keptActivity(evidence);
  if (session && isSeen && known?.state === 'waiting') return ofSession(session, known.state, waitingReason(evidence));
  if (blocked) return { state: 'blocked', since: blocked.since, reason: blocked.reason, source: 'swarm' };
  if (session && !isSeen) return unknown(unseenReason(session), 'session');
  if (session && known) return ofSession(session, known.state, known.reason);
  if (session) return unknown(foreignReason(session), 'session');
  if (teammate) return teammateActivity(teammate);
  return unknown(evidence.unread ?? 'No session of Claude Code is known for it.', 'none');
}

/** @returns what a session waits for, in words: "permission prompt for Bash" */
export function waitingWords(waitingFor: string | null, promptTool: string | null): string {
  const what = waitingFor === null ? 'something that it does not name' : shortened(waitingFor);
  return promptTool !== null && waitingFor !== DIALOG_OPEN ? `${what} for ${shortened(promptTool)}` : what;
}

function waitingReason({ session, promptTool }: ActivityEvidence): string {
  const waitingFor = session?.waitingFor ?? null;
  if (waitingFor === DIALOG_OPEN) return 'A dialog is open in its terminal, as its session says.';
  return `Its session waits for a person: ${waitingWords(waitingFor, promptTool)}.`;
}

function ofSession(
  { statusUpdatedAt, alive }: NonNullable<ActivityEvidence['session']>,
  state: ActivityState,
  reason: string,
): AgentActivity {
  return {
    state,
    since: instantWithin(statusUpdatedAt),
    reason: `${reason}${alive === null ? UNSEEN : ''}`,
    source: 'session',
  };
}

/** Added where only other signs of life say that the session is not an old one. */
const UNSEEN = " Its process can't be seen from here.";

function unseenReason({ status }: NonNullable<ActivityEvidence['session']>): string {
  const says = status === null ? 'says no status' : `says "${shortened(status)}"`;
  return `Its session file ${says}, but whether its process still runs can't be seen from here.`;
}

function foreignReason({ status }: NonNullable<ActivityEvidence['session']>): string {
  return status === null
    ? 'Its session has just begun and says no status yet.'
    : `Its session says "${shortened(status)}", a status that this dashboard does not know.`;
}

/** What a file said before it became unreadable is not known to be so now. An open BLOCKED is known from elsewhere. */
function keptActivity({ blocked, keptFrom, unread }: ActivityEvidence): AgentActivity {
  if (blocked) return { state: 'blocked', since: blocked.since, reason: blocked.reason, source: 'swarm' };
  const reason = unread ?? "Its session file can't be read, so that its status is no longer known.";
  return { ...unknown(reason, 'session'), since: instantWithin(keptFrom) };
}

/** A team only says whether a teammate in a pane of its own has a turn; of others their transcript may say it. */
function teammateActivity({ lead, active, inProcess }: NonNullable<ActivityEvidence['teammate']>): AgentActivity {
  const own = inProcess && ofTranscript(lead, inProcess);
  if (own) return own;
  if (active === null) {
    return unknown(`It runs inside the process of ${lead}, whose files do not say what it does.`, 'team');
  }
  const [state, word] = active ? (['working', 'active'] as const) : (['idle', 'not active'] as const);
  return { state, since: null, reason: `The team of ${lead} says that it is ${word}.`, source: 'team' };
}

/** @returns null where the transcript says nothing about the present */
function ofTranscript(lead: string, evidence: InProcessEvidence): AgentActivity | null {
  const { tool, turnEnded, newestAt, leadRuns, leadIsBusy } = evidence;
  if (!leadRuns) return null;
  const source = 'transcript';
  if (tool !== null && leadIsBusy) {
    const reason = `Its transcript has a call of ${shortened(tool.name)} without a result, and the session of ${lead} is busy.`;
    return { state: 'working', since: instantWithin(tool.since), reason, source };
  }
  if (tool !== null) {
    const reason = `Its transcript has a call of ${shortened(tool.name)} without a result, but the session of ${lead} does not say that it works.`;
    return unknown(reason, source);
  }
  if (!turnEnded) return null;
  return {
    state: 'idle',
    since: instantWithin(newestAt),
    reason: 'Its transcript says that its turn has ended.',
    source,
  };
}

function unknown(reason: string, source: AgentActivity['source']): AgentActivity {
  return { state: 'unknown', since: null, reason, source };
}

function shortened(word: string): string {
  const clean = word.replace(/\s+/g, ' ');
  return clean.length > MAX_WORD_LENGTH ? `${clean.slice(0, MAX_WORD_LENGTH)}…` : clean;
}
