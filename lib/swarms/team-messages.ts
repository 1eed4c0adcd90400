/**
 * The messages of agent teams on their way to the history: those of teams that are shown, with the ids of the agents in
 * place of the names that a team uses. What the program itself writes into inboxes is no message between agents.
 */
import { createHash } from 'node:crypto';
import type { AgentMessage, ClaudeInboxMessage, TeamMessage } from '../sources/claude-code/claude-session';
import type { TeamAgents } from './team-agents';

/** The first words of what Claude Code writes by itself: notices, requests and their answers. */
const PROTOCOL =
  /^\s*\{\s*"type"\s*:\s*"(?:task_assignment|idle_notification|shutdown_(?:request|approved|rejected)|permission_(?:request|response)|teammate_terminated)"/;
/** A team or a member that was just created is listed about a second after its first message. */
const MAX_UNKNOWN_MS = 5000;
const MAX_WAITING = 1000;

/** A message with the names that its team uses. */
interface Waiting extends Omit<TeamMessage, 'team'> {
  /** The folder of its team, or the session that leads it. */
  origin: { team: string } | { sessionId: string };
  since: number;
}

interface Options {
  agents: Pick<TeamAgents, 'teamOf' | 'agentIn'>;
  record: (messages: readonly TeamMessage[]) => void;
  /** Milliseconds since 1970. */
  now?: () => number;
}

export class TeamMessages {
  readonly #options: Options;
  readonly #now: () => number;
  #waiting: Waiting[] = [];

  constructor(options: Options) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /** Takes a message that was found in an inbox. */
  takeInbox({ team, to, from, text, msgId, sentAt }: ClaudeInboxMessage): void {
    const key = msgId ?? hashOf([from, to, text, sentAt]);
    this.#take({ origin: { team }, key, from, to, text, sentAt, msgId, since: this.#now() });
    this.flush();
  }

  /** Takes messages to a lead that pass through no inbox, from its transcript. */
  takeTranscript(messages: readonly AgentMessage[]): void {
    const since = this.#now();
    for (const { sessionId, key, from, text, sentAt } of messages) {
      this.#take({ origin: { sessionId }, key, from, to: 'main', text, sentAt, msgId: null, since });
    }
    this.flush();
  }

  /** Records what waits and whose agents are known by now. Call it about once a second. */
  flush(): void {
    if (this.#waiting.length === 0) return;
    const known: TeamMessage[] = [];
    this.#waiting = this.#waiting.filter((message) => {
      const resolved = this.#resolve(message);
      if (resolved !== null) known.push(resolved);
      return resolved === null && !this.#isOld(message);
    });
    if (known.length > 0) this.#options.record(known);
  }

  #take(message: Waiting): void {
    if (PROTOCOL.test(message.text)) return;
    this.#waiting.push(message);
    if (this.#waiting.length > MAX_WAITING) this.#waiting.shift();
  }

  #isOld({ since }: Waiting): boolean {
    return Math.abs(this.#now() - since) >= MAX_UNKNOWN_MS;
  }

  /** @returns null for a team that is not shown, which may be that of another project, and for names that may yet be known */
  #resolve(message: Waiting): TeamMessage | null {
    const { origin, key, text, sentAt, msgId } = message;
    const { agents } = this.#options;
    const team = 'team' in origin ? origin.team : agents.teamOf(origin.sessionId);
    if (team === null) return null;
    const [from, to] = [message.from, message.to].map((name) => {
      const id = agents.agentIn(team, name);
      // A member that has left keeps the name that no other agent can have.
      return id === null && this.#isOld(message) ? `${name}@${team}` : (id ?? null);
    });
    if (from == null || to == null) return null;
    return { team, key, from, to, text, sentAt, msgId };
  }
}

function hashOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('base64');
}
