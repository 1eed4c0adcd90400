/** `CONFLICT_LOG.json` and `AGENT_CARDS.json` as the swarm's tool writes them (swarm-files.md §2, §7). */
import { renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { AGENT_CARDS_FILE } from '../sources/claudeswarm/agent-cards';
import { CONFLICT_LOG_FILE } from '../sources/claudeswarm/conflict-log';
import { formatUtc, pythonJsonIndented } from '../sources/claudeswarm/written-form';
import type { StoryAgent, StoryConflict } from './world';

/** The tool keeps all conflicts forever; a demo that runs for days should not. */
const MAX_CONFLICTS = 100;
/** Cards stay when their agents leave. */
const MAX_CARDS = 600;

interface KeptCard {
  agent: StoryAgent;
  availability: 'active' | 'busy' | 'offline';
  createdAt: number;
  updatedAt: number;
  /** It was written again when its agent first spoke. */
  confirmed: boolean;
}

export class Stores {
  readonly #root: string;
  readonly #conflicts = new Map<string, StoryConflict & { detectedAt: number; changedAt: number }>();
  readonly #cards = new Map<string, KeptCard>();
  /** What `flush` has to write: the time of the newest change by file. */
  readonly #changed = new Map<string, number>();

  constructor(root: string) {
    this.#root = root;
  }

  /** Sets the state of a conflict from now (milliseconds since 1970) on. */
  takeConflict(conflict: StoryConflict, now: number): void {
    const known = this.#conflicts.get(conflict.conflict_id);
    this.#conflicts.set(conflict.conflict_id, {
      ...conflict,
      detectedAt: known?.detectedAt ?? now,
      changedAt: now,
    });
    dropOldest(this.#conflicts, MAX_CONFLICTS);
    this.#changed.set(CONFLICT_LOG_FILE, now);
  }

  /** An agent introduces itself. */
  takeCard(agent: StoryAgent, now: number): void {
    this.#cards.set(agent.id, { agent, availability: 'active', createdAt: now, updatedAt: now, confirmed: false });
    dropOldest(this.#cards, MAX_CARDS);
    this.#changed.set(AGENT_CARDS_FILE, now);
  }

  /** An agent speaks: its first words show that the card under its id is its own, not that of a former agent. */
  confirmCard(agentId: string, now: number): void {
    const card = this.#cards.get(agentId);
    if (!card || card.confirmed) return;
    this.#cards.set(agentId, { ...card, confirmed: true, updatedAt: Math.max(now, card.updatedAt) });
    this.#changed.set(AGENT_CARDS_FILE, now);
  }

  /** An agent comes back or leaves. */
  takeAvailability(agentId: string, availability: KeptCard['availability'], now: number): void {
    const card = this.#cards.get(agentId);
    if (!card) return;
    this.#cards.set(agentId, { ...card, availability, updatedAt: now });
    this.#changed.set(AGENT_CARDS_FILE, now);
  }

  /** Replaces the files that changed. */
  flush(): void {
    for (const [name, now] of this.#changed) {
      const content = this.#contentOf(name);
      const file = path.join(this.#root, name);
      try {
        writeFileSync(`${file}.tmp`, pythonJsonIndented({ version: '1.0', updated_at: formatUtc(now), ...content }));
        renameSync(`${file}.tmp`, file);
      } catch (error) {
        // A missing root or a full disk: the swarm's tool warns and continues too.
        process.emitWarning(error instanceof Error ? error.message : String(error));
      }
    }
    this.#changed.clear();
  }

  #contentOf(name: string): object {
    return name === AGENT_CARDS_FILE ? { cards: this.#writtenCards() } : { conflicts: this.#writtenConflicts() };
  }

  #writtenCards(): object {
    return Object.fromEntries(
      [...this.#cards].map(([id, { agent, availability, createdAt, updatedAt }]) => [
        id,
        {
          agent_id: id,
          name: `The ${agent.role.name} agent`,
          description: `Works on ${agent.role.files[0]} and ${agent.role.files.length - 1} other files.`,
          skills: agent.role.skills,
          tools: ['Read', 'Edit', 'Bash'],
          availability,
          success_rates: Object.fromEntries(agent.role.skills.map((skill, index) => [skill, 0.9 - index * 0.05])),
          specializations: [agent.role.name],
          metadata: {},
          created_at: formatUtc(createdAt),
          updated_at: formatUtc(updatedAt),
        },
      ]),
    );
  }

  #writtenConflicts(): object[] {
    return [...this.#conflicts.values()].map(({ conflict_id, conflict_type, agents_involved, resource, ...rest }) => ({
      conflict_id,
      conflict_type,
      agents_involved,
      resource,
      detected_at: formatUtc(rest.detectedAt),
      status: rest.status,
      metadata: {},
      negotiations: [],
      ...(rest.status === 'resolved' && { resolution: resolutionOf(conflict_id, agents_involved, rest.changedAt) }),
    }));
  }
}

/** The agent that had it first keeps it until it is done. */
function resolutionOf(
  conflict_id: string,
  [requester, holder]: StoryConflict['agents_involved'],
  changedAt: number,
): object {
  return {
    conflict_id,
    strategy_used: 'timestamp',
    winner: holder,
    loser_action: 'wait',
    resolved_at: formatUtc(changedAt),
    reason: `${holder} had it first; ${requester} waits.`,
    automatic: true,
    metadata: {},
  };
}

function dropOldest(kept: Map<string, unknown>, most: number): void {
  const [oldest] = kept.keys();
  if (kept.size > most && oldest !== undefined) kept.delete(oldest);
}
