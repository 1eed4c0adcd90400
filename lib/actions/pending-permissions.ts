/**
 * The permission requests that are held: each keeps the hook of Claude Code waiting until a person answers here, or
 * something shows that the request is over. Then the hook gets an empty answer, which decides nothing. Nothing here ever
 * answers by itself. Everything is in memory only, within fixed bounds.
 */
import type { PendingPermission, PermissionsState } from '../contract/action-schemas';
import type { PermissionAnswered } from '../contract/permission-requests';
import { log } from '../platform/log';
import type { ToolResults } from '../sources/claude-code/permission-request';
import { isResultOf, type PermissionRequest, permissionLength } from '../sources/claude-code/permission-request';
import { ActionRefused } from './action';
import { HeldList } from './held-list';
import {
  type Asker,
  afterwards,
  describePermission,
  explainEnd,
  type HeldConnection,
  type HeldPermission,
  judgeByStatus,
  type Outcome,
  type Resolution,
  type SeenSession,
  tooLate,
} from './held-permission';
import type { HookAnswer } from './permission-answer';

/** What is known of a session. */
export interface SessionSight {
  /** The id of its agent; null if that is not known. */
  agent: string | null;
  /** Whether it is known to belong to another project. */
  foreign: boolean;
  headless: boolean;
}

interface Options {
  /** Whether the setting ACTIONS has the group. */
  enabled: boolean;
  sight: (sessionId: string) => SessionSight;
  /** Whether a viewer who may answer watches the page. */
  isWatched: () => boolean;
  /** Called when the list differs. */
  onChange: () => void;
}

export class PendingPermissions {
  readonly #options: Options;
  readonly #list = new HeldList();
  /** The agents as they were published last. */
  #agents = '';
  #timer: NodeJS.Timeout | null = null;
  #stopped = false;

  constructor(options: Options) {
    this.#options = options;
  }

  get state(): PermissionsState {
    const { sight } = this.#options;
    return {
      permissions: this.#list.all.map((one) => describePermission(one, sight(one.asked.sessionId).agent)),
    };
  }

  /** Those that can be answered, the oldest first. */
  get open(): PendingPermission[] {
    return this.state.permissions.filter(({ resolved }) => resolved === null);
  }

  /** @returns the tool and the agent of a listed request; null for another id */
  find(id: string): { tool: string; agent: string | null } | null {
    const found = this.#list.get(id);
    if (found === undefined) return null;
    return { tool: found.asked.toolName, agent: this.#options.sight(found.asked.sessionId).agent };
  }

  /**
   * Holds a request.
   *
   * @returns the answer for its hook, once there is one; null for an empty answer
   */
  async hold(asked: PermissionRequest, connection: HeldConnection): Promise<HookAnswer | null> {
    const asker = this.#asker(asked);
    if (asker === null) return null;
    this.#endFormer(asked);
    const length = permissionLength(asked);
    const fault = this.#list.whyTooMuch(length);
    if (fault !== null) {
      log().warn({ tool: asked.toolName.slice(0, 50), length }, `A permission request was let go: ${fault}`);
      const bare = { ...asked, toolInput: null, suggestions: [] };
      const resolved: Resolution = {
        outcome: 'released',
        by: null,
        at: Date.now(),
        detail: `${fault} ${afterwards(asker)}`,
      };
      this.#list.add({ asked: bare, asker, length: 0, connection, release: null, resolved });
      this.#changed();
      return null;
    }
    return new Promise((resolve) => {
      const one = this.#list.add({ asked, asker, length: length ?? 0, connection, release: resolve, resolved: null });
      this.#changed();
      void connection.ended.then((how) => how === 'closed' && this.#noteClosed(one));
    });
  }

  /**
   * Gives a person's answer to the hook.
   *
   * @param build creates the answer for a request that is still open
   * @param by the name of who answers, null without one
   * @returns what became of it; somebody else may have been faster
   * @throws {ActionRefused} if nothing is known of the id, and what `build` throws
   */
  async answer(
    id: string,
    build: (asked: PermissionRequest) => HookAnswer,
    by: string | null,
  ): Promise<PermissionAnswered> {
    const one = this.#list.get(id);
    const ended = this.#list.endOf(id);
    if (ended) return tooLate(ended);
    if (one === undefined) throw unknownRequest(id);
    const answer = build(one.asked);
    const { behavior } = answer.hookSpecificOutput.decision;
    const outcome = behavior === 'allow' ? 'allowed' : 'denied';
    this.#resolve(one, outcome, `Claude Code got the answer from the dashboard${by === null ? '' : ` (${by})`}.`, {
      by,
      answer,
    });
    if ((await one.connection.ended) === 'sent') {
      return { outcome: 'answered', detail: 'Claude Code got the answer.' };
    }
    const detail = `Claude Code closed the request before the answer reached it. ${afterwards(one.asker)}`;
    this.#correct(one, { outcome: 'ended', by: null, at: Date.now(), detail });
    return { outcome: 'expired', detail };
  }

  /** Publishes the list again if an agent of it has another id. */
  refreshAgents(): void {
    if (this.#agentIds() !== this.#agents) this.#changed();
  }

  #agentIds(): string {
    return this.#list.all.map(({ asked }) => this.#options.sight(asked.sessionId).agent).join('\n');
  }

  /** Compares the requests with the files of the sessions. @param isRead whether the list of sessions is complete */
  compare(sessions: readonly SeenSession[], isRead: boolean): void {
    const now = Date.now();
    const byId = new Map<string, SeenSession>();
    for (const session of sessions) {
      // A killed session leaves its file behind, and the one that resumed it has the same id.
      if (session.sessionId !== null && (session.alive !== false || !byId.has(session.sessionId))) {
        byId.set(session.sessionId, session);
      }
    }
    for (const one of this.#list.all) {
      const session = byId.get(one.asked.sessionId);
      if (session !== undefined) one.known = true;
      const isGone = session === undefined ? one.known && isRead : session.alive === false;
      if (isGone) this.#noteGone(one);
      else if (session !== undefined) this.#judge(one, session, now);
    }
  }

  #judge(one: HeldPermission, session: SeenSession, now: number): void {
    const over = one.resolved === null ? judgeByStatus(one, session, now) : null;
    if (over) this.#resolve(one, over.outcome, over.detail);
    const explained = over ? null : explainEnd(one, session, now);
    if (explained) this.#correct(one, explained);
  }

  /** Takes results of tools: those that ran, failed or were denied need no permission any more. */
  noteResults(results: ToolResults): void {
    for (const one of this.#list.held) {
      if (isResultOf(results, one.asked)) {
        this.#resolve(one, 'answered_locally', 'It was answered in its terminal: the result of the tool is known.');
      }
    }
  }

  /** Takes the end of a turn of a main agent. */
  noteTurnEnd(sessionId: string): void {
    for (const one of this.#list.held) {
      if (one.asked.sessionId === sessionId && one.asked.agentId === null) {
        this.#resolve(one, 'ended', 'The turn of the agent has ended.');
      }
    }
  }

  noteSessionEnd(sessionId: string): void {
    for (const one of this.#list.all) if (one.asked.sessionId === sessionId) this.#noteGone(one);
  }

  /** The last viewer who may answer has left: nobody would see the prompts of subagents. */
  releaseSubagents(): void {
    for (const one of this.#list.held) {
      if (one.asker === 'subagent')
        this.#resolve(one, 'released', `Nobody who may answer watches. ${afterwards(one.asker)}`);
    }
  }

  /** Lets all requests go; later ones are let go at once. */
  stop(): void {
    this.#stopped = true;
    for (const one of this.#list.held) this.#resolve(one, 'released', `The dashboard stops. ${afterwards(one.asker)}`);
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }

  /** @returns null if a request is not to be held */
  #asker({ sessionId, agentId }: PermissionRequest): Asker | null {
    if (!this.#options.enabled || this.#stopped) return null;
    const { foreign, headless } = this.#options.sight(sessionId);
    if (foreign) return null;
    if (headless) return 'headless';
    if (agentId === null) return 'main';
    return this.#options.isWatched() ? 'subagent' : null;
  }

  /** One agent asks one thing at a time, so its former request is over. */
  #endFormer({ sessionId, agentId }: PermissionRequest): void {
    for (const one of this.#list.held) {
      if (one.asked.sessionId !== sessionId || one.asked.agentId !== agentId) continue;
      this.#resolve(one, 'answered_locally', 'It was answered elsewhere: the agent asks for something else now.');
    }
  }

  /** Ends a request and lets its hook go. */
  #resolve(
    one: HeldPermission,
    outcome: Outcome,
    detail: string,
    { by = null, answer = null }: { by?: string | null; answer?: HookAnswer | null } = {},
  ): void {
    if (one.resolved !== null) return;
    this.#correct(one, { outcome, by, at: Date.now(), detail });
    one.release?.(answer);
    one.release = null;
    this.#changed();
  }

  #correct(one: HeldPermission, resolved: Resolution): void {
    this.#list.end(one, resolved);
    this.#changed();
  }

  #noteClosed(one: HeldPermission): void {
    if (one.resolved !== null) return;
    const seconds = Math.round((Date.now() - one.since) / 1000);
    one.unexplained = true;
    const why =
      one.asker === 'main'
        ? 'refused in its terminal, or the hook’s time was over'
        : 'interrupted, or its time was over';
    this.#resolve(one, 'ended', `Claude Code closed the request after ${seconds} s: it was ${why}.`);
  }

  #noteGone(one: HeldPermission): void {
    if (one.unexplained && one.resolved) {
      one.unexplained = false;
      this.#correct(one, { ...one.resolved, detail: 'Its session has ended.' });
    } else this.#resolve(one, 'ended', 'Its session has ended.');
  }

  #changed(): void {
    this.#list.removeEnded(Date.now());
    this.#arm();
    this.#agents = this.#agentIds();
    this.#options.onChange();
  }

  /** Waits for the next moment at which a request expires or one that ended leaves the list. */
  #arm(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    const { nextAt } = this.#list;
    if (nextAt === null || this.#stopped) return;
    this.#timer = setTimeout(() => this.#expire(), Math.max(0, nextAt - Date.now())).unref();
  }

  #expire(): void {
    const now = Date.now();
    for (const one of this.#list.held) {
      if (one.expiresAt > now) continue;
      const time = one.asker === 'subagent' ? '45 s' : '10 min';
      this.#resolve(one, 'expired', `Nobody has answered it within ${time}. ${afterwards(one.asker)}`);
    }
    this.#changed();
  }
}

function unknownRequest(id: string): ActionRefused {
  return new ActionRefused(
    'not_found',
    `There is no permission request ${JSON.stringify(id.slice(0, 100))}; if the dashboard was restarted, or another one has it, the prompt is open in its terminal.`,
  );
}
