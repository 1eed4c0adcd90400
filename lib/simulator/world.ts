/** The state of the story at a moment: which agents are present and which has locked which file. Reads no clock. */
import { patternsOverlap } from '../contract/fnmatch';
import { ROLES, type Role } from './codebase';
import type { Random } from './random';

export const MESSAGE_TYPES = [
  'QUESTION',
  'REVIEW-REQUEST',
  'BLOCKED',
  'COMPLETED',
  'CHALLENGE',
  'INFO',
  'ACK',
  'TASK-DELEGATION',
  'TASK-RESULT',
  'CONFLICT',
  'NEGOTIATION',
  'CAPABILITY-QUERY',
  'CAPABILITY-RESPONSE',
  'REVIEW-FEEDBACK',
  'CONTEXT-UPDATE',
] as const;

export type MessageType = (typeof MESSAGE_TYPES)[number];

export interface StoryAgent {
  id: string;
  role: Role;
  pid: number;
  paneIndex: string;
  sessionName: string;
  tmuxPaneId: string;
}

/** The optional fields of a log line, in its order (swarm-files.md §4). */
export interface MessageExtras {
  context_id?: string;
  task?: {
    objective: string;
    constraints: string[];
    files: string[];
    priority: 'low' | 'normal' | 'high' | 'critical';
    task_id: string | null;
    context_id: string | null;
  };
  requires_ack?: true;
  parent_msg_id?: string;
}

/** A log line without its timestamp. */
export interface StoryMessage extends MessageExtras {
  sender: string;
  msg_type: MessageType;
  content: string;
  recipients: string[];
  msg_id: string;
  delivery_status: Record<string, boolean>;
  success_count: number;
  failure_count: number;
}

/** The new state of a task, without the fields that the file adds (swarm-files.md §7). */
export interface StoryTask {
  task_id: string;
  objective: string;
  status: 'assigned' | 'working' | 'blocked' | 'review' | 'completed';
  priority: 'low' | 'normal' | 'high' | 'critical';
  created_by: string;
  assigned_to: string;
  files: string[];
  blocked_by: string[];
}

/** The new state of a conflict. */
export interface StoryConflict {
  conflict_id: string;
  conflict_type: 'file_lock' | 'resource' | 'task_claim' | 'merge';
  agents_involved: [requester: string, holder: string];
  resource: string;
  status: 'pending' | 'resolving' | 'resolved' | 'escalated';
}

/** What happens in an agent's terminal that its messages and locks do not say. */
export type TerminalDeed =
  /** A dialog opens; the agent does nothing until a person answers it. */
  | { kind: 'ask'; agentId: string; dialog: StoryDialog }
  | { kind: 'answer'; agentId: string; accepted: boolean }
  /** A message of a person made a resting agent work again. */
  | { kind: 'wake'; agentId: string }
  /** A turn ends, perhaps with a question; the agent does nothing until a person writes the next prompt. */
  | {
      kind: 'endTurn';
      agentId: string;
      text: string;
      /** A command still runs in the background. */
      shell?: true;
    }
  | { kind: 'prompt'; agentId: string; text: string }
  /** A request to the model failed; the agent tries again. */
  | { kind: 'apiError'; agentId: string }
  | { kind: 'delegate'; agentId: string; description: string };

export type StoryDialog =
  | { type: 'permission'; command: string; description: string }
  | { type: 'choice'; question: string; options: readonly [string, string] };

export type Deed =
  | { kind: 'join'; agent: StoryAgent }
  /** The pane is gone; the registry keeps the entry for a while, as `stale`. */
  | {
      kind: 'vanish';
      agentId: string;
      /** Its process has ended too, so that it never returns. */
      died?: true;
    }
  | { kind: 'return'; agentId: string }
  /** The registry drops the agent; its locks stay. */
  | { kind: 'drop'; agentId: string }
  | { kind: 'message'; message: StoryMessage }
  | { kind: 'task'; task: StoryTask }
  | { kind: 'conflict'; conflict: StoryConflict }
  /** An agent's own lock is refreshed. */
  | { kind: 'acquire'; agentId: string; filepath: string; reason: string }
  | { kind: 'release'; agentId: string; filepath: string }
  /** A person took the lock away. */
  | { kind: 'lose'; agentId: string; filepath: string }
  /** A question waits for its acknowledgement; its next retry is due after this many seconds. */
  | {
      kind: 'awaitAck';
      msgId: string;
      agentId: string;
      recipientId: string;
      content: string;
      retryCount: number;
      retrySeconds: number;
    }
  /** It was acknowledged or abandoned. */
  | { kind: 'settleAck'; msgId: string }
  /** The lock of an agent that is gone is removed. */
  | { kind: 'cleanUp'; agentId: string; filepath: string }
  | TerminalDeed;

// Linux uses no pid above 2^22, so no simulated agent is mistaken for a process of this machine.
const FIRST_PID = 4_194_305;
const FAILED_DELIVERIES = 0.03;
/** How long messages to a vanished agent still fail before the next discovery (seconds of the story). */
const NOT_YET_MISSED_SECONDS = 25;

export class World {
  readonly random: Random;
  /** All agents that the registry lists, by id. */
  readonly listed = new Map<string, StoryAgent>();
  /** Holder by path. */
  readonly held = new Map<string, string>();
  /** The ids of agents that one scene has for itself. */
  readonly engaged = new Set<string>();
  /** The ids of agents that wait for a person at their terminals and do nothing meanwhile. */
  readonly occupied = new Set<string>();
  /** Who waits for a locked path, by path. */
  readonly wanted = new Map<string, string>();
  readonly #vanishedAt = new Map<string, number>();
  readonly #awaited = new Set<string>();
  #panes = 0;
  /** Seconds since the story began. */
  clock = 0;

  constructor(random: Random) {
    this.random = random;
  }

  /** Adds an agent in a new pane; ids continue after the highest listed one, so those of dropped agents return. */
  newcomer(role?: Role): StoryAgent {
    const numbers = [...this.listed.keys()].map((id) => Number(id.slice('agent-'.length)));
    const pane = this.#panes;
    this.#panes += 1;
    const sessionName = pane % 6 === 5 ? 'review' : 'shop';
    return {
      id: `agent-${Math.max(-1, ...numbers) + 1}`,
      role: role ?? (ROLES[pane % ROLES.length] as Role),
      pid: FIRST_PID + pane * 10 + this.random.integer(0, 9),
      paneIndex: `${sessionName}:${Math.floor(pane / 6)}.${pane % 6}`,
      sessionName,
      tmuxPaneId: `%${pane + 1}`,
    };
  }

  isPresent(id: string): boolean {
    return this.listed.has(id) && !this.#vanishedAt.has(id);
  }

  present(): StoryAgent[] {
    return [...this.listed.values()].filter((agent) => this.isPresent(agent.id));
  }

  /** The present agents that any scene may take. */
  free(): StoryAgent[] {
    return this.present().filter((agent) => !this.engaged.has(agent.id));
  }

  /** A free agent other than the given ones, or null. */
  somebody(...except: StoryAgent[]): StoryAgent | null {
    const choices = this.free().filter((agent) => !except.includes(agent));
    return choices.length === 0 ? null : this.random.pick(choices);
  }

  absentCount(): number {
    return this.#vanishedAt.size;
  }

  /** The path and holder of a lock that keeps this agent from acquiring a path, or null. */
  obstacle(agentId: string, filepath: string): { filepath: string; holder: string } | null {
    for (const [heldPath, holder] of this.held) {
      if (holder !== agentId && (heldPath === filepath || patternsOverlap(filepath, heldPath))) {
        return { filepath: heldPath, holder };
      }
    }
    return null;
  }

  heldBy(agentId: string): string[] {
    return [...this.held].filter(([, holder]) => holder === agentId).map(([filepath]) => filepath);
  }

  /**
   * Determines which recipients get a message, and with what success.
   *
   * @returns null if no recipient is left: the swarm's tool then refuses to send, and nothing is logged
   */
  address(
    wanted: readonly string[],
  ): Pick<StoryMessage, 'recipients' | 'delivery_status' | 'success_count' | 'failure_count'> | null {
    const recipients = wanted.filter((id) => this.#isAddressable(id));
    if (recipients.length === 0) return null;
    const status = recipients.map((id) => [id, this.isPresent(id) && !this.random.chance(FAILED_DELIVERIES)] as const);
    const reached = status.filter(([, delivered]) => delivered).length;
    return {
      recipients,
      delivery_status: Object.fromEntries(status),
      success_count: reached,
      failure_count: recipients.length - reached,
    };
  }

  /** Applies an action to the state. @returns false if it is impossible now; then nothing changes */
  perform(deed: Deed): boolean {
    switch (deed.kind) {
      case 'join':
        this.listed.set(deed.agent.id, deed.agent);
        return true;
      case 'vanish':
        if (!this.isPresent(deed.agentId)) return false;
        this.#vanishedAt.set(deed.agentId, this.clock);
        return true;
      case 'return':
        return this.#vanishedAt.delete(deed.agentId);
      case 'drop':
        this.#vanishedAt.delete(deed.agentId);
        return this.listed.delete(deed.agentId);
      case 'acquire':
        if (!this.isPresent(deed.agentId) || this.obstacle(deed.agentId, deed.filepath)) return false;
        this.held.set(deed.filepath, deed.agentId);
        return true;
      case 'release':
        if (!this.isPresent(deed.agentId) || this.held.get(deed.filepath) !== deed.agentId) return false;
        return this.held.delete(deed.filepath);
      case 'lose':
        if (this.held.get(deed.filepath) !== deed.agentId) return false;
        return this.held.delete(deed.filepath);
      case 'cleanUp':
        if (this.listed.has(deed.agentId) || this.held.get(deed.filepath) !== deed.agentId) return false;
        return this.held.delete(deed.filepath);
      case 'awaitAck':
        if (!this.isPresent(deed.agentId)) return false;
        this.#awaited.add(deed.msgId);
        return true;
      case 'settleAck':
        return this.#awaited.delete(deed.msgId);
      case 'ask':
      case 'endTurn':
        if (!this.isPresent(deed.agentId) || this.occupied.has(deed.agentId)) return false;
        this.occupied.add(deed.agentId);
        return true;
      case 'answer':
      case 'prompt':
      case 'wake':
        return this.occupied.delete(deed.agentId);
      case 'apiError':
      case 'delegate':
        return this.isPresent(deed.agentId);
      case 'task':
      case 'conflict':
        return true;
      case 'message':
        return deed.message.sender === 'system' || this.isPresent(deed.message.sender);
    }
  }

  #isAddressable(id: string): boolean {
    if (!this.listed.has(id)) return false;
    const vanishedAt = this.#vanishedAt.get(id);
    return vanishedAt === undefined || this.clock - vanishedAt < NOT_YET_MISSED_SECONDS;
  }
}
