/** What Claude Code's own files add to an agent and to a swarm: sessions, activity and usage. */
import { z } from 'zod';
import { instant } from './instant-schema';

/** What a session says of itself, as this version or another of Claude Code writes it: unknown words are passed on. */
export const agentSession = z.object({
  session_id: z.string().nullable(),
  name: z.string().nullable(),
  version: z.string().nullable(),
  kind: z.string().nullable().describe('`interactive` or `bg`, as written.'),
  status: z
    .string()
    .nullable()
    .describe(
      'As written: `idle`, `busy`, `waiting`, `shell`; null before the first, and while its file is unreadable.',
    ),
  waiting_for: z.string().nullable().describe('As written, such as `permission prompt`; null unless it waits.'),
  status_since: instant.nullable(),
  model: z.string().nullable().describe('Of the newest answer in its transcript; null if none is known.'),
  permission_mode: z.string().nullable(),
  cwd: z.string().nullable(),
  git_branch: z.string().nullable(),
  entrypoint: z.string().nullable(),
});

export const activityState = z.enum(['working', 'waiting', 'blocked', 'idle', 'shell', 'unknown']);

/** What an agent does, as far as there is evidence. */
export const agentActivity = z.object({
  state: activityState,
  since: instant.nullable().describe('Since when; null if that is not known.'),
  reason: z.string().describe('One plain sentence: the evidence.'),
  source: z
    .enum(['session', 'transcript', 'swarm', 'hook', 'team', 'none'])
    .describe('Where the evidence is from: a session file, a transcript, the messages, a hook, a team, or nowhere.'),
});

/** What the transcript of a session says, kept in memory only. */
export const agentWork = z.object({
  tool: z
    .object({ name: z.string(), input: z.string().describe('At most 200 characters.'), since: instant.nullable() })
    .nullable()
    .describe('The tool that runs now; null if none is known.'),
  permission: z
    .object({ tool: z.string(), input: z.string().describe('An excerpt.'), since: instant.nullable() })
    .nullable()
    .describe('The permission that it asks for, as a hook reported it; null without hooks and where several are open.'),
  failure: z
    .object({ kind: z.string(), details: z.string().nullable(), at: instant.nullable() })
    .nullable()
    .describe('Why its newest turn failed, as a hook reported it.'),
  last_prompt: z.object({ text: z.string(), at: instant.nullable() }).nullable().describe('An excerpt.'),
  last_answer: z.object({ text: z.string(), at: instant.nullable() }).nullable().describe('An excerpt.'),
  context_tokens: z.int().nonnegative().nullable().describe('Tokens in the context of the newest answer.'),
  context_percent: z.number().nullable().describe('Of the context window of its model; null if that is not known.'),
  asks: z.boolean().describe('Its newest turn ended with a question to the person.'),
  last_turn_ms: z.number().nullable(),
  errors: z.int().nonnegative().describe('API errors since the transcript is followed.'),
  compactions: z.int().nonnegative(),
  subagents: z.array(
    z.object({
      id: z.string(),
      type: z.string().nullable(),
      description: z.string().nullable(),
      finished: z.boolean().describe('It no longer runs.'),
    }),
  ),
});

export const usageTokens = z.object({
  input: z.int().nonnegative(),
  output: z.int().nonnegative(),
  cache_read: z.int().nonnegative(),
  cache_write_5m: z.int().nonnegative(),
  cache_write_1h: z.int().nonnegative(),
});

/** Tokens and an estimated cost of several answers. */
export const usageSum = z.object({
  messages: z.int().nonnegative(),
  tokens: usageTokens,
  cost_usd: z.number().nullable().describe('An estimate of the priced tokens; null if no model has a known price.'),
  unpriced_tokens: z.int().nonnegative().describe('Tokens of models without a known price, not part of `cost_usd`.'),
});

export const usageRow = usageSum.extend({
  key: z.string().nullable().describe('The agent, model, day or hour; null if it is not known.'),
  part: z.string().nullable().optional().describe('The second grouping, if one was asked for.'),
  since: instant.nullable().describe('The beginning of the day or hour; null for an agent or a model.'),
});

export const usageGrouping = z.enum(['agent', 'model', 'day', 'hour']);

const unknownModels = z.array(z.string()).describe('Models without a known price, at most 100.');

/** Tokens and cost in a time range. */
export const usageAnswer = z
  .object({
    since: instant,
    until: instant,
    by: usageGrouping,
    part: usageGrouping.nullable().describe('The second grouping; null without one.'),
    zone: z.string().describe('The zone of days and hours.'),
    estimated: z.literal(true).describe('Costs are estimates from list prices.'),
    rows: z.array(usageRow).describe('In order of time, else the largest first; at most 5000.'),
    periods: z
      .array(instant)
      .describe(
        'The beginning of each day or hour in the range, also without usage; the newest 1000. Empty without one.',
      ),
    count: z.int().describe('The number of all rows; `total` includes those that are left out.'),
    total: usageSum,
    unknown_models: unknownModels,
    progress: z
      .object({ read_bytes: z.int(), total_bytes: z.int() })
      .nullable()
      .describe('While transcripts are read for the first time; null once they are read.'),
  })
  .meta({ id: 'UsageAnswer' });

/** The kind of state `usage`: what the tiles and the details of agents show. */
export const usageState = z
  .object({
    estimated: z.literal(true).describe('Costs are estimates from list prices.'),
    today: usageSum.describe('Since midnight in the zone of the server.'),
    since_start: usageSum.describe('Since the history began.'),
    agents: z
      .array(z.object({ id: z.string(), today: usageSum, since_start: usageSum }))
      .describe('At most 200, the largest cost first. Usage of unknown agents is in the sums alone.'),
    unknown_models: unknownModels,
    progress: z
      .object({ read_bytes: z.int(), total_bytes: z.int() })
      .nullable()
      .describe('While transcripts are read for the first time: the figures still grow. Null once they are read.'),
  })
  .meta({ id: 'Usage' });

export type AgentSession = z.infer<typeof agentSession>;
export type ActivityState = z.infer<typeof activityState>;
export type AgentActivity = z.infer<typeof agentActivity>;
export type AgentWork = z.infer<typeof agentWork>;
export type UsageSum = z.infer<typeof usageSum>;
export type UsageRow = z.infer<typeof usageRow>;
export type UsageAnswer = z.infer<typeof usageAnswer>;
export type UsageGrouping = z.infer<typeof usageGrouping>;
export type UsageState = z.infer<typeof usageState>;
