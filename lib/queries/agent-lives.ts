/** Finds the lives of an agent's id in the spans of its health. */
import { formatInstant } from '../contract/instant';
import { isAnotherLife, lifeParts } from '../contract/life';
import type { AgentLife } from '../contract/past-schemas';
import type { History } from '../history/history';
import { knownSince } from '../history/snapshots';
import { healthSpansOf, unknownSpans } from '../history/span-reader';
import type { SpanRow } from '../history/spans';
import { readInstant } from '../sources/claudeswarm/naive-time';

const MAX_LIVES = 50;

/** The first and the last span of one life. */
interface Stretch {
  first: SpanRow;
  last: SpanRow;
}

/**
 * @returns the known lives of an id, newest first, at most 50. The beginning of a life is known only if its first
 *   moment was observed, or if the entry itself states since when another process has the id.
 */
export function readLives({ db }: Pick<History, 'db'>, id: string): AgentLife[] {
  const stretches = stretchesOf(healthSpansOf(db, id));
  const newest = stretches.sort((one, other) => other.first.since - one.first.since).slice(0, MAX_LIVES);
  return newest.map(({ first, last }): AgentLife => {
    const { pid, pane_index, tmux_pane_id } = JSON.parse(last.detail ?? '{}') as Record<string, unknown>;
    return {
      life: last.path,
      pid: pid ?? null,
      pane_index: pane_index ?? null,
      tmux_pane_id: tmux_pane_id ?? null,
      since: beginningOf(db, first),
      until: last.until === null ? null : formatInstant(last.until),
    };
  });
}

/** @param spans oldest first; a registry that lists an id twice gives two rows of spans, which differ in `subject` */
function stretchesOf(spans: readonly SpanRow[]): Stretch[] {
  const stretches: Stretch[] = [];
  const current = new Map<string, Stretch>();
  for (const span of spans) {
    if (span.path === '') continue;
    const before = current.get(span.subject);
    if (before && !isAnotherLife(before.last.path, span.path)) {
      before.last = span;
      continue;
    }
    const begun = { first: span, last: span };
    current.set(span.subject, begun);
    stretches.push(begun);
  }
  return stretches;
}

function beginningOf(db: History['db'], { path, since }: SpanRow): string | null {
  const unseen = unknownSpans(db, since - 1, since - 1, knownSince(db)).some(
    ({ about }) => about === 'everything' || about === 'registry',
  );
  if (!unseen) return formatInstant(since);
  const began = readInstant(lifeParts(path).began, 'UTC');
  return began === null ? null : formatInstant(began.milliseconds);
}
