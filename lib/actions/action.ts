/**
 * A command: one thing that a person or a script may do to the swarm. Each has a name, a group that the setting ACTIONS
 * switches on, what its record says of it, and its effect. `runner.ts` runs all of them in the same way.
 */
import type { ActionGroup } from '../contract/action-groups';
import type { ProblemCode } from '../contract/problems';

/** Who sends a command: the name that came with the credentials, and the address of the client. */
export interface Caller {
  name: string;
  client: string;
}

/** What a command is about, for its record. Contains no secrets. */
export interface Subject {
  /** A path, an id; null if it is about nothing single. */
  target: string | null;
  /** The agent concerned; null if there is none. */
  agentId: string | null;
  /** The body of the request as it is recorded. */
  request: unknown;
}

/** What a command did. */
export interface Done<Answer> {
  /** 200 if absent. */
  status?: 200 | 201;
  answer: Answer;
  /** One word, such as `released`. */
  outcome: string;
  /** A sentence for the record; null if the outcome says it all. */
  detail: string | null;
}

export interface Action<Body = unknown, Answer = unknown> {
  /** For the record and the metrics, such as `release_lock`. */
  name: string;
  group: ActionGroup;
  /** Further groups that must be on for such a body. */
  alsoNeeds?(body: Body): readonly ActionGroup[];
  /** The words with which `run` ends, so that the metrics have each of them from the start. */
  outcomes: readonly string[];
  subject(body: Body): Subject;
  /** Its body has what the record must not have, so a repeated key is compared by a hash that nobody can try out. */
  hidesBody?: true;
  /**
   * @throws {ActionRefused} if it had no effect, and why
   * @throws {ActionUnclear} if that is not known
   */
  run(body: Body, caller: Caller): Promise<Done<Answer>>;
}

/** A command had no effect. The detail says what is wrong and what to do. */
export class ActionRefused extends Error {
  override readonly name = 'ActionRefused';
  /**
   * @param more further fields of the answer, such as the conflicting locks
   * @param recorded the sentence of the record, which others read, where the detail has what they may not see
   */
  constructor(
    readonly code: ProblemCode,
    detail: string,
    readonly more: Readonly<Record<string, unknown>> = {},
    readonly recorded: string = detail,
  ) {
    super(detail);
  }
}

/**
 * It is not known whether a command had an effect. It is answered like a refusal, but recorded as `unknown`, and the same
 * Idempotency-Key does not run it again.
 */
export class ActionUnclear extends ActionRefused {
  readonly isUnclear = true;
}
