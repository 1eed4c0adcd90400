/**
 * What is declared of an endpoint, apart from how it answers. The API document, limits, access and routing derive from
 * it.
 */
import type { z } from 'zod';
import type { ANSWERS } from './answers';
import type { Path } from './path-list';
import type { ProblemStatus } from './problems';
import type { RequestSchemas } from './requests';

export const TAGS = {
  Now: 'The present state.',
  Attention: "Acknowledge and snooze: changes of the dashboard's own state, shared by all viewers.",
  Stream: 'The state and then every change, as it happens.',
  Commands: 'Acting on the swarm; every command needs the scope `write`, and is recorded.',
  Work: 'What agents work on, and where.',
  Past: 'The past, conversations and wait relations.',
  Hooks: 'Events that Claude Code reports about its sessions.',
  Operations: 'For probes and monitoring.',
  Documents: 'What this is.',
} as const;

export type RequestName = keyof RequestSchemas;
export type AnswerName = keyof typeof ANSWERS;

/**
 * Who may use an endpoint: `open` needs no credentials, `read` those that may read, `write` those that may change the
 * swarm, `hook` tokens that may report events of hooks and nothing else. An endpoint that changes the dashboard's own
 * state needs `read`.
 */
export type Scope = 'open' | 'read' | 'write' | 'hook';

/** The requests of which one client may send a limited number each minute. */
export type LimitedKind = 'reads' | 'exports' | 'commands';

export interface EndpointDescription<Name extends RequestName = RequestName, Body extends z.ZodType = z.ZodType> {
  path: Path;
  /** `GET` if absent. HEAD follows from GET, and OPTIONS from all methods of a path. */
  method?: 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  scope: Scope;
  /** Which limit a request counts for; absent or null if it reads from memory only. */
  limit?: LimitedKind | ((parameters: URLSearchParams) => LimitedKind | null);
  tag: keyof typeof TAGS;
  /** A name for programs: `operationId` of the API document. */
  id: string;
  summary: string;
  /** Markdown. Where it is absent, the answer has it. */
  description?: string;
  /** The schema of its parameters in `requestSchemas`. */
  request?: Name;
  /** What is sent as JSON; a body that is not `required` may be left out. */
  body?: { schema: Body; example: unknown; required: boolean };
  /** Whether it takes the header `Idempotency-Key`. */
  idempotent?: true;
  /** The bytes that a body may have, if more than the setting LIMIT_BODY_BYTES allows. */
  maxBodyBytes?: number;
  /** Its answer in `ANSWERS`, by name: the API document alone needs the schema, and loads it when it is requested. */
  answer: AnswerName;
  /** The problems that it answers with, in addition to those of every endpoint. */
  problems?: readonly ProblemStatus[];
}

/** What any request may be answered with. */
const COMMON_PROBLEMS = [400, 403, 405, 408, 413, 414, 500, 503] as const satisfies ProblemStatus[];
const CREDENTIAL_PROBLEMS: Readonly<Record<Scope, readonly ProblemStatus[]>> = {
  open: [],
  read: [401, 429],
  write: [401, 429],
  hook: [401],
};

/** @returns the statuses of the problems that an endpoint may answer with, in ascending order */
export function problemsOf({ scope, problems = [] }: Pick<EndpointDescription, 'scope' | 'problems'>): ProblemStatus[] {
  return [...COMMON_PROBLEMS, ...CREDENTIAL_PROBLEMS[scope], ...problems].sort();
}
