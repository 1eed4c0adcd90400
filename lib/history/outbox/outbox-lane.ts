/** One receiver's part of the outbox: its matters, its place in the minute, and what is kept of its post. */
import type Database from 'better-sqlite3';
import type { KeptPost } from '../../contract/alert-schemas';
import { isHidden } from '../../contract/attention-marks';
import type { AttentionEntry } from '../../contract/schemas';

/** Whoever is told. */
export interface OutboxReceiver {
  name: string;
  wants(entry: AttentionEntry): boolean;
  /** How long a matter must stand before it is told. */
  minimumAgeMs: number;
  /** Whether it is told of ends. */
  resolved: boolean;
  limitPerMinute: number;
}

/** What a receiver knows of a matter. */
export interface TrackedItem {
  /** As it was when it was first seen. */
  entry: AttentionEntry;
  firstSeen: number;
  /** `seen`: too young to be told; `ended`: remembered, so that it is told under another key when it comes back. */
  state: 'seen' | 'told' | 'ended';
  /** How often it was told as new since the same instant. */
  times: number;
  /** Since when this process misses it. */
  goneAt: number | null;
}

/** Kept for one receiver, besides matters and queue. */
interface Kept {
  post: KeptPost | null;
  failing: { since: number; tries: number; reason: string; lost: boolean } | null;
  delivered: number;
  failed: number;
  given_up: number;
  left_out: number;
  /** Left out, and not yet said so in a post. */
  untoldLeftOut: number;
}

const MINUTE_MS = 60_000;
const MAX_ENDED = 1000;

export class OutboxLane {
  receiver: OutboxReceiver;
  /** Those that stand or did a moment ago, by the id of their entry. */
  readonly items = new Map<string, TrackedItem>();
  /** Those that somebody has acknowledged or snoozed: not told as new meanwhile. */
  readonly hidden = new Set<string>();
  readonly kept: Kept;
  /** How many alerts wait in the queue. */
  waiting: number;
  /** The oldest first. */
  readonly #ended = new Map<string, TrackedItem>();
  /** When the last posts were or will be sent. */
  #turns: number[] = [];
  readonly #statements;
  #saved: string;

  /** Reads what is kept for a receiver. */
  constructor(db: Database.Database, receiver: OutboxReceiver, now: number) {
    const { name } = receiver;
    this.receiver = receiver;
    this.#statements = {
      keep: db.prepare('INSERT OR REPLACE INTO alert_matters (receiver, matter, body) VALUES (?, ?, ?)'),
      forget: db.prepare('DELETE FROM alert_matters WHERE receiver = ? AND matter = ?'),
      save: db.prepare('INSERT OR REPLACE INTO alert_receivers (name, body) VALUES (?, ?)'),
    };
    const rows = db.prepare('SELECT matter, body FROM alert_matters WHERE receiver = ?').all(name) as {
      matter: string;
      body: string;
    }[];
    for (const { matter: id, body } of rows) {
      const item = JSON.parse(body) as TrackedItem;
      (item.state === 'ended' ? this.#ended : this.items).set(id, item);
    }
    const row = db.prepare('SELECT body FROM alert_receivers WHERE name = ?').get(name) as { body: string } | undefined;
    this.#saved = row?.body ?? '';
    this.kept = row ? (JSON.parse(row.body) as Kept) : fresh();
    if (this.kept.post) this.#turns.push(Math.max(now, this.kept.post.notBefore));
    const counted = db.prepare('SELECT COUNT(*) AS count FROM alert_queue WHERE receiver = ?').get(name);
    this.waiting = (counted as { count: number }).count;
    this.save();
  }

  /** Notes which matters stand; what is to be told of that, time decides. */
  observe(entries: readonly AttentionEntry[], complete: boolean, now: number): void {
    const present = new Set<string>();
    for (const entry of entries) {
      if (!this.receiver.wants(entry)) continue;
      present.add(entry.id);
      if (isHidden(entry)) this.hidden.add(entry.id);
      else this.hidden.delete(entry.id);
      const known = this.items.get(entry.id);
      if (known) known.goneAt = null;
      else this.#begin(entry, now);
    }
    if (!complete) return;
    for (const [id, item] of this.items) {
      if (present.has(id)) continue;
      if (item.state === 'told') item.goneAt ??= now;
      else this.end(id, item);
    }
  }

  keep(id: string, item: TrackedItem): void {
    this.items.set(id, item);
    this.#statements.keep.run(this.receiver.name, id, JSON.stringify({ ...item, goneAt: null }));
  }

  /** A matter that was told is remembered for a while, one that was not is forgotten. */
  end(id: string, item: TrackedItem): void {
    this.items.delete(id);
    this.hidden.delete(id);
    if (item.times === 0) {
      this.#statements.forget.run(this.receiver.name, id);
      return;
    }
    const ended: TrackedItem = { ...item, state: 'ended' };
    this.#ended.set(id, ended);
    this.#statements.keep.run(this.receiver.name, id, JSON.stringify(ended));
    const [oldest] = this.#ended.keys();
    if (this.#ended.size <= MAX_ENDED || oldest === undefined) return;
    this.#ended.delete(oldest);
    this.#statements.forget.run(this.receiver.name, oldest);
  }

  /** @returns how many posts may still be sent in this minute */
  turnsLeft(now: number): number {
    this.#turns = this.#turns.filter((at) => at > now - MINUTE_MS);
    return Math.max(0, this.receiver.limitPerMinute - this.#turns.length);
  }

  /** Takes the next turn at or after an instant. Returns when it is. */
  takeTurn(from: number): number {
    const last = this.#turns.at(-this.receiver.limitPerMinute);
    const at = last === undefined ? from : Math.max(from, last + MINUTE_MS);
    this.#turns.push(at);
    return at;
  }

  save(): void {
    const body = JSON.stringify(this.kept);
    if (body === this.#saved) return;
    this.#statements.save.run(this.receiver.name, body);
    this.#saved = body;
  }

  #begin(entry: AttentionEntry, now: number): void {
    const before = this.#ended.get(entry.id);
    this.#ended.delete(entry.id);
    const times = before?.entry.since === entry.since ? before.times : 0;
    this.keep(entry.id, { entry, firstSeen: now, state: 'seen', times, goneAt: null });
  }
}

function fresh(): Kept {
  return { post: null, failing: null, delivered: 0, failed: 0, given_up: 0, left_out: 0, untoldLeftOut: 0 };
}
