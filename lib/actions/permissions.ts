/** Permission requests of a live swarm: held, shown, and answered by a command. */
import type { PermissionsState } from '../contract/action-schemas';
import type { PermissionAnswerBody, PermissionAnswered } from '../contract/permission-requests';
import type { HookPayload } from '../sources/claude-code/hook-payloads';
import { readPermissionRequest, readToolResults } from '../sources/claude-code/permission-request';
import type { Action } from './action';
import type { HeldConnection, SeenSession } from './held-permission';
import { PendingPermissions, type SessionSight } from './pending-permissions';
import { type HookAnswer, hookAnswer } from './permission-answer';
import { Viewers } from './viewers';

interface Options {
  /** Whether the setting ACTIONS has the group. */
  enabled: boolean;
  sight: (sessionId: string) => SessionSight;
  /** How many streams are open: a viewer without one sees no request. */
  streamCount: () => number;
  /** Takes the list when it differs. */
  publish: (state: PermissionsState) => void;
}

export type PermissionAnswerInput = PermissionAnswerBody & { id: string };

export class PermissionActions {
  readonly pending: PendingPermissions;
  readonly viewers = new Viewers(() => this.pending.releaseSubagents());
  readonly answer: Action<PermissionAnswerInput, PermissionAnswered>;
  readonly #publish: Options['publish'];
  #seen: { sessions: readonly SeenSession[]; isRead: boolean } = { sessions: [], isRead: false };
  #publishing: NodeJS.Immediate | null = null;

  constructor({ enabled, sight, streamCount, publish }: Options) {
    this.#publish = publish;
    this.pending = new PendingPermissions({
      ...{ enabled, sight },
      isWatched: () => this.viewers.present && streamCount() > 0,
      // One request may change several entries, and each publication encodes all of them.
      onChange: () => {
        this.#publishing ??= setImmediate(() => this.#publishNow());
      },
    });
    this.answer = answerAction(this.pending);
  }

  /**
   * Takes an event of a hook.
   *
   * @param payload as far as it is used; null for an event that is not
   * @param body of the event, parsed JSON
   * @param connection null where it is not known: then nothing is held
   * @returns the answer for the hook, once there is one; null for an empty answer
   */
  async takeHook(
    payload: HookPayload | null,
    body: unknown,
    connection: HeldConnection | null,
  ): Promise<HookAnswer | null> {
    const results = readToolResults(body);
    if (results) this.pending.noteResults(results);
    if (payload?.hook_event_name === 'SessionEnd') this.pending.noteSessionEnd(payload.session_id);
    const isTurnEnd = payload?.hook_event_name === 'Stop' || payload?.hook_event_name === 'StopFailure';
    if (isTurnEnd && payload.agent_id == null) this.pending.noteTurnEnd(payload.session_id);
    const asked = connection && readPermissionRequest(body);
    return connection && asked ? this.pending.hold(asked, connection) : null;
  }

  /** Takes the sessions whenever one differs. @param isRead whether the list is complete */
  see(sessions: readonly SeenSession[], isRead: boolean): void {
    this.#seen = { sessions, isRead };
    this.pending.compare(sessions, isRead);
  }

  /** Once a second: what the passing of time alone shows. */
  tick(): void {
    this.pending.compare(this.#seen.sessions, this.#seen.isRead);
    this.pending.refreshAgents();
  }

  /** Lets all requests go. */
  stop(): void {
    this.pending.stop();
    this.viewers.stop();
    if (this.#publishing) clearImmediate(this.#publishing);
  }

  #publishNow(): void {
    this.#publishing = null;
    this.#publish(this.pending.state);
  }
}

function answerAction(pending: PendingPermissions): PermissionActions['answer'] {
  return {
    name: 'answer_permission',
    group: 'permissions',
    outcomes: ['allowed', 'denied', 'already_answered', 'expired'],
    subject: ({ id, ...body }) => {
      const found = pending.find(id);
      return { target: id, agentId: found?.agent ?? null, request: { ...body, tool_name: found?.tool ?? null } };
    },
    run: async ({ id, ...body }, { name }) => {
      const answer = await pending.answer(id, (asked) => hookAnswer(asked, body), name || null);
      const { outcome, detail } = answer;
      const done = body.behavior === 'allow' ? 'allowed' : 'denied';
      return { answer, outcome: outcome === 'answered' ? done : outcome, detail };
    },
  };
}
