/** The bodies of commands about locks, and their answers. */
import { z } from 'zod';
import { MAX_PATTERN_BYTES } from './fnmatch';
import { lock } from './schemas';

const MAX_AGENT_ID_LENGTH = 64;
const MAX_REASON_LENGTH = 512;
const MAX_TIMEOUT_SECONDS = 3600;
/** The names of files in the folder of locks; no file system allows longer ones. */
const LOCK_FILE = /^[^/\0]{1,250}\.lock$/;
/** The largest number of locks that an answer about a clean-up lists. */
export const MAX_CLEANED_LOCKS = 1000;

/** An agent id as the swarm's own tool accepts it. */
const agentId = z
  .string({ error: 'must be a text.' })
  .trim()
  .max(MAX_AGENT_ID_LENGTH, { error: `must have at most ${MAX_AGENT_ID_LENGTH} characters.` })
  .regex(/^(?!-)[A-Za-z0-9_-]+(?<!-)$/, {
    error: 'must consist of letters, digits, "-" and "_", and must not begin or end with "-".',
  })
  .meta({ description: 'The agent on whose behalf this is done.' });

const filepath = z
  .string({ error: 'must be a text.' })
  .refine(isUnicode, { error: 'must be valid Unicode.' })
  .refine((path) => new TextEncoder().encode(path).length <= MAX_PATTERN_BYTES, {
    error: `must have at most ${MAX_PATTERN_BYTES} bytes.`,
  })
  .meta({
    description:
      'A path or a pattern, relative to the root or absolute. It is taken as it is, without the changes that the command ' +
      'line of the swarm makes first (composed letters, `/` for a backslash). A relative and an absolute spelling are ' +
      'different locks.',
  });

/** Half of a surrogate pair has no UTF-8 form, so no file name and no lock can contain one. */
function isUnicode(text: string): boolean {
  return !/\p{Surrogate}/u.test(text);
}

export const acquireLockBody = z
  .object({
    agent_id: agentId,
    filepath,
    reason: z
      .string({ error: 'must be a text.' })
      .refine(isUnicode, { error: 'must be valid Unicode.' })
      .refine((text) => [...text].length <= MAX_REASON_LENGTH, {
        error: `must have at most ${MAX_REASON_LENGTH} characters.`,
      })
      .default(''),
    timeout_seconds: z
      .int({ error: 'must be a whole number.' })
      .min(1, { error: 'must be from 1 to 3600.' })
      .max(MAX_TIMEOUT_SECONDS, { error: 'must be from 1 to 3600.' })
      .optional()
      .describe("A lock of another agent that is older is taken over. The swarm's own setting if absent."),
  })
  .meta({ id: 'AcquireLock' });

const releaseOwn = z
  .object({
    agent_id: agentId,
    filepath,
    force: z.literal(false, { error: 'must be true, false or absent.' }).optional(),
  })
  .meta({ id: 'ReleaseOwnLock' });

const releaseByForce = z
  .object({
    force: z.literal(true),
    lock_file: z
      .string({ error: 'must be a text.' })
      .regex(LOCK_FILE, { error: 'must be the name of a lock file, as GET /api/locks gives it.' }),
    expected: z
      .object(
        { agent_id: z.unknown(), locked_at: z.unknown() },
        { error: 'must have agent_id and locked_at of the lock, as GET /api/locks gives them, or be null.' },
      )
      .nullable()
      .describe('The lock is removed only if its file still has these; null: only if the file contains no lock.'),
  })
  .meta({ id: 'ReleaseLockByForce' });

export const releaseLockBody = z
  .discriminatedUnion('force', [releaseOwn, releaseByForce], { error: 'must be true, false or absent.' })
  // A discriminator of OpenAPI is a text that is always there.
  .meta({
    override: ({ jsonSchema }: { jsonSchema: Record<string, unknown> }) => {
      delete jsonSchema.discriminator;
    },
  });

export const cleanUpLocksBody = z
  .object({
    dry_run: z.boolean({ error: 'must be true or false.' }).default(false).describe('Only list what would be removed.'),
  })
  .nullable()
  .meta({ id: 'CleanUpLocks', description: 'May be empty.' });

export const acquireLockAnswer = z
  .object({
    lock,
    outcome: z
      .enum(['acquired', 'refreshed'])
      .describe('`refreshed`: the agent had it already. Its time and reason are new.'),
    replaced: z.array(lock).describe('Locks of others past the timeout that were in the way and are removed.'),
  })
  .meta({ id: 'AcquiredLock' });

export const releaseLockAnswer = z
  .object({ outcome: z.enum(['released', 'not_held']).describe('`not_held`: there was no such lock (any more).') })
  .meta({ id: 'ReleasedLock' });

export const cleanUpLocksAnswer = z
  .object({
    dry_run: z.boolean(),
    locks: z.array(lock).describe(`The locks past the timeout, at most ${MAX_CLEANED_LOCKS}.`),
    count: z.int().describe('The number of all of them, including those that are not listed.'),
    kept: z.array(lock).describe('Those of them that changed before they could be removed, and so are still there.'),
  })
  .meta({ id: 'CleanedUpLocks' });

export type AcquireLockBody = z.output<typeof acquireLockBody>;
export type ReleaseLockBody = z.output<typeof releaseLockBody>;
export type CleanUpLocksBody = z.output<typeof cleanUpLocksBody>;
export type AcquireLockAnswer = z.infer<typeof acquireLockAnswer>;
export type ReleaseLockAnswer = z.infer<typeof releaseLockAnswer>;
export type CleanUpLocksAnswer = z.infer<typeof cleanUpLocksAnswer>;
