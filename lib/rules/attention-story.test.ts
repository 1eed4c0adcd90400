import assert from 'node:assert/strict';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { attention } from '../../test/support/attention-fixtures';
import { MixedStage } from '../../test/support/mixed-stage';
import { MIXED_STORY_SECONDS, MixedStory } from '../../test/support/mixed-story';
import { blockedItem, deadlockItem, lostLockItem, sourceItem } from '../../test/support/mixed-truth';
import { type MixedWorld, type SaidMessage, STALE_LOCK_SECONDS } from '../../test/support/mixed-world';
import { waiting } from '../../test/support/waits';
import { formatInstant } from '../contract/instant';
import type { AttentionEntry, Source, Sources } from '../contract/schemas';
import { NewestSenders } from '../recorder/newest-senders';
import { LocksReader } from '../sources/claudeswarm/locks';
import { readInstant, readMicroseconds } from '../sources/claudeswarm/naive-time';
import { PendingAcksReader } from '../sources/claudeswarm/pending-acks';
import { RegistryReader } from '../sources/claudeswarm/registry';
import type { Observation, ProcessObserver } from '../sources/processes/process-observer';
import { ProcessTable } from '../sources/processes/processes';
import type { ReaderStatus } from '../sources/source-status';
import { SwarmDescription } from '../swarms/description';
import { DeadlineClock } from './deadline-clock';
import { UnresolvedTracker } from './unresolved-messages';

const MINUTE = 60_000;
const LIMITS = {
  questionFromMs: 5 * MINUTE,
  unreadFromMs: 10 * MINUTE,
  questionUntilMs: 24 * 60 * MINUTE,
  deliveryUntilMs: 30 * MINUTE,
  ackOverdueMs: MINUTE,
};

/** The messages as the rules get them; the file of the log is written too. */
class FedStage extends MixedStage {
  onSaid: (message: SaidMessage) => void = () => {};

  override said(message: SaidMessage): void {
    super.said(message);
    this.onSaid(message);
  }
}

/** The dashboard's own readers and rules over the files of a root, with the clock and the processes of the story. */
class Dashboard {
  now: number;
  readonly #startedAt: number;
  readonly #registry: RegistryReader;
  readonly #locks: LocksReader;
  readonly #acks: PendingAcksReader;
  readonly #processes: ProcessTable;
  readonly #description: SwarmDescription;
  readonly #unresolved: UnresolvedTracker;
  readonly #senders: NewestSenders;
  #open = { epoch: 'story', questions: [], failures: [], awaiting: [], cut: 0 } as NonNullable<
    ReturnType<UnresolvedTracker['changes']>
  >;
  #seq = 0;

  constructor(root: string, startedAt: number, world: () => MixedWorld) {
    const now = () => this.now;
    this.now = startedAt;
    this.#startedAt = startedAt;
    this.#registry = new RegistryReader(root, now);
    this.#locks = new LocksReader(root, now);
    this.#acks = new PendingAcksReader(root, null, now);
    this.#processes = new ProcessTable({ observer: observerOf(world, startedAt), now });
    const config = { staleThresholdSeconds: 60, lockStaleTimeoutSeconds: STALE_LOCK_SECONDS };
    const readers = { registry: this.#registry, locks: this.#locks, processes: this.#processes };
    this.#description = new SwarmDescription({ root, ...readers, cards: { cards: new Map() }, config });
    const readTime = (timestamp: unknown) => readInstant(timestamp)?.milliseconds ?? null;
    const openFor = { questionsMs: LIMITS.questionUntilMs, failuresMs: LIMITS.deliveryUntilMs };
    this.#unresolved = new UnresolvedTracker({ ...openFor, readTime, now });
    this.#senders = new NewestSenders(
      (timestamp) => readMicroseconds(timestamp),
      (_seq, step) => step(),
      now,
    );
  }

  /** Feeds the line of a message to the rules as the recorder does. */
  feed(line: Record<string, unknown>): void {
    this.#seq += 1;
    this.#senders.note(this.#seq, line);
    this.#unresolved.feed(this.#seq, line);
  }

  /** @returns the answers of the rules at this instant */
  async refresh(now: number): Promise<readonly AttentionEntry[]> {
    this.now = now;
    this.#registry.refresh();
    this.#acks.refresh();
    await this.#locks.refresh('all');
    this.#processes.refresh(this.#description.lives.pids(this.#registry.registry));
    this.#description.describe(new Map(this.#senders.list()), now, true);
    this.#open = this.#unresolved.changes('story') ?? this.#open;
    const { agents, locks, overlaps } = this.#description;
    const facts = {
      agents: agents.agents,
      departed: agents.departed,
      locks: locks.locks,
      overlaps,
      sources: this.#sources(),
      unresolved: this.#open,
      time: new DeadlineClock(now),
    };
    const shown = waiting({
      ...facts,
      tasks: [],
      conflicts: [],
      acks: this.#acks.acks,
      questionFromMs: LIMITS.questionFromMs,
    });
    return attention({
      ...facts,
      pendingAcks: this.#acks,
      stores: {},
      waiting: shown,
      staleTimeoutSeconds: STALE_LOCK_SECONDS,
      limits: LIMITS,
      startedAt: this.#startedAt,
    }).attention;
  }

  /** The names of a critical item in the words of the story. */
  itemNames({ kind, id, evidence, subject }: AttentionEntry): string[] {
    if (kind === 'deadlock') return [deadlockItem(evidence.agents)];
    if (kind === 'blocked_unanswered') return [blockedItem(id.slice('blocked_unanswered:'.length))];
    if (kind === 'source_unreadable') return [sourceItem(subject)];
    const locks = new Map(this.#description.locks.locks.map((lock) => [lock.lock_file, lock]));
    return evidence.locks.map((name) => {
      const lock = locks.get(name);
      return lostLockItem(String(lock?.agent_id), String(lock?.filepath));
    });
  }

  /** The described locks and agents, for the message of a failure. */
  describe(): string {
    const { agents, locks } = this.#description;
    const said = agents.agents.map(
      ({ id, pid, status, health, health_reason }) => `${id} ${pid} ${status} ${health}: ${health_reason}`,
    );
    const left = agents.departed.map(
      ({ id, pid, health, left_reason }) => `departed ${id} ${pid} ${health}: ${left_reason}`,
    );
    const held = locks.locks.map(
      ({ agent_id, filepath, orphaned, former_holder }) =>
        `${agent_id} ${filepath} orphaned ${orphaned} ${JSON.stringify(former_holder)}`,
    );
    return [...said, ...left, ...held].join('\n');
  }

  #sources(): Sources {
    const [registry, locks] = [this.#registry.status, this.#locks.status].map(sourceOf) as [Source, Source];
    const well = {
      state: 'ok' as const,
      reason: null,
      since: formatInstant(this.#startedAt),
      kept_from: null,
      skipped: [],
    };
    return {
      ...{ registry, locks, config: well, claude_code: well, hooks: well, watcher: { ...well, mode: 'events' } },
      log: { ...well, gaps: 0, losses: [], unterminated_tail: null, backlog: null },
      history: { ...well, mode: 'file', role: 'recorder' },
      zone: { ...well, zone: 'UTC', suggested: null },
    };
  }
}

function sourceOf({ since, keptFrom, ...status }: ReaderStatus): Source {
  return { ...status, since: formatInstant(since), kept_from: keptFrom === null ? null : formatInstant(keptFrom) };
}

/** Observes the processes of the story as if the system ran them. */
function observerOf(world: () => MixedWorld, origin: number): ProcessObserver {
  const known = new Map<number, MixedWorld['panes'][number]['process']>();
  return {
    intervalMs: 900,
    observe(pids) {
      for (const { process } of world().panes) known.set(process.pid, process);
      return new Map(
        pids.map((pid): [number, Observation] => {
          const process = known.get(pid);
          if (process && !process.visible) return [pid, 'other_user'];
          if (!process?.shellRuns) return [pid, 'gone'];
          const claude =
            process.claude === 'exited' ? null : { pid: pid + 1, suspended: process.claude === 'suspended' };
          const startedAt = origin + process.startedAt * 1000;
          return [pid, { startedAt, startId: process.startedAt * 100, isShell: true, mayRunClaude: false, claude }];
        }),
      );
    },
  };
}

interface Difference {
  second: number;
  missing: string[];
  wrong: string[];
  shown: string[];
  due: string[];
  state: string;
}

async function play(seed: number, seconds = MIXED_STORY_SECONDS) {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'mixed-')));
  // The files' own times are of now, so the story takes place before now.
  const origin = Math.floor(Date.now() / 1000) * 1000 - (MIXED_STORY_SECONDS + 60) * 1000;
  const stage = new FedStage(root, origin);
  try {
    const story = new MixedStory(seed, stage);
    const dashboard = new Dashboard(root, origin, () => story.world);
    stage.onSaid = () => dashboard.feed(stage.lastLine);
    let first: Difference | null = null;
    const differing: number[] = [];
    const kinds = new Map<string, number>();
    for (let second = 1; second <= seconds; second += 1) {
      story.act();
      await dashboard.refresh(origin + second * 1000 - 400);
      const due = story.endSecond();
      const shown = await dashboard.refresh(origin + second * 1000);
      const critical = shown.filter(({ severity }) => severity === 'critical');
      const names = critical.flatMap((entry) => dashboard.itemNames(entry)).sort();
      for (const name of due) kinds.set(name.split(' ')[0] ?? '', (kinds.get(name.split(' ')[0] ?? '') ?? 0) + 1);
      if (names.join() === due.join()) continue;
      differing.push(second);
      const missing = due.filter((name) => !names.includes(name));
      const wrong = names.filter((name) => !due.includes(name));
      first ??= { second, missing, wrong, shown: names, due, state: dashboard.describe() };
    }
    return { story, first, differing, kinds };
  } finally {
    stage.close();
    rmSync(root, { recursive: true, force: true });
  }
}

describe('mixed story', () => {
  for (const seed of [1, 2, 3]) {
    it(`attention(): at each second of 20 minutes the critical items are those that are due (seed ${seed})`, async () => {
      const { story, first, differing, kinds } = await play(seed);
      assert.ok(
        first === null,
        first === null
          ? ''
          : `second ${first.second} is the first of ${differing.length} that differ\nmissing: ${first.missing.join(', ')}\nwrong: ${first.wrong.join(', ')}\ntold: ${first.shown.join(', ')}\ndue: ${first.due.join(', ')}\n${first.state}`,
      );
      for (const kind of ['blocked', 'lost', 'deadlock', 'source']) assert.ok((kinds.get(kind) ?? 0) > 10, kind);
      assert.ok(story.played.size >= 12, [...story.played.keys()].join());
    });
  }

  it('act(): equal seeds play equal stories', () => {
    const shown = [1, 1, 2].map((seed) => {
      const heard: unknown[] = [];
      const note = (what: string) => (fact: unknown) => heard.push([what, structuredClone(fact)]);
      const story = new MixedStory(seed, {
        ...{
          registryWritten: note('registry'),
          lockTaken: note('lock'),
          lockRemoved: note('removed'),
          said: note('said'),
        },
        ...{
          ackAwaited: note('ack'),
          ackSettled: note('settled'),
          faultBegun: note('fault'),
          faultEnded: note('mended'),
        },
      });
      for (let second = 1; second <= 300; second += 1) {
        story.act();
        heard.push(story.endSecond());
      }
      return heard;
    });
    assert.deepEqual(shown[0], shown[1]);
    assert.notDeepEqual(shown[0], shown[2]);
  });
});
