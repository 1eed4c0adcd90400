/**
 * Attention items about sources: files that the dashboard cannot read, or no longer can, and a zone that does not fit.
 */

import { formatInstant } from '../contract/instant';
import type { AttentionSeverity, Source, SourceState, Sources, ZoneSource } from '../contract/schemas';
import { PENDING_ACKS_FILE } from '../sources/claudeswarm/pending-acks';
import { MESSAGES_IN_A_ROW } from '../sources/claudeswarm/zone-mismatch';
import type { AttentionFacts, AttentionItem } from './attention-facts';

/**
 * Files that are being replaced, and disks with short faults, are unreadable for a moment: nobody has to act on that.
 */
const SOURCE_SETTLES_MS = 2000;
const SETTLES = `longer than ${SOURCE_SETTLES_MS / 1000} s`;

/** A source as its reader describes it. Times are milliseconds since 1970. */
interface ReadSource {
  name: string;
  state: SourceState;
  reason: string | null;
  since: number;
  keptFrom: number | null;
}

/** @returns one item for each source that is unreadable, degraded or gone, and one for a doubtful zone */
export function sourceItems({
  sources,
  pendingAcks,
  stores,
  unresolved,
  waiting,
  startedAt,
  time,
}: AttentionFacts): AttentionItem[] {
  const { zone, ...others } = sources;
  const read = Object.entries(others).map(([name, { state, reason, since, kept_from }]: [string, Source]) => {
    return {
      name,
      state,
      reason,
      since: Date.parse(since),
      keptFrom: kept_from === null ? null : Date.parse(kept_from),
    };
  });
  const files = Object.entries({ [PENDING_ACKS_FILE]: pendingAcks.status, ...stores });
  const found = [...read, ...files.map(([name, status]) => ({ name, ...status }))].flatMap((source) => {
    return isFault(source) && time.isDue(source.since + SOURCE_SETTLES_MS) ? [sourceItem(source, sources)] : [];
  });
  if (zone?.state === 'degraded') found.push(zoneItem(zone));
  if (unresolved.cut > 0) found.push(cutItem(unresolved.cut, startedAt));
  if (waiting.truncated) found.push(manyWaitsItem(startedAt));
  return found;
}

/** A file that was never there is not a fault; one that vanished is. */
function isFault({ state, keptFrom }: ReadSource): boolean {
  return state === 'unreadable' || state === 'degraded' || (state === 'missing' && keptFrom !== null);
}

function sourceItem(source: ReadSource, sources: Sources): AttentionItem {
  const { name, state, since, keptFrom } = source;
  const reason = source.reason ?? `${name} can't be read.`;
  const kept = keptFrom === null ? [] : [`It was last read at ${formatInstant(keptFrom)}.`];
  return {
    kind: 'source_unreadable',
    severity: sourceSeverity(source, sources),
    key: name,
    since,
    subject: name,
    reason,
    why: { rule: RULES[state], facts: [reason, ...kept], threshold: SETTLES, setting: null },
    evidence: { sources: [name] },
  };
}

const RULES: Readonly<Record<SourceState, string>> = {
  ok: 'The source can be read.',
  unreadable: 'A source that cannot be read is listed, because its present content is unknown.',
  degraded: 'A source is listed if only a part of it can be used.',
  missing: 'A source that existed and is gone is listed, because the data shown from it is old.',
};

function zoneItem({ reason, since, zone, suggested }: ZoneSource): AttentionItem {
  return {
    kind: 'zone_mismatch',
    severity: 'notice',
    key: 'zone',
    since: Date.parse(since),
    subject: 'zone',
    reason: reason ?? `The log is read in the zone ${zone}, which does not fit.`,
    why: {
      // Without messages as evidence, only the server's own zone can be wrong.
      rule:
        suggested === null
          ? "The zone is in doubt when the server's setting names none that fits the clock of its system."
          : 'The zone is in doubt when the naive times of live messages lie whole quarters of an hour off their arrival.',
      facts: [`The log is read in the zone ${zone}.`, ...(suggested === null ? [] : [`${suggested} would fit.`])],
      threshold: suggested === null ? null : `${MESSAGES_IN_A_ROW} messages in a row`,
      setting: 'SWARM_TZ',
    },
    evidence: { sources: ['zone'] },
  };
}

function cutItem(cut: number, startedAt: number): AttentionItem {
  const reason = `More questions and failed deliveries are open than are watched; the oldest ${cut} are not listed.`;
  return {
    kind: 'source_unreadable',
    severity: 'notice',
    key: 'open-matters',
    since: startedAt,
    subject: 'log',
    reason,
    why: {
      rule: 'Unresolved messages beyond those that the dashboard watches are counted, so that none is missed in silence.',
      facts: [`${cut} are not watched.`],
      threshold: null,
      setting: null,
    },
    evidence: { sources: ['log'] },
  };
}

function manyWaitsItem(startedAt: number): AttentionItem {
  return {
    kind: 'source_unreadable',
    severity: 'notice',
    key: 'waits',
    since: startedAt,
    subject: 'waits',
    reason: 'More agents wait for each other than are listed: there may be deadlocks that are not found.',
    why: {
      rule: 'Waits and deadlocks beyond those that the dashboard searches are mentioned, so that none is missed in silence.',
      facts: ['At most 2,000 waits and 50 deadlocks are listed.'],
      threshold: null,
      setting: null,
    },
    evidence: {},
  };
}

/**
 * Without the critical sources the page shows nothing; with a history in memory or default settings it still shows the
 * swarm.
 */
function sourceSeverity({ name, state }: ReadSource, sources: Sources): AttentionSeverity {
  if (state === 'missing') return name === 'registry' ? 'critical' : name === 'locks' ? 'warning' : 'notice';
  if (state === 'unreadable') return ['registry', 'locks', 'log'].includes(name) ? 'critical' : 'warning';
  return name === 'history' && sources.history.mode === 'memory' ? 'warning' : 'notice';
}
