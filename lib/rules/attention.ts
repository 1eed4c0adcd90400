/**
 * The attention items: one pure function from facts to entries. Each rule states what a file, a message or a process
 * showed, never what that may mean; where a source cannot be read, nothing is concluded from its silence. The rules and
 * their severities are explained in docs/decisions/0020-attention.md.
 */

import { isHidden } from '../contract/attention-marks';
import { formatInstant } from '../contract/instant';
import type { AttentionAnswer, AttentionEntry } from '../contract/schemas';
import { SEVERITY_RANK } from '../contract/severity';
import type { Disposition, DispositionReview } from '../history/dispositions';
import { activityItems } from './attention-activity';
import { agentItems } from './attention-agents';
import { deadlockItems } from './attention-deadlocks';
import { applyDispositions } from './attention-dispositions';
import type { AttentionFacts, AttentionItem } from './attention-facts';
import { lockItems } from './attention-locks';
import { acknowledgementItems, deliveryItems, questionItems } from './attention-messages';
import { overlapItems } from './attention-overlaps';
import { sourceItems } from './attention-sources';
import { unlockedChangeItems } from './unlocked-changes';
import { unreadItems } from './unread-messages';
import { waitChains } from './wait-chains';

export type { AttentionFacts, AttentionLimits } from './attention-facts';

/** Nobody reads more, and a swarm with 10,000 stale locks must not cost megabytes at each change. */
const MAX_ENTRIES = 500;
const MAX_EVIDENCE = 50;

/** The entries, and which decisions about them have ended. */
interface Judgement extends DispositionReview {
  answer: AttentionAnswer;
}

/**
 * Computes the attention items of now, marked where somebody has acknowledged or snoozed them. Where not all can be
 * listed, marked items are left out first.
 *
 * @param dispositions the decisions so far; those that have ended are returned
 * @returns entries, deadlocks first, then worst first, then oldest; `count` counts all of them, the list has at most
 *   500
 */
export function judgeAttention(facts: AttentionFacts, dispositions: readonly Disposition[]): Judgement {
  const { entries, ...review } = applyDispositions(allEntries(facts), dispositions, facts.time);
  const hidden = entries.filter(isHidden);
  const answer = {
    attention: listed(entries, entries.length - hidden.length),
    count: entries.length,
    hidden_count: hidden.length,
    hidden_critical_count: hidden.filter(({ severity }) => severity === 'critical').length,
    chains: waitChains(facts, entries),
  };
  return { answer, ...review };
}

/** @param open how many of the entries are neither acknowledged nor snoozed */
function listed(entries: readonly AttentionEntry[], open: number): AttentionEntry[] {
  if (entries.length <= MAX_ENTRIES) return [...entries];
  let room = Math.max(0, MAX_ENTRIES - open);
  return entries.filter((entry) => !isHidden(entry) || room-- > 0).slice(0, MAX_ENTRIES);
}

function allEntries(facts: AttentionFacts): AttentionEntry[] {
  const items = [
    ...deadlockItems(facts.waiting, facts.startedAt),
    ...sourceItems(facts),
    ...activityItems(facts),
    ...agentItems(facts),
    ...lockItems(facts),
    ...overlapItems(facts),
    ...questionItems(facts),
    ...deliveryItems(facts),
    ...acknowledgementItems(facts),
    ...unreadItems(facts),
    ...unlockedChangeItems(facts),
  ];
  // A file may list the same thing twice.
  const byId = new Map(items.map((item) => [`${item.kind}:${item.key}`, item]));
  return [...byId.values()].sort(worseFirst).map(toAttentionEntry);
}

function worseFirst(one: AttentionItem, other: AttentionItem): number {
  const worse = itemRank(one) - itemRank(other);
  return worse || one.since - other.since || (one.key < other.key ? -1 : 1);
}

function itemRank({ kind, severity }: AttentionItem): number {
  return kind === 'deadlock' ? -1 : SEVERITY_RANK[severity];
}

function toAttentionEntry({
  kind,
  key,
  severity,
  since,
  subject,
  agent,
  reason,
  why,
  evidence,
}: AttentionItem): AttentionEntry {
  const list = (names: readonly string[] = []) => [...new Set(names)].slice(0, MAX_EVIDENCE);
  return {
    id: `${kind}:${key}`,
    kind,
    severity,
    since: formatInstant(since),
    subject,
    reason,
    evidence: {
      agents: list(evidence.agents),
      locks: list(evidence.locks),
      messages: list(evidence.messages),
      sources: list(evidence.sources),
    },
    why,
    group: `${kind}:${agent ?? subject}`,
    acknowledged: null,
    snoozed: null,
  };
}
