/** Attention items about sources: what the dashboard cannot read, or no longer can. */
import { type AttentionFacts, type AttentionItem, NO_WHY } from './attention-facts';
import type { AttentionSeverity, Source, Sources } from './contract/schemas';
import { PENDING_ACKS_FILE } from './swarm/pending-acks';

/** Files that are being replaced, and disks that hiccup, are unreadable for a moment: that is no matter for a person. */
const SOURCE_SETTLES_MS = 2000;

export function sourceItems({
  sources,
  pendingAcks,
  stores,
  matters,
  startedAt,
  time,
}: AttentionFacts): AttentionItem[] {
  const read = Object.entries(sources).map(([name, source]: [string, Source]) => {
    const { state, reason, since } = source;
    return { name, state, reason, since: Date.parse(since) };
  });
  const files = Object.entries({ [PENDING_ACKS_FILE]: pendingAcks.status, ...stores });
  const found = [...read, ...files.map(([name, status]) => ({ name, ...status }))].flatMap(
    (source): AttentionItem[] => {
      const { name, state, reason, since } = source;
      if ((state !== 'unreadable' && state !== 'degraded') || !time.reached(since + SOURCE_SETTLES_MS)) return [];
      const severity = sourceSeverity(name, state, sources);
      const known = { why: NO_WHY, key: name, since, subject: name, evidence: { sources: [name] } };
      return [{ kind: 'source_unreadable', severity, reason: reason ?? `${name} can't be read.`, ...known }];
    },
  );
  if (matters.cut > 0) {
    const reason = `More questions and failed deliveries are open than are watched; the oldest ${matters.cut} were let go.`;
    const cut = {
      why: NO_WHY,
      key: 'open-matters',
      since: startedAt,
      subject: 'log',
      reason,
      evidence: { sources: ['log'] },
    };
    found.push({ kind: 'source_unreadable', severity: 'notice', ...cut });
  }
  return found;
}

/** Without these the page is blind; a history in memory or settings at their defaults still show the swarm. */
function sourceSeverity(name: string, state: 'unreadable' | 'degraded', sources: Sources): AttentionSeverity {
  if (state === 'unreadable') return ['registry', 'locks', 'log'].includes(name) ? 'critical' : 'warning';
  return name === 'history' && sources.history.mode === 'memory' ? 'warning' : 'notice';
}
