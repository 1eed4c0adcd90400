/**
 * The health of each agent, from evidence alone: its entry, its messages, its locks and its process. The state of a
 * process outweighs any age, and age alone never makes an agent dead. docs/decisions/0058-health-and-identity.md
 * explains.
 */
import { formatInstant } from '../contract/instant';
import type {
  Agent,
  AgentBlock,
  AgentCard,
  AgentHealth,
  AgentProcess,
  DepartedAgent,
  LastMessage,
} from '../contract/schemas';
import { writtenValue } from '../contract/written-value';
import { withAddedFields } from '../sources/claudeswarm/added-fields';
import type { AgentCards } from '../sources/claudeswarm/agent-cards';
import { readInstant } from '../sources/claudeswarm/naive-time';
import type { RegistryEntry } from '../sources/claudeswarm/registry';
import type { SeenProcess } from '../sources/processes/process-observer';
import { isPid } from '../sources/processes/processes';
import type { Life } from './agent-lives';
import { type Moved, Successors } from './agent-successors';
import type { BlockedAgents } from './blocked-agents';
import { currentTask, type TasksInHand } from './task-board';

/** An agent without a sign of life for this many thresholds is no longer `stale` but `unknown`. */
const STALE_THRESHOLDS = 5;

/** An earlier time is a mistake: no agent lived before 1970, and a much earlier time is not even a date. */
const MIN_INSTANT = 0;

/** A sender's newest own message. */
export interface Speech {
  /** When it was sent, milliseconds since 1970; null if it has no time. */
  at: number | null;
  message: LastMessage;
}

export interface Evidence {
  newestMessageBySender: ReadonlyMap<string, Speech>;
  /** Milliseconds since 1970 of the newest lock of each holder. */
  newestLockByHolder: ReadonlyMap<string, number>;
  cards: AgentCards;
  blocked: BlockedAgents;
  claude: ClaudeEvidence;
  /** What the agents have in hand; nothing is known of it if absent. */
  tasks?: TasksInHand;
  /** For how many seconds an agent counts as active after a sign of life. */
  staleThresholdSeconds: number;
  /** Milliseconds since 1970. */
  now: number;
}

/** What Claude Code's files say about the agent of an entry. */
export interface ClaudeEvidence {
  /** @returns the pid of its session, null unless there is one whose process is known to run */
  runningSession(entry: RegistryEntry): number | null;
  fields(
    entry: RegistryEntry,
    known: {
      blocked: AgentBlock | null;
      /** Its claude process was seen to be stopped. */
      suspended: boolean;
      /** Its health is `active`. */
      active: boolean;
    },
  ): ClaudeFields;
}

/** The fields of an agent that come from Claude Code's files. */
export type ClaudeFields = Pick<Agent, 'source' | 'lead' | 'session' | 'activity' | 'work'>;

interface Sign {
  at: number;
  /** The beginning of a sentence; the instant follows. */
  says: string;
}

interface Verdict {
  health: AgentHealth;
  reason: string;
}

/** An agent with the facts about it. */
interface Subject {
  life: Life;
  sign: Sign | null;
  speech: Speech | null;
  /** Null where it has not moved. */
  moved: Moved | null;
  /** The pid of the session of Claude Code that was joined to it, if its process is known to run. */
  sessionPid: number | null;
  /** Whether another listed pid is proven to be an agent's on this host. */
  hostIsProven: boolean;
}

/**
 * @param lives of the registry's entries, in its order, and of departed agents
 * @returns every entry with the agent's health and its evidence
 */
export function describeAgents(
  lives: { listed: readonly Life[]; departed: readonly Life[] },
  evidence: Evidence,
): { agents: Agent[]; departed: DepartedAgent[] } {
  const proven = lives.listed.filter(({ claudeSeen }) => claudeSeen);
  const successors = new Successors(lives.listed);
  const times = countIds(lives.listed);
  const lifeSubject = (life: Life): Subject => ({
    life,
    ...signsOf(life, evidence),
    moved: successors.of(life),
    sessionPid: evidence.claude.runningSession(life.entry),
    hostIsProven: proven.some((other) => other.entry.pid !== life.entry.pid),
  });
  const agents = lives.listed.map((life) => {
    const subject = lifeSubject(life);
    const { health, reason } = judge(subject, evidence);
    const listedTimes = times.get(life.entry.id) ?? 1;
    const twice = listedTimes > 1 ? ` The registry lists ${life.entry.id} ${listedTimes} times.` : '';
    // Waits are those of the listed agent, not of a former one with its id.
    const blocked = evidence.blocked.get(life.entry.id) ?? null;
    const { tasks } = evidence;
    // Which of two agents with one id has the task is not known.
    const current_task = tasks && listedTimes === 1 ? currentTask(tasks, life.entry.id, life.beganAt) : null;
    return withAddedFields(life.entry, {
      ...addedFields(subject, { health, reason: `${reason}${twice}` }, blocked, evidence),
      current_task,
    });
  });
  const departed = lives.departed.map((life) => {
    const subject = lifeSubject(life);
    const verdict = judge(subject, evidence);
    const isReplaced = times.has(life.entry.id);
    const left = {
      left_at: formatInstant(life.leftAt ?? evidence.now),
      left_reason: leftReason(subject, verdict, isReplaced),
    };
    return withAddedFields(life.entry, { ...addedFields(subject, verdict, null, evidence), ...left });
  });
  return { agents, departed };
}

function countIds(lives: readonly Life[]): Map<string, number> {
  const times = new Map<string, number>();
  for (const { entry } of lives) times.set(entry.id, (times.get(entry.id) ?? 0) + 1);
  return times;
}

function addedFields(subject: Subject, { health, reason }: Verdict, blocked: AgentBlock | null, evidence: Evidence) {
  const { life, sign, speech, moved } = subject;
  const process = processOf(subject);
  return {
    health,
    health_reason: reason,
    last_evidence_at: sign && formatInstant(sign.at),
    last_spoke_at: speech?.message.sent_at ?? null,
    last_message: speech?.message ?? null,
    process,
    moved_to: health === 'moved' ? (moved?.to ?? null) : null,
    life_began_at: life.beganAt === null ? null : formatInstant(life.beganAt),
    card: cardOf(life, evidence.cards),
    current_task: null,
    blocked,
    ...evidence.claude.fields(life.entry, {
      blocked,
      suspended: process.state === 'suspended',
      active: health === 'active',
    }),
  };
}

/** Ids are reused: a card that was not written since another agent has the id may be that of the former one. */
function cardOf({ entry, beganAt }: Life, cards: AgentCards): AgentCard | null {
  const card = cards.get(entry.id);
  if (card === undefined || (beganAt !== null && (card.updatedAt ?? 0) < beganAt)) return null;
  const { updatedAt: _updatedAt, ...shown } = card;
  return shown;
}

function processOf({ life, sessionPid }: Subject): AgentProcess {
  const { sight, claudeSeen, claudeLostAt } = life;
  const isSeen = typeof sight === 'object' && 'startId' in sight;
  if (sessionPid !== null && !(isSeen && sight.claude)) {
    const started_at = isSeen ? formatInstant(sight.startedAt) : null;
    return { state: 'running', claude_pid: sessionPid, started_at, seen_at: null };
  }
  const lost = claudeSeen && claudeLostAt !== null ? formatInstant(claudeLostAt) : null;
  if (typeof sight === 'string') return { state: 'unseen', claude_pid: null, started_at: null, seen_at: lost };
  if ('gone' in sight) return { state: 'gone', claude_pid: null, started_at: null, seen_at: lost };
  const { claude } = sight;
  const state = claude === null ? 'exited' : claude.suspended ? 'suspended' : 'running';
  return { state, claude_pid: claude?.pid ?? null, started_at: formatInstant(sight.startedAt), seen_at: lost };
}

/** Leaves out messages and locks from before the present agent had the id: they are no signs of its life. */
function signsOf({ entry, beganAt }: Life, evidence: Evidence): Pick<Subject, 'sign' | 'speech'> {
  const ofThisLife = (at: number | null | undefined) => at != null && (beganAt === null || at >= beganAt);
  const said = evidence.newestMessageBySender.get(entry.id) ?? null;
  const speech = said !== null && (beganAt === null || ofThisLife(said.at)) ? said : null;
  const locked = evidence.newestLockByHolder.get(entry.id);
  const signs = [
    { at: readInstant(entry.last_seen, 'UTC')?.milliseconds, says: 'it was last seen' },
    { at: speech?.at, says: 'its newest message was sent' },
    { at: ofThisLife(locked) ? locked : null, says: 'its newest lock was taken' },
  ];
  return { sign: newestSign(signs, evidence), speech };
}

/** A time well ahead of the clock is a mistake of its writer, and would count as life for as long as it is ahead. */
function newestSign(
  signs: readonly { at: number | null | undefined; says: string }[],
  { now, staleThresholdSeconds }: Evidence,
): Sign | null {
  let newest: Sign | null = null;
  for (const { at, says } of signs) {
    if (at == null || at < MIN_INSTANT || at > now + staleThresholdSeconds * 1000) continue;
    if (newest === null || at > newest.at) newest = { at, says };
  }
  return newest;
}

function judge(subject: Subject, evidence: Evidence): Verdict {
  const { life, sign, moved } = subject;
  const { sight } = life;
  if (moved) return { health: 'moved', reason: `It is ${moved.to} now: that id lists ${moved.by}.` };
  const isSeenToRun = typeof sight === 'object' && 'claude' in sight && sight.claude !== null;
  if (subject.sessionPid !== null && !isSeenToRun) {
    return { health: 'active', reason: `The process of its session (pid ${subject.sessionPid}) runs.` };
  }
  if (typeof sight === 'object' && 'startId' in sight) return judgeSeen(subject, sight, evidence);
  if (typeof sight === 'object' && isProvenGone(subject)) {
    // A sign of life from before the process ended says nothing about now; one from after it contradicts.
    const contradicted = sign !== null && sight.since !== null && sign.at > sight.since;
    if (!contradicted) return { health: 'dead', reason: `Its process (${pidOf(life.entry)}) is gone.` };
    const byAge = judgeByAge(subject, evidence);
    return byAge.health === 'unknown'
      ? { health: 'dead', reason: `Its process (${pidOf(life.entry)}) is gone.` }
      : byAge;
  }
  return judgeByAge(subject, evidence);
}

function judgeSeen(subject: Subject, seen: SeenProcess, evidence: Evidence): Verdict {
  const { life } = subject;
  const { claude } = seen;
  if (claude?.suspended) {
    const reason = `Its claude process (pid ${claude.pid}) is suspended (state T) and does nothing until it is continued.`;
    return { health: 'stale', reason };
  }
  if (claude) return { health: 'active', reason: `Its claude process (pid ${claude.pid}) runs.` };
  // The registry names the shell of a pane in which claude ran when the entry was written.
  const wasThere = life.claudeSeen || (seen.isShell && !seen.mayRunClaude);
  if (!wasThere) return judgeByAge(subject, evidence);
  const what = seen.isShell ? 'its shell' : 'its process';
  return { health: 'dead', reason: `claude exited; ${what} (${pidOf(life.entry)}) still runs.` };
}

function isProvenGone({ life, hostIsProven }: Subject): boolean {
  return life.claudeSeen || hostIsProven;
}

function judgeByAge({ life, sign }: Subject, { now, staleThresholdSeconds }: Evidence): Verdict {
  const age = sign === null ? Number.POSITIVE_INFINITY : (now - sign.at) / 1000;
  if (sign && age <= staleThresholdSeconds) return { health: 'active', reason: sentence(sign) };
  if (sign && age <= staleThresholdSeconds * STALE_THRESHOLDS) return { health: 'stale', reason: silence(sign) };
  return { health: 'unknown', reason: `${silence(sign).slice(0, -1)}, and ${unseenReason(life)}.` };
}

function pidOf({ pid }: Life['entry']): string {
  return `pid ${writtenValue(pid)}`;
}

function unseenReason({ entry, sight }: Life): string {
  const pid = pidOf(entry);
  if (!isPid(entry.pid))
    return typeof entry.pid === 'number' || entry.pid == null ? "its process can't be seen" : 'its pid is not a number';
  if (sight === 'other_user') return `its process (${pid}) belongs to another user`;
  if (sight === 'other_namespace') return `${pid} here is a process of another pid namespace, so its own can't be seen`;
  if (sight === 'unseen') return "its process can't be seen";
  if ('startId' in sight) return `its process (${pid}) runs, but no claude in it`;
  return `there is no process ${writtenValue(entry.pid)} here, where this server never saw it run`;
}

function leftReason({ life, moved }: Subject, { health }: Verdict, isReplaced: boolean): string {
  const { entry, sight, claudeLostAt, claudeSeen } = life;
  if (moved) return `It is listed as ${moved.to} now.`;
  if (isReplaced) return `Another process has the id ${entry.id} now.`;
  const gone = claudeSeen && claudeLostAt !== null;
  if (gone && typeof sight === 'object' && 'startId' in sight) return 'claude exited; the registry no longer lists it.';
  if (gone || health === 'dead') return `Its process (${pidOf(entry)}) ended; the registry no longer lists it.`;
  if (typeof sight === 'object' && 'startId' in sight && sight.claude) {
    return `The registry no longer lists it, though its claude process (pid ${sight.claude.pid}) runs.`;
  }
  return 'The registry no longer lists it; why is not known.';
}

function sentence({ says, at }: Sign): string {
  return `${says[0]?.toUpperCase()}${says.slice(1)} at ${plainInstant(at)}.`;
}

function silence(sign: Sign | null): string {
  return sign === null ? 'No sign of life is known.' : `No sign of life since ${plainInstant(sign.at)}.`;
}

function plainInstant(at: number): string {
  return formatInstant(at).replace('.000', '');
}
