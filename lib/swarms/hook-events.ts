/**
 * What the hooks of Claude Code say about its sessions, for as long as it holds. Hooks give details earlier than files,
 * but the status in the session file decides: a permission request here is the text of a prompt, not evidence that one
 * is open. Everything is kept in memory only, within fixed bounds.
 */
import type { ClaudeSession } from '../sources/claude-code/claude-session';
import type { HookPayload } from '../sources/claude-code/hook-payloads';

/** A request for permission, as the hook described it. */
export interface HookPermission {
  tool: string;
  /** An excerpt: the command, file or question. */
  input: string;
  /** When it arrived, in milliseconds since 1970, as all instants here. */
  at: number;
  /** The subagent or teammate that asks; null for the session's main agent. */
  agentId: string | null;
  /** The type of the subagent, or the name of the teammate. */
  agentType: string | null;
}

export interface HookFacts {
  /** The request that is not known to be answered; null if there is none, or more than one. */
  permission: HookPermission | null;
  /**
   * All of these, oldest first. Subagents and teammates ask at the same time, and the status stays `waiting` while the
   * first of several prompts is answered: so each of several may be answered already.
   */
  permissions: readonly HookPermission[];
  /** A notification that a person is needed: its type and text, as written. */
  notification: { kind: string; message: string; at: number } | null;
  /** The end of the newest turn, with the end of its last answer; null while a turn runs. */
  turnEnded: { at: number; lastMessage: string | null } | null;
  /** Why the newest turn failed, as written; null after the next turn began. */
  failure: { kind: string; details: string | null; at: number } | null;
  /** The newest prompt that a person gave. */
  lastPrompt: { text: string; at: number } | null;
  /** When the newest event arrived. */
  at: number;
}

/** The status of a session, from its file. */
export type SeenStatus = Pick<ClaudeSession, 'sessionId' | 'status' | 'statusUpdatedAt'>;

export const MAX_SESSIONS = 1000;
/** Of all texts together, in UTF-16 units. */
export const MAX_TEXT_UNITS = 2_000_000;
/** For one session. */
export const MAX_PERMISSIONS = 20;
/**
 * A prompt appears at most a second after its hook, on a busy machine. After this time without one, the request was
 * answered by a rule or another hook.
 */
export const PROMPT_TIMEOUT_MS = 10_000;

/** Notifications for which a person is needed; others repeat what the status says. */
const NEEDS_PERSON = new Set(['permission_prompt', 'worker_permission_prompt', 'agent_needs_input']);

/** `isSeen`: whether the session file said `waiting` after the request, so its prompt was open. */
type OpenPermission = HookPermission & { isSeen: boolean };

interface Entry extends Omit<HookFacts, 'permission' | 'permissions'> {
  permissions: readonly OpenPermission[];
  /** When the session file was last seen to say `waiting`; 0 if never. */
  waitedAt: number;
}

type Listener = (sessionId: string) => void;

export class HookEvents {
  /** The session that was heard longest ago is first. */
  readonly #entries = new Map<string, Entry>();
  readonly #listeners = new Set<Listener>();
  #units = 0;
  #firstAt: number | null = null;

  /** When the first event of any session arrived; null before that. */
  get firstAt(): number | null {
    return this.#firstAt;
  }

  /** Takes an event. @param at when it arrived */
  take(payload: HookPayload, at = Date.now()): void {
    this.#firstAt ??= at;
    const { session_id: id } = payload;
    if (payload.hook_event_name === 'SessionEnd') {
      if (this.#delete(id)) this.#publish(id);
      return;
    }
    const before = this.#entries.get(id) ?? emptyEntry(at);
    this.#set(id, { ...after(before, payload, at), at });
    this.#publish(id);
  }

  /** @returns null if nothing is known */
  forSession(sessionId: string): HookFacts | null {
    const entry = this.#entries.get(sessionId);
    if (entry === undefined) return null;
    const { waitedAt: _, ...facts } = entry;
    const permissions = facts.permissions.map(({ isSeen: _, ...permission }) => permission);
    const [only = null, second] = permissions;
    return { ...facts, permissions, permission: second === undefined ? only : null };
  }

  /**
   * Compares the facts of a session with its file, and forgets those that it contradicts. Call it whenever the file has
   * changed, and once a second.
   *
   * @param now milliseconds since 1970
   */
  compare({ sessionId, status, statusUpdatedAt }: SeenStatus, now = Date.now()): void {
    const entry = sessionId === null ? undefined : this.#entries.get(sessionId);
    if (sessionId === null || entry === undefined || status === null || statusUpdatedAt === null) return;
    if (status === 'waiting') {
      this.#replace(sessionId, whileWaiting(entry, statusUpdatedAt, now));
      return;
    }
    const next = comparedWith(entry, status, statusUpdatedAt, now);
    if (next === null) return;
    this.#replace(sessionId, next);
    this.#publish(sessionId);
  }

  /**
   * @param listener receives the id of each session whose facts have changed
   * @returns a function that ends this
   */
  onChange(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #publish(id: string): void {
    for (const listener of this.#listeners) listener(id);
  }

  #set(id: string, entry: Entry): void {
    this.#delete(id);
    this.#replace(id, entry);
    for (const oldest of this.#entries.keys()) {
      if ((this.#entries.size <= MAX_SESSIONS && this.#units <= MAX_TEXT_UNITS) || oldest === id) break;
      this.#delete(oldest);
      this.#publish(oldest);
    }
  }

  #replace(id: string, entry: Entry): void {
    const before = this.#entries.get(id);
    this.#units += unitsIn(entry) - (before ? unitsIn(before) : 0);
    this.#entries.set(id, entry);
  }

  #delete(id: string): boolean {
    const entry = this.#entries.get(id);
    if (entry) this.#units -= unitsIn(entry);
    return this.#entries.delete(id);
  }
}

function emptyEntry(at: number): Entry {
  return {
    ...{ permissions: [], notification: null, turnEnded: null, failure: null, lastPrompt: null },
    ...{ at, waitedAt: 0 },
  };
}

function after(entry: Entry, payload: Exclude<HookPayload, { hook_event_name: 'SessionEnd' }>, at: number): Entry {
  switch (payload.hook_event_name) {
    case 'PermissionRequest': {
      const { tool_name: tool, tool_input: input, agent_id, agent_type } = payload;
      const asked = { tool, input, at, agentId: agent_id ?? null, agentType: agent_type ?? null, isSeen: false };
      // One agent asks one thing at a time, so its former request is answered.
      const others = entry.permissions.filter(({ agentId }) => agentId !== asked.agentId);
      return { ...entry, permissions: [...others, asked].slice(-MAX_PERMISSIONS) };
    }
    case 'Notification': {
      const kind = payload.notification_type ?? '';
      if (!NEEDS_PERSON.has(kind)) return entry;
      return { ...entry, notification: { kind, message: payload.message ?? '', at } };
    }
    case 'UserPromptSubmit': {
      const begun = { ...entry, turnEnded: null, failure: null };
      if (payload.prompt === null) return begun;
      // While a dialog is open, nothing can be typed.
      return { ...withoutMain(begun), notification: null, lastPrompt: { text: payload.prompt, at } };
    }
    case 'Stop':
      return { ...withoutMain(entry), failure: null, turnEnded: turnEnd(payload, at) };
    case 'StopFailure': {
      const failure = { kind: payload.error ?? 'unknown', details: payload.error_details ?? null, at };
      return { ...withoutMain(entry), failure, turnEnded: turnEnd(payload, at) };
    }
  }
}

function turnEnd(payload: { last_assistant_message?: string | null | undefined }, at: number): Entry['turnEnded'] {
  return { at, lastMessage: payload.last_assistant_message ?? null };
}

/** A turn that begins or ends leaves the requests of subagents open: they work in the background. */
function withoutMain(entry: Entry): Entry {
  return { ...entry, permissions: entry.permissions.filter(({ agentId }) => agentId !== null) };
}

function whileWaiting(entry: Entry, changedAt: number, now: number): Entry {
  const permissions = entry.permissions.map((one) => ({ ...one, isSeen: one.isSeen || one.at <= changedAt }));
  return { ...entry, permissions, waitedAt: now };
}

/**
 * Hooks arrive before the change of status that they cause, so only a later change contradicts them.
 *
 * @param status not `waiting`
 * @returns null if it contradicts nothing
 */
function comparedWith(entry: Entry, status: string, changedAt: number, now: number): Entry | null {
  const { permissions, notification, turnEnded, failure, waitedAt } = entry;
  const isOver = ({ at, agentId, isSeen }: OpenPermission): boolean => {
    if (isSeen || now - Math.max(at, waitedAt) > PROMPT_TIMEOUT_MS) return true;
    // A prompt may have been answered between two readings. While others are open or a subagent asks, the status also
    // changes for other reasons.
    return agentId === null && permissions.length === 1 && changedAt > at;
  };
  const turnBegan = (at: number | undefined) => status === 'busy' && at !== undefined && changedAt > at;
  const over = {
    permissions: permissions.some(isOver),
    notification: notification !== null && changedAt > notification.at,
    turnEnded: turnBegan(turnEnded?.at),
    failure: turnBegan(failure?.at),
  };
  if (!Object.values(over).includes(true)) return null;
  return {
    ...entry,
    permissions: permissions.filter((permission) => !isOver(permission)),
    notification: over.notification ? null : notification,
    turnEnded: over.turnEnded ? null : turnEnded,
    failure: over.failure ? null : failure,
  };
}

function unitsIn({ permissions, notification, turnEnded, failure, lastPrompt }: Entry): number {
  const asked = permissions.reduce((sum, one) => sum + one.input.length + one.tool.length + OVERHEAD, 0);
  const said = (notification?.message.length ?? 0) + (turnEnded?.lastMessage?.length ?? 0);
  return asked + said + (failure?.details?.length ?? 0) + (lastPrompt?.text.length ?? 0) + OVERHEAD;
}

/** Of an object and its names, about, in UTF-16 units. */
const OVERHEAD = 300;
