/** The shape of a bundle: an exported time range as one file, which another dashboard can open. */
import { z } from 'zod';
import { pastState } from './past-schemas';
import { instant, stats } from './schemas';

export const BUNDLE_FORMAT = 'claude-swarm-bundle';
/** Rises with every change that an older dashboard cannot read. */
export const BUNDLE_VERSION = 3;
/** The bounds of one file, which a browser saves and a dashboard reads as a whole. */
export const MAX_BUNDLED = { messages: 200_000, entries: 1_000_000 };

/** Whether the bundle contains the texts of people and agents, or only their lengths. */
export const bundleText = z.enum(['keep', 'blank']);

const journalKind = z.enum(['agent', 'lock', 'source', 'server', 'attention', 'registry', 'task']);

/** A thing after a change; null where it was gone. */
const body = z.record(z.string(), z.unknown());

/** Milliseconds since 1970, in the years 0 to 9999: the instants of the API have four digits for them. */
const moment = z.int().min(-62_167_219_200_000).max(253_402_300_799_999);

/** The spans that lie, in part or whole, within the range; times in milliseconds since 1970. */
const bundledSpan = z.object({
  kind: z.enum(['health', 'activity', 'lock', 'unknown']),
  subject: z.string(),
  agent: z.string(),
  path: z.string(),
  value: z.string(),
  detail: z.string().nullable(),
  since: moment,
  until: moment.nullable(),
  ended: z.enum(['released', 'expired', 'taken_over', 'changed', 'unseen']).nullable(),
});

const bundledEntry = z.object({
  id: z.int().positive(),
  at: moment,
  kind: journalKind,
  subject: z.string(),
  body: body.nullable(),
});

const bundledMessage = z.object({
  seq: z.int().positive(),
  sent_at: instant,
  line: z
    .string()
    .regex(/^\{[^\n\r]*\}$/)
    .describe('The line of the log, unchanged unless texts are blanked.'),
  team: z.string().optional().describe('The agent team of Claude Code whose message it is; absent for one of the log.'),
});

/** A command about the range; without its client, whose address names no one in the swarm. */
const bundledAction = z.object({
  id: z.int().positive(),
  at: moment,
  ended_at: moment.nullable(),
  principal: z.string().nullable(),
  action: z.string(),
  target: z.string().nullable(),
  agent: z.string().nullable(),
  request: z.unknown(),
  outcome: z.string(),
  detail: z.string().nullable(),
});

const count = z.int().nonnegative();

export const bundle = z
  .object({
    format: z.literal(BUNDLE_FORMAT),
    version: z.literal(BUNDLE_VERSION),
    made_at: instant,
    made_by: z.string().describe('The version of the dashboard.'),
    name: z.string().describe('The last part of the path of the project.'),
    since: instant,
    until: instant,
    text: bundleText,
    epoch: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/),
    /** The whole state at `since`, as `GET /api/state` answers it. */
    state: pastState,
    known_since: instant
      .nullable()
      .describe('The first moment in the span at which agents and locks are known; null if they never are.'),
    things: z
      .partialRecord(journalKind, z.record(z.string(), body))
      .nullable()
      .describe('The state at `known_since` as the journal stores it: bodies by kind and subject.'),
    entry: z.int().nonnegative().describe('The journal entry after which `things` is the state.'),
    spans: z.array(bundledSpan),
    journal: z.array(bundledEntry).max(MAX_BUNDLED.entries),
    messages: z
      .array(bundledMessage)
      .max(2 * MAX_BUNDLED.messages)
      .describe('In order. Messages before `since` are the newest ones at that moment.'),
    actions: z
      .array(bundledAction)
      .optional()
      .describe('The commands of the range. Absent in files of dashboards that had none.'),
    missing: z
      .object({ spans: count, entries: count, messages: count, actions: count.optional() })
      .optional()
      .describe('How much was pruned from the history during the export; absent if nothing was.'),
  })
  .meta({ id: 'Bundle' });

/** The second version has no tasks. Of its state only the counts are read, in which other types may be absent. */
export const secondBundle = bundle.extend({
  version: z.literal(2),
  state: z.looseObject({ stats: stats.extend({ other_type_count: count.default(0) }) }),
});

/** The first version: its state lacks fields that were added since; only the counts of it are read. */
export const firstBundle = bundle.extend({
  version: z.literal(1),
  state: z.looseObject({ stats: stats.partial({ failed_deliveries_open: true }) }),
});

export type Bundle = z.infer<typeof bundle>;
export type BundleText = z.infer<typeof bundleText>;
export type BundledSpan = z.infer<typeof bundledSpan>;
export type BundledAction = z.infer<typeof bundledAction>;
export type BundledEntry = z.infer<typeof bundledEntry>;
export type BundledMessage = z.infer<typeof bundledMessage>;
/** What a page shows about its bundle. */
export type BundleInfo = Pick<Bundle, 'since' | 'until' | 'text'>;
