/** The runtime where no swarm was found: gives every answer, without content. */

import type { AcksAnswer } from '../contract/acks-schemas';
import type { ActionsAnswer } from '../contract/action-schemas';
import type { UsageAnswer } from '../contract/claude-schemas';
import { missingSources, NO_SUM } from '../contract/defaults';
import { EMPTY_STATES } from '../contract/empty-states';
import type { SwarmState } from '../contract/events';
import { formatCursor } from '../contract/events';
import { formatInstant } from '../contract/instant';
import type { LockHistory, PastState, TalkAnswer, TimelineAnswer, WaitingAnswer } from '../contract/past-schemas';
import type { Health, LocksAnswer, Stats } from '../contract/schemas';
import type { PastStates, States } from '../contract/state';
import { Hub } from '../hub/hub';
import { messagesAnswer } from '../queries/messages';
import { type Answer, type Json, type PastQuestion, QueryRefused, type Questions } from '../queries/questions';
import { type LockPageQuery, locksPage } from '../rules/lock-pages';
import { statistics } from '../rules/stats';
import { type Figures, type MessageQuery, NO_FIGURES, type Runtime } from './swarm';

const EPOCH = 'none';
const REASON = 'No swarm was found. Start the dashboard with the folder of one, or set CLAUDESWARM_ROOT.';

export class NoSwarm implements Runtime {
  readonly root = null;
  readonly bundle = null;
  readonly simulated = false;
  readonly startedAt = Date.now();
  readonly actions = null;
  readonly terminals = null;
  readonly work = null;
  readonly git = null;
  readonly hub: Hub;
  readonly #version: string;

  constructor(version: string) {
    this.#version = version;
    this.hub = new Hub({ source: { after: async () => [] }, freshStats: () => this.#stats() });
    this.hub.open(EPOCH, [], 1);
    this.hub.setStates(this.#states());
  }

  async ready(): Promise<void> {}

  async messages(query: MessageQuery): Promise<Json> {
    const place = query.before ?? query.after ?? query.around;
    if (place && (place.epoch !== EPOCH || place.seq !== 0)) {
      throw new QueryRefused('gone_cursor', 'No swarm was found, so no cursor is valid. Retry without a cursor.');
    }
    return messagesAnswer([], query.limit, { next: formatCursor(EPOCH, 0), previous: null });
  }

  longestLocks(): null {
    return null;
  }

  locks(query: LockPageQuery): LocksAnswer {
    return locksPage([], EMPTY_STATES.locks, query, (lock) => lock);
  }

  async past<Name extends PastQuestion>(name: Name, query: Questions[Name]['query']): Promise<Answer<Name>> {
    if ('before' in query && query.before)
      throw new QueryRefused('gone_cursor', 'No swarm was found, so no cursor is valid. Retry without a cursor.');
    const answers: { [Asked in PastQuestion]: (query: Questions[Asked]['query']) => Answer<Asked> } = {
      state: ({ at }) => JSON.stringify(this.#stateAt(at)),
      timeline: ({ since, until }) => JSON.stringify(emptyTimeline(since, until)),
      talk: ({ since, until }) => JSON.stringify(emptyTalk(since, until)),
      agent_history: () => null,
      usage: (query) => JSON.stringify(emptyUsage(query)),
      lock_history: ({ filepath }) => JSON.stringify(emptyLockHistory(filepath)),
      actions: noActions,
      bundle_size: nothingToExport,
      bundle: nothingToExport,
    };
    return answers[name](query);
  }

  async stats(): Promise<string | null> {
    return this.hub.freshStats();
  }

  health(): Health {
    return {
      status: 'healthy',
      timestamp: formatInstant(Date.now()),
      files: { agents: false, messages: false, locks_dir: false },
      sources: Object.fromEntries(Object.keys(EMPTY_STATES.sources).map((name) => [name, 'missing'])),
      history: { mode: 'memory', role: 'follower' },
      backlog: null,
      uptime_seconds: Math.round((Date.now() - this.startedAt) / 1000),
      version: this.#version,
    };
  }

  async decide(): Promise<never> {
    const start = 'start the dashboard with the folder of one, or set CLAUDESWARM_ROOT';
    throw new QueryRefused('not_live', `No swarm was found, so nothing can be acknowledged or snoozed; ${start}.`);
  }

  takeHook(): void {}

  alerts(): readonly [] {
    return [];
  }

  waiting(): WaitingAnswer {
    return { edges: [], cycles: [] };
  }

  acks(): AcksAnswer {
    return { acks: [], faults: [] };
  }

  figures(): Figures {
    return NO_FIGURES;
  }

  firstState(): SwarmState {
    return {
      ...this.#states(),
      messages: [],
      lastEventId: formatCursor(EPOCH, 0),
      gap: false,
      replacing: false,
      heardAt: formatInstant(Date.now()),
    };
  }

  async stop(): Promise<void> {
    this.hub.close();
  }

  #stateAt(at: number): PastState {
    const messages = { messages: [], count: 0, limit: 50, next_cursor: formatCursor(EPOCH, 0), previous_cursor: null };
    return {
      at: formatInstant(at),
      unknown: [],
      known_since: null,
      known: { agents: false, locks: false, messages: false, tasks: false },
      ...this.#pastStates(),
      messages,
    };
  }

  #stats(): Stats {
    return statistics(EMPTY_STATES.agents, EMPTY_STATES.locks, null, this.startedAt, Date.now());
  }

  #pastStates(): PastStates {
    const { usage: _usage, ...states } = this.#states();
    return states;
  }

  #states(): States {
    const sources = missingSources(REASON, formatInstant(this.startedAt));
    return { ...EMPTY_STATES, stats: this.#stats(), sources };
  }
}

function emptyTimeline(since: number, until: number): TimelineAnswer {
  return {
    since: formatInstant(since),
    until: formatInstant(until),
    step_ms: 1000,
    message_step_ms: 1000,
    known_since: null,
    first_message_at: null,
    agents: [],
    health: [],
    activity: [],
    locks: [],
    earlier_locks: [],
    messages: [],
    actions: [],
    tasks: [],
    unknown: [],
    totals: { messages: 0, lock_spans: 0, health_spans: 0 },
    next_agent: null,
  };
}

function noActions({ after }: Questions['actions']['query']): string {
  if (after)
    throw new QueryRefused('gone_cursor', 'No swarm was found, so no cursor is valid. Retry without a cursor.');
  return JSON.stringify({ actions: [], next_cursor: null, previous_cursor: null } satisfies ActionsAnswer);
}

function emptyUsage({ since, until, by, part }: Questions['usage']['query']): UsageAnswer {
  return {
    ...{ since: formatInstant(since), until: formatInstant(until), by, part: part ?? null, zone: 'UTC' },
    ...{ estimated: true, rows: [], periods: [], count: 0, total: NO_SUM, unknown_models: [], progress: null },
  };
}

function emptyTalk(since: number, until: number): TalkAnswer {
  return { since: formatInstant(since), until: formatInstant(until), pairs: [], count: 0 };
}

function emptyLockHistory(filepath: string): LockHistory {
  return { filepath, spans: [], count: 0, previous_cursor: null };
}

function nothingToExport(): never {
  throw new QueryRefused('unavailable', 'No swarm was found, so there is nothing to export.');
}
