/** The shape of a bundle: what happened in a span of time as one file, to be opened again elsewhere. */
import { z } from 'zod';
import { pastState } from './past-schemas';
import { instant, stats } from './schemas';

export const BUNDLE_FORMAT = 'claude-swarm-bundle';
/** Rises with every change that an older dashboard can't read. */
export const BUNDLE_VERSION = 2;
/** What one file may hold; a browser saves it and a dashboard reads it in one go. */
export const MAX_BUNDLED = { messages: 200_000, entries: 1_000_000 };

/** Whether what people and agents wrote stands in it, or only how long it was. */
export const bundleText = z.enum(['keep', 'blank']);

const journalKind = z.enum(['agent', 'lock', 'source', 'server', 'attention', 'registry']);

/** How a thing stood after a change; null where it had gone. */
const body = z.record(z.string(), z.unknown());

/** Milliseconds since 1970, in the years 0 to 9999: the instants of the API have four digits for them. */
const moment = z.int().min(-62_167_219_200_000).max(253_402_300_799_999);

/** What had lasted, in part or whole, within the span; times in milliseconds since 1970. */
const bundledSpan = z.object({
  kind: z.enum(['health', 'lock', 'unknown']),
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
    .describe(
      'The line of the log, letter for letter unless texts are blank: it is given on as the object that it is.',
    ),
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
    /** The whole state at `since`, as `GET /api/state` gives it. */
    state: pastState.partial({ known: true }),
    known_since: instant
      .nullable()
      .describe('Since when, in the span, agents and locks are known; null if they are not.'),
    things: z
      .partialRecord(journalKind, z.record(z.string(), body))
      .nullable()
      .describe("The journal's own form of the state at `known_since`: bodies by kind and subject."),
    entry: z.int().nonnegative().describe('The entry of the journal that `things` stand after.'),
    spans: z.array(bundledSpan),
    journal: z.array(bundledEntry).max(MAX_BUNDLED.entries),
    messages: z
      .array(bundledMessage)
      .max(2 * MAX_BUNDLED.messages)
      .describe('In order; those before `since` are the newest of that moment.'),
    missing: z
      .object({ spans: count, entries: count, messages: count })
      .optional()
      .describe('How much of it was dropped from the history while the bundle was made; absent where nothing was.'),
  })
  .meta({ id: 'Bundle' });

/** The first version: its state lacks what was added since. Of that only the counts are read. */
export const firstBundle = bundle.extend({
  version: z.literal(1),
  state: z.looseObject({ stats: stats.partial({ failed_deliveries_open: true }) }),
});

export type Bundle = z.infer<typeof bundle>;
export type BundleText = z.infer<typeof bundleText>;
export type BundledSpan = z.infer<typeof bundledSpan>;
export type BundledEntry = z.infer<typeof bundledEntry>;
export type BundledMessage = z.infer<typeof bundledMessage>;
/** What a page says of the bundle that it shows. */
export type BundleInfo = Pick<Bundle, 'since' | 'until' | 'text'>;
