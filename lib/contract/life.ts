/**
 * Lives of an agent's id: the time in which one process in one pane has it. A life is named by its key, a text built
 * from the registry's pid and pane and, where another process is known to have had the id before, from the beginning of
 * the life.
 */

/** The parts of a key; '' where the registry has no value, null where no change of process is known. */
export interface LifeParts {
  pid: string;
  pane: string;
  began: string | null;
}

/** Fields of the registry may be any JSON; longer ones are cut in the key. */
const MAX_PART_LENGTH = 80;

interface LifeFields {
  pid?: unknown;
  tmux_pane_id?: unknown;
  pane_index?: unknown;
  life_began_at?: string | null | undefined;
}

/**
 * @param agent an entry of the registry as described or journaled
 * @returns the key of its life: `41231@%2`, or `41231@%2#<since>`; '' where neither process nor pane is known
 */
export function lifeKey({ pid, tmux_pane_id, pane_index, life_began_at }: LifeFields): string {
  const place = `${partText(pid)}@${partText(tmux_pane_id ?? pane_index)}`;
  if (life_began_at != null) return `${place}#${life_began_at}`;
  return place === '@' ? '' : place;
}

/** @returns the parts of a key; empty ones for a text that is not a key */
export function lifeParts(key: string): LifeParts {
  const [, pid = '', pane = '', began = null] = /^([^@]*)@([^#]*)(?:#(.*))?$/s.exec(key) ?? [];
  return { pid, pane, began: began ?? null };
}

/**
 * Whether two keys name different lives. A part that one of them lacks is not evidence: a restarted server no longer
 * knows since when a process has its id.
 */
export function isAnotherLife(earlier: string, later: string): boolean {
  if (earlier === later || earlier === '' || later === '') return false;
  const [before, after] = [lifeParts(earlier), lifeParts(later)];
  const differ = (one: string, other: string) => one !== '' && other !== '' && one !== other;
  if (differ(before.pid, after.pid)) return true;
  // An index and a pane id are two names, which may be of one pane.
  if (before.pane.startsWith('%') === after.pane.startsWith('%') && differ(before.pane, after.pane)) return true;
  return after.began !== null && after.began !== before.began;
}

/** Characters that separate parts are replaced, so that `lifeParts` can read the key. */
function partText(value: unknown): string {
  if (value === undefined || value === null) return '';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.slice(0, MAX_PART_LENGTH).replace(/[@#]/g, '_');
}
