/** The part of the outbox for one receiver: its attention items, its rate limit, and the state of its post. */
import type Database from 'better-sqlite3';
import type { KeptPost } from '../../contract/alert-schemas';
import { isHidden } from '../../contract/attention-marks';
import type { AttentionEntry } from '../../contract/schemas';

/** A receiver of alerts. */
export interface OutboxReceiver {
  name: string;
  wants(entry: AttentionEntry): boolean;
  /** An item must exist for this time before it is sent. */
  minimumAgeMs: number;
  /** Whether ends of items are sent too. */
  resolved: boolean;
  limitPerMinute: number;
}

/** What a receiver knows about an attention item. */
export interface TrackedItem {
  /** The item when it was first seen. */
  entry: AttentionEntry;
  firstSeen: number;
  /**
   * `seen`: not sent yet; `told`: sent as new; `ended`: kept, so that the alert gets another key if the item comes
   * back.
   */
  state: 'seen' | 'told' | 'ended';
  /**
   * How many times the item was sent as a new alert with this `entry.since`. The number is part of the alert's key, so
   * that each alert gets another one.
   */
  times: number;
  /** Since when it is missing, as seen by this process; milliseconds since 1970. */
  goneAt: number | null;
}

/** The state of one receiver, without its items and its queue. */
interface Kept {
  post: KeptPost | null;
  failing: { since: number; tries: number; reason: string; lost: boolean } | null;
  delivered: number;
  failed: number;
  given_up: number;
  left_out: number;
  /** Alerts left out of the queue whose number was not sent yet. */
  untoldLeftOut: number;
}

const MINUTE_MS = 60_000;
const MAX_ENDED = 1000;

export class OutboxLane {
  receiver: OutboxReceiver;
  /** Items that exist, or did a moment ago, by their id. */
  readonly items = new Map<string, TrackedItem>();
  /** Ids of acknowledged or snoozed items: they are not sent as new for now. */
  readonly hidden = new Set<string>();
  readonly kept: Kept;
  /** The number of alerts in the queue. */
  waiting: number;
  /** Items that ended, the oldest first. */
  readonly #ended = new Map<string, TrackedItem>();
  /** Times at which the last posts were or will be sent, milliseconds since 1970. */
  #turns: number[] = [];
  readonly #statements;
  #saved: string;

  /** Reads the state of a receiver from the database. */
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

  /** Notes which items exist; what is sent about them is decided later, by time. */
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

  /** Remembers the end of an item that was sent for some time; forgets an item that was never sent. */
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

  /** @returns the number of posts that may still be sent in this minute */
  turnsLeft(now: number): number {
    this.#turns = this.#turns.filter((at) => at > now - MINUTE_MS);
    return Math.max(0, this.receiver.limitPerMinute - this.#turns.length);
  }

  /** Reserves the next time at or after `from` at which a post may be sent, and returns it. */
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
