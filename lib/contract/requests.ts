/**
 * The parameters of every request, defined once: how they are read, which values are refused, and their description.
 *
 * Clients of the Python server must keep working, so much is tolerated: blank parameters count as absent, unknown ones
 * are ignored, and of a parameter that may not be repeated the last value counts. All faults of a request are reported
 * in one answer.
 */

import { z } from 'zod';
import type { oas31 } from 'zod-openapi';
import { bundleText } from './bundle-schemas';
import { type UsageGrouping, usageGrouping } from './claude-schemas';
import { parseCursor } from './events';
import { parseLockCursor } from './lock-cursor';
import { AGENT_HISTORY_BY_QUERY_PATH } from './paths';
import { type MessageState, messageState } from './schemas';
import { MAX_SEARCH_WORDS, searchWords } from './search-text';
import type { TimeSpan } from './time-span';

/** Longer than any id or sensible search; bounds what one request may cost. */
const MAX_TEXT_LENGTH = 1_000;
const DEFAULT_LIMIT = 50;
const MAX_TYPES = 100;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Into how many steps a timeline is divided: about as many as its columns on a screen. */
const POINTS = { usual: 600, least: 50, most: 2000 };
/** The first instant that can be written with a year of four digits, in milliseconds since 1970. */
const YEAR_0 = -62_167_219_200_000;
/** A client's clock may be slightly ahead of this one. */
const MAX_AHEAD_MS = 1000;

/** The clock and the zone by which requests are read. */
export interface Clock {
  /** @returns milliseconds since 1970, null for a text that is not a time */
  readInstant(text: string): number | null;
  now(): number;
}

/** How the documents describe one parameter. */
export interface ParameterDescription {
  in: 'query' | 'path' | 'header';
  description: string;
  schema: oas31.SchemaObject;
  required?: true;
  example?: string | number | string[];
}

export const parameterDescriptions = z.registry<ParameterDescription>();

type About = Omit<ParameterDescription, 'in'> & Partial<Pick<ParameterDescription, 'in'>>;

/** Refuses a value. @param detail the end of a sentence that begins with the parameter */
type Refuse = (detail: string, code?: ParameterFault) => never;

/** The code of a fault, for programs. */
export type ParameterFault = 'invalid_parameter' | 'malformed_cursor';

/** One parameter, read from all values given under its name, in order; an empty list if it is absent. */
function parameter<Value>(read: (given: readonly string[], refuse: Refuse) => Value, about: About) {
  return z
    .array(z.string())
    .transform((given, context) => {
      const refuse: Refuse = (message, code = 'invalid_parameter') => {
        context.addIssue({ code: 'custom', message, params: { code } });
        return z.NEVER;
      };
      return read(given, refuse);
    })
    .register(parameterDescriptions, { in: 'query', ...about });
}

function readText(given: readonly string[], refuse: Refuse): string | undefined {
  const value = given.at(-1)?.trim();
  if (value && value.length > MAX_TEXT_LENGTH) return refuse(`must have at most ${MAX_TEXT_LENGTH} characters.`);
  return value || undefined;
}

const text = (description: string, example: string) =>
  parameter(readText, { description, schema: { type: 'string', maxLength: MAX_TEXT_LENGTH }, example });

/** Kept exactly as written: a name may begin or end with a blank, or be one. */
const agentName = (description: string, example: string) =>
  parameter(
    (given, refuse) => {
      const value = given.at(-1);
      if (value && value.length > MAX_TEXT_LENGTH) return refuse(`must have at most ${MAX_TEXT_LENGTH} characters.`);
      return value || undefined;
    },
    { description, schema: { type: 'string', maxLength: MAX_TEXT_LENGTH }, example },
  );

/** Clients resolve `.` and `..` in a path before they send it, percent-encoded ones too. */
const queryId = parameter((given, refuse) => given.at(-1) ?? refuse('is missing: name the agent.'), {
  in: 'query',
  description: 'The id of the agent, exactly: any text, also `.`, `..`, a blank or nothing.',
  schema: { type: 'string' },
  required: true,
  example: 'agent-1',
});

function limit(largest: number, of: string) {
  return parameter(
    (given, refuse) => {
      const value = given.at(-1);
      if (value === undefined) return DEFAULT_LIMIT;
      if (!/^[+-]?\d+$/.test(value)) return refuse('must be a whole number.');
      return Number(value) >= 1 ? Math.min(Number(value), largest) : DEFAULT_LIMIT;
    },
    {
      description: `How many ${of} at most. Below 1 means ${DEFAULT_LIMIT}, above ${largest} means ${largest}.`,
      schema: { type: 'integer', default: DEFAULT_LIMIT },
    },
  );
}

function cursor(description: string) {
  return parameter(
    (given, refuse) => {
      const value = given.at(-1);
      if (value === undefined) return undefined;
      const place = parseCursor(value);
      return place ?? refuse('must be a cursor as the API gave it, such as next_cursor.', 'malformed_cursor');
    },
    { description, schema: { type: 'string' } },
  );
}

const search = parameter(
  (given, refuse) => {
    const value = readText(given, refuse);
    if (typeof value === 'string' && searchWords(value).length > MAX_SEARCH_WORDS) {
      return refuse(`must have at most ${MAX_SEARCH_WORDS} words or quoted phrases.`);
    }
    return value;
  },
  {
    description: `Full text: whole words and "quoted phrases", at most ${MAX_SEARCH_WORDS}; all must occur.`,
    schema: { type: 'string', maxLength: MAX_TEXT_LENGTH },
    example: 'currency "shopping cart"',
  },
);

const typeNames = (description: string, example: string[]) =>
  parameter(
    (given, refuse) => {
      const values = [...new Set(given.map((value) => value.trim()))].filter((value) => value !== '');
      if (values.length > MAX_TYPES || values.some((value) => value.length > MAX_TEXT_LENGTH)) {
        return refuse(`must name at most ${MAX_TYPES} types.`);
      }
      return values.length > 0 ? values : undefined;
    },
    { description, schema: { type: 'array', items: { type: 'string' }, maxItems: MAX_TYPES }, example },
  );

const messageStates = parameter(
  (given, refuse) => {
    const states: MessageState[] = [];
    for (const value of given.map((text) => text.trim()).filter((text) => text !== '')) {
      const read = messageState.safeParse(value);
      if (!read.success) return refuse(`must be ${messageState.options.join(', ')}.`);
      if (!states.includes(read.data)) states.push(read.data);
    }
    return states.length > 0 ? states : undefined;
  },
  {
    description:
      'Only messages with a failed delivery (`failed`), questions without an answer (`unanswered`, of a live swarm ' +
      'only), messages without a type (`untyped`); may be repeated, all must hold.',
    schema: { type: 'array', items: { type: 'string', enum: [...messageState.options] } },
    example: ['failed'],
  },
);

const pathId = (description: string, example: string) =>
  parameter(
    (given, refuse) => {
      try {
        return decodeURIComponent(given.at(-1) ?? '');
      } catch {
        return refuse('must be percent-encoded UTF-8.');
      }
    },
    { in: 'path', description, schema: { type: 'string' }, required: true, example },
  );

const filepath = parameter(
  // Kept exactly as written: a path may begin or end with a blank.
  (given, refuse) => given.at(-1) || refuse('is missing: name the path as its lock spells it.'),
  {
    description: 'The path as its lock spells it, letter for letter.',
    schema: { type: 'string' },
    required: true,
    example: 'src/cart/totals.ts',
  },
);

const points = parameter(
  (given, refuse) => {
    const value = readText(given, refuse);
    if (typeof value !== 'string') return value ?? POINTS.usual;
    if (!/^[+-]?\d+$/.test(value)) return refuse('must be a whole number.');
    return Math.min(Math.max(Number(value), POINTS.least), POINTS.most);
  },
  {
    description:
      `Into how many steps the span is divided, ${POINTS.least} to ${POINTS.most} (the nearest of these where it is ` +
      'beyond them): as many as there are columns to draw.',
    schema: { type: 'integer', default: POINTS.usual },
  },
);

const grouping = (description: string, initial?: UsageGrouping) =>
  parameter(
    (given, refuse) => {
      const value = readText(given, refuse);
      if (typeof value !== 'string') return value ?? initial;
      const read = usageGrouping.safeParse(value);
      return read.success ? read.data : refuse(`must be ${usageGrouping.options.join(', ')}.`);
    },
    {
      description,
      schema: { type: 'string', enum: [...usageGrouping.options], ...(initial && { default: initial }) },
    },
  );

const takenText = parameter(
  (given, refuse) => {
    const read = bundleText.safeParse(readText(given, refuse) ?? 'keep');
    return read.success ? read.data : refuse('must be keep or blank.');
  },
  {
    description: '`keep`: texts of people and agents are included. `blank`: each is replaced by its length.',
    schema: { type: 'string', enum: [...bundleText.options], default: 'keep' },
  },
);

/**
 * The last id that a client saw, from its header or, for clients that cannot set one, from the query; any text: an id
 * that is not valid is answered by a fresh start.
 */
const lastSeen = (place: 'header' | 'query', description: string) =>
  parameter((given) => given[0] || null, {
    in: place,
    description,
    schema: { type: 'string' },
    example: 'k3v9q2mxw7ra.1284',
  });

interface RequestedSpan {
  since?: number | undefined;
  until?: number | undefined;
}

/** A fault takes the place of its value until all are collected. */
const isRead = (value: unknown): value is number => typeof value === 'number';

/** The last hour by default, or another length in milliseconds. */
function resolveSpan(span: RequestedSpan, now: number, length = HOUR_MS): TimeSpan {
  const until = isRead(span.until) ? span.until : now;
  return { since: isRead(span.since) ? span.since : Math.max(until - length, YEAR_0), until };
}

/** Rules about several parameters are checked even where one is faulty, so that all faults are reported at once. */
const ALWAYS = { when: () => true };

function fault(context: z.core.$RefinementCtx, name: string, message: string): void {
  context.addIssue({ code: 'custom', path: [name], message, params: { code: 'invalid_parameter' } });
}

const PLACES = ['before', 'after', 'around'] as const;

/** Instants are read in a zone and compared with a clock, which the caller provides. */
function timedSchemas({ readInstant, now }: Clock) {
  const instant = (description: string, more: Pick<About, 'required' | 'example'> = {}, missing?: string) =>
    parameter(
      (given, refuse) => {
        const value = readText(given, refuse);
        if (typeof value !== 'string') return value === undefined && missing ? refuse(missing) : value;
        // A plus sign that was not percent-encoded arrives as a blank.
        const read = readInstant(value.replace(/ (?=\d{2}:?\d{2}$)/, '+'));
        return read ?? refuse('must be a time in ISO 8601, such as 2026-01-30T12:00:00+00:00.');
      },
      {
        description: `${description} ISO 8601; without an offset it is read in the zone of the swarm's log.`,
        schema: { type: 'string', format: 'date-time' },
        ...more,
      },
    );

  const span = {
    until: instant('The end of the span, included; now if absent.'),
    since: instant('The beginning of the span, included; an hour before its end if absent.'),
  };
  const inOrder = (values: RequestedSpan, context: z.core.$RefinementCtx) => {
    const { since, until } = resolveSpan(values, now());
    if (since > until) fault(context, 'since', 'must not be later than until.');
  };

  return {
    messages: z
      .object({
        limit: limit(1_000, 'messages'),
        since: instant('Only messages sent at this time or later.'),
        until: instant('Only messages sent at this time or earlier.'),
        q: search,
        agent: agentName('Only messages from or to this agent.', 'agent-1'),
        sender: agentName('Only messages from this agent.', 'agent-0'),
        recipient: agentName('Only messages to this agent.', 'agent-1'),
        msg_id: text('Only messages with this id in the log. Ids may repeat.', 'b5c3f0a2-58f8-4c58-a7f9-4a3dd9d2b0c1'),
        type: typeNames('Only messages of one of these types; may be repeated.', ['QUESTION', 'BLOCKED']),
        not_type: typeNames('No messages of these types; may be repeated.', ['INFO']),
        only: messageStates,
        before: cursor('A cursor: the newest messages before it.'),
        after: cursor('A cursor: the oldest messages after it.'),
        around: cursor('A cursor: a page around that message.'),
      })
      .superRefine((values, context) => {
        const [first, ...others] = PLACES.filter((name) => values[name] !== undefined);
        for (const name of others) {
          fault(context, name, `cannot be combined with ${first}; give one of ${PLACES.join(', ')}.`);
        }
      }, ALWAYS)
      .transform(({ limit, before, after, around, ...filter }) => ({ limit, filter, before, after, around })),

    state: z
      .object({
        at: instant(
          'The moment.',
          { required: true, example: '2026-02-03T09:12:00+00:00' },
          'is missing: name the moment, in ISO 8601.',
        ),
      })
      .superRefine(({ at }, context) => {
        if (!isRead(at) || at <= now() + MAX_AHEAD_MS) return;
        const elsewhere = 'GET /api/agents and others have the present state';
        fault(context, 'at', `is in the future, about which nothing is known yet; ${elsewhere}.`);
      }, ALWAYS)
      .transform(({ at }) => ({ at: Math.min(at as number, now()) })),

    timeline: z
      .object({
        ...span,
        points,
        agent: agentName('Only this lane.', 'agent-1'),
        after_agent: agentName('Only the lanes after this agent: `next_agent` of the previous answer.', 'agent-1'),
      })
      .superRefine(inOrder, ALWAYS)
      .transform(({ points, agent, after_agent, ...rest }) => ({
        ...resolveSpan(rest, now()),
        steps: points,
        agent,
        after: after_agent,
      })),

    talk: z
      .object(span)
      .superRefine(inOrder, ALWAYS)
      .transform((values) => resolveSpan(values, now())),

    usage: z
      .object({
        until: span.until,
        since: instant('The beginning of the span, included; a day before its end if absent.'),
        by: grouping('What each row sums up.', 'agent'),
        part: grouping('A second grouping, for each pair a row: for a chart of one by the other.'),
      })
      .superRefine((values, context) => {
        const { since, until } = resolveSpan(values, now(), DAY_MS);
        if (since > until) fault(context, 'since', 'must not be later than until.');
        if (values.part === values.by) fault(context, 'part', 'must differ from by.');
      }, ALWAYS)
      .transform(({ by, part, ...rest }) => ({ ...resolveSpan(rest, now(), DAY_MS), by: by ?? 'agent', part })),

    actions: z
      .object({
        limit: limit(500, 'commands'),
        since: instant('Only commands from this time or later.'),
        until: instant('Only commands from this time or earlier.'),
        agent: agentName('Only commands about this agent.', 'agent-1'),
        before: cursor('A cursor: the newest commands before it, `next_cursor` of an answer.'),
        after: cursor('A cursor: the oldest commands after it, `previous_cursor` of an answer.'),
      })
      .superRefine(({ before, after }, context) => {
        if (before !== undefined && after !== undefined) {
          fault(context, 'after', 'cannot be combined with before; give one of before, after.');
        }
      }, ALWAYS)
      .transform((values) => values),

    bundle: z
      .object({
        since: instant(
          'The beginning of the span, included.',
          { required: true, example: '2026-02-03T08:00:00+00:00' },
          'is missing: name the beginning of the span.',
        ),
        until: instant('The end of the span, included; now if absent or later than now.'),
        text: takenText,
      })
      .superRefine(({ since, until }, context) => {
        if (!isRead(since)) return;
        if (since > (isRead(until) ? until : now())) fault(context, 'since', 'must not be after until.');
        else if (since > now()) fault(context, 'since', 'is in the future, about which nothing is known yet.');
      }, ALWAYS)
      .transform(({ since, until, text }) => ({
        since: since as number,
        until: Math.min(until ?? now(), now()),
        text,
      })),
  };
}

const page = {
  limit: limit(500, 'spans'),
  before: cursor('A cursor: the spans before it, `previous_cursor` of an answer.'),
};

/** A page of locks begins after a lock file, so it stays correct whatever is locked and released meanwhile. */
const lockCursor = parameter(
  (given, refuse) => {
    const value = given.at(-1);
    if (value === undefined || value === '') return undefined;
    return parseLockCursor(value) ?? refuse('must be next_cursor of a page of locks.', 'malformed_cursor');
  },
  { description: 'A cursor: the locks after it, `next_cursor` of a page.', schema: { type: 'string' } },
);

const timeless = {
  locks: z
    .object({
      limit: limit(1_000, 'locks'),
      cursor: lockCursor,
      holder: text('Only locks of this agent.', 'agent-1'),
    })
    .transform(({ limit, cursor, holder }) => ({ limit, after: cursor, holder })),
  agentHistory: z
    .object({
      id: pathId(
        `The id of the agent, percent-encoded: any text, slashes included. \`${AGENT_HISTORY_BY_QUERY_PATH}?id=\` accepts ids that no path can contain.`,
        'agent-1',
      ),
      ...page,
    })
    .transform((values) => values),
  agentHistoryByQuery: z.object({ id: queryId, ...page }).transform((values) => values),
  attentionItem: z
    .object({
      id: pathId('The id of the item, percent-encoded: it may contain slashes and quotes.', 'agent_dead:agent-4'),
    })
    .transform((values) => values),
  outgoingMessage: z
    .object({
      id: pathId(
        'The `id` of the message, as the answer to its sending gave it.',
        '6f1c2a0e-9d9c-4d0c-8a3e-1a8a6f0d2b11',
      ),
      recipient: agentName('Only the delivery to this agent; all of them if absent.', 'agent-2'),
    })
    .transform(({ id, recipient }) => ({ id, recipient: recipient ?? null })),
  workMemory: z
    .object({ agent: agentName('Whose memory is read; only the list of agents if absent.', 'agent-1') })
    .transform(({ agent }) => ({ agent: agent ?? null })),
  agentGit: z.object({ id: pathId('The id of the agent, percent-encoded.', 'agent-1') }).transform((values) => values),
  permission: z.object({ id: pathId('The id of the permission request.', 'p-4f1c') }).transform((values) => values),
  task: z.object({ id: pathId('The `key` of the task, percent-encoded.', 'task:4f1c') }).transform((values) => values),
  lockHistory: z
    .object({ filepath, holder: agentName('Only locks of this holder.', 'agent-1'), ...page })
    .transform((values) => values),
  stream: z
    .object({
      'Last-Event-ID': lastSeen(
        'header',
        'The id of the last event that was received. The messages after it are sent, exactly once and in order.',
      ),
      last_event_id: lastSeen('query', 'The same, for clients that cannot set headers. The header takes precedence.'),
    })
    .transform((values) => ({ lastEventId: values['Last-Event-ID'] ?? values.last_event_id })),
};

/**
 * The schemas of all parameters. Each takes the values of its parameters, those given under one name as a list, and
 * returns the query, with times in milliseconds since 1970.
 */
export function requestSchemas(clock: Clock) {
  return { ...timeless, ...timedSchemas(clock) };
}

export type RequestSchemas = ReturnType<typeof requestSchemas>;
