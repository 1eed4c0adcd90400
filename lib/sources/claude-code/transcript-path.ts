/** Where Claude Code keeps the transcript of a session and those of its subagents. */
import { accessSync, constants, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const MAX_SLUG_LENGTH = 200;
/** A longer path is cut and ends with a hash that is not known here. */
const CUT_SLUG_END = /^-[0-9a-z]{6}$/;
/** Also keeps a session id from naming a file elsewhere. */
const SESSION_ID = /^[A-Za-z0-9-]{1,100}$/;
const SUBAGENT_FILE = /^agent-([A-Za-z0-9_-]{1,200})\.jsonl$/;

/** @returns the name of the folder for a working directory: each UTF-16 unit outside A-Z, a-z and 0-9 becomes `-` */
export function projectSlug(cwd: string): string {
  return cwd.replace(/[^A-Za-z0-9]/g, '-');
}

/**
 * Finds the transcript of a session: in the folder of its working directory, otherwise in any.
 *
 * @param folder Claude Code's own folder
 * @param everywhere whether to look into the folders of all projects too
 * @returns null if there is none yet
 */
export function findTranscript(
  folder: string,
  { sessionId, cwd }: { sessionId: string; cwd: string | null },
  everywhere: boolean,
): string | null {
  if (!SESSION_ID.test(sessionId)) return null;
  const projects = join(folder, 'projects');
  const slug = cwd === null ? null : projectSlug(cwd);
  const nearby = slug === null ? [] : slug.length <= MAX_SLUG_LENGTH ? [slug] : cutSlugs(projects, slug);
  const file = `${sessionId}.jsonl`;
  const found = nearby.find((name) => isFile(join(projects, name, file)));
  const name = found ?? (everywhere ? names(projects).find((other) => isFile(join(projects, other, file))) : undefined);
  return name === undefined ? null : join(projects, name, file);
}

/** @returns the transcripts of the subagents and in-process teammates of a session, by their ids */
export function subagentTranscripts(transcript: string): Map<string, string> {
  const folder = join(transcript.slice(0, -'.jsonl'.length), 'subagents');
  return new Map(
    names(folder).flatMap((name): [string, string][] => {
      const id = SUBAGENT_FILE.exec(name)?.[1];
      return id === undefined ? [] : [[id, join(folder, name)]];
    }),
  );
}

/** @returns the session and the subagent (null for the main agent) to which a transcript belongs, by its path */
export function transcriptOwner(path: string): { sessionId: string; subagentId: string | null } {
  const parts = path.split(/[\\/]/);
  const file = parts.at(-1) ?? '';
  const subagentId = parts.at(-2) === 'subagents' ? SUBAGENT_FILE.exec(file)?.[1] : undefined;
  if (subagentId !== undefined) return { sessionId: parts.at(-3) ?? '', subagentId };
  return { sessionId: file.replace(/\.jsonl$/, ''), subagentId: null };
}

/** @returns why a folder can't be listed; null if it can, or does not exist yet */
export function folderFault(folder: string): string | null {
  try {
    accessSync(`${folder}/`, constants.R_OK | constants.X_OK);
    return null;
  } catch (error) {
    const { code = 'unknown fault' } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' ? null : code;
  }
}

function cutSlugs(projects: string, slug: string): string[] {
  const begin = slug.slice(0, MAX_SLUG_LENGTH);
  return names(projects).filter((name) => name.startsWith(begin) && CUT_SLUG_END.test(name.slice(MAX_SLUG_LENGTH)));
}

function names(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // missing or unreadable: looked for again
  }
}

/** Links to files are not followed: one may be to a credential. */
function isFile(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
  } catch {
    return false; // not a folder, or not permitted
  }
}
