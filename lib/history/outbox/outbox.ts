/**
 * What is to be told beyond the page: which matters stand as told to each receiver, what waits, and the post under way.
 * Everything is committed before it is given out, so that a process that dies in between leaves nothing undone: its
 * successor posts the same again under the same key, and tells what came or went meanwhile.
 */
import { createHash } from 'node:crypto';
import type Database from 'better-sqlite3';
import type { KeptAlert, KeptPost, PostOutcome, ReceiverState } from '../../contract/alert-schemas';
import { formatInstant } from '../../contract/instant';
import type { AttentionEntry } from '../../contract/schemas';
import { OutboxLane, type OutboxReceiver, type TrackedItem } from './outbox-lane';

/** What files show is looked at once a second, some of it later: what is gone for a moment has not ended. */
const MIN_GONE_MS = 5000;
const MAX_WAITING = 1000;
const MAX_TOGETHER = 100;
const GIVE_UP_TIMEOUT_MS = 24 * 3_600_000;
const FIRST_PAUSE_MS = 1000;
const MAX_PAUSE_MS = 5 * 60_000;
/** So many tries fail before a person is told: one that is busy for a moment is none's matter. */
const TRIES_BEFORE_REPORT = 4;
const TABLES = ['alert_matters', 'alert_queue', 'alert_receivers'] as const;

export interface OutboxOptions {
  /** Tells this swarm from others of the same receiver; the same for as long as the swarm's folder is. */
  origin: string;
  receivers: readonly OutboxReceiver[];
  /** From 0 to 1; spreads the retries. */
  random?: () => number;
}

export class Outbox {
  readonly #db: Database.Database;
  readonly #origin: string;
  readonly #random: () => number;
  #lanes: readonly OutboxLane[] = [];
  readonly #statements;

  /** @throws what SQLite throws, here and everywhere below */
  constructor(db: Database.Database, { origin, receivers, random = Math.random }: OutboxOptions, now: number) {
    this.#db = db;
    this.#origin = origin;
    this.#random = random;
    this.#statements = {
      enqueue: db.prepare('INSERT INTO alert_queue (receiver, matter, event, body) VALUES (?, ?, ?, ?)'),
      oldest: db.prepare('SELECT id, body FROM alert_queue WHERE receiver = ? ORDER BY id LIMIT ?'),
      drop: db.prepare('DELETE FROM alert_queue WHERE id = ?'),
      pair: db.prepare(`SELECT began.id AS began, ended.id AS ended FROM alert_queue AS began
        JOIN alert_queue AS ended ON ended.receiver = began.receiver AND ended.matter = began.matter
          AND ended.id > began.id AND ended.event = 'resolved'
        WHERE began.receiver = ? AND began.event = 'new' ORDER BY began.id LIMIT 1`),
    };
    this.setReceivers(receivers, now);
  }

  /** From now on these are told, and what is kept for others is dropped. Who stays, by name, misses nothing. */
  setReceivers(receivers: readonly OutboxReceiver[], now: number): void {
    const db = this.#db;
    const known = new Map(this.#lanes.map((lane) => [lane.receiver.name, lane]));
    this.#lanes = db
      .transaction(() => {
        dropOthers(
          db,
          receivers.map(({ name }) => name),
        );
        return receivers.map((receiver) => {
          const lane = known.get(receiver.name) ?? new OutboxLane(db, receiver, now);
          lane.receiver = receiver;
          return lane;
        });
      })
      .immediate();
    this.advance(now);
  }

  /** Takes over what another outbox keeps: this one's tables then hold the same. To be called before it is made. */
  static carry(from: Database.Database, to: Database.Database): void {
    to.transaction(() => {
      for (const table of TABLES) {
        const rows = from.prepare(`SELECT * FROM ${table}`).all() as Record<string, unknown>[];
        to.exec(`DELETE FROM ${table}`);
        for (const row of rows) {
          const names = Object.keys(row);
          to.prepare(`INSERT INTO ${table} (${names}) VALUES (${names.map((name) => `@${name}`)})`).run(row);
        }
      }
    }).immediate();
  }

  /**
   * Takes what stands now.
   *
   * @param complete whether nothing else stands; else nothing is concluded from what is missing
   * @param now milliseconds since 1970, here and below
   */
  update(entries: readonly AttentionEntry[], complete: boolean, now: number): void {
    this.#db.transaction(() => {
      for (const lane of this.#lanes) lane.observe(entries, complete, now);
    })();
    this.advance(now);
  }

  /**
   * Does what is due by time: tells what has stood, or been gone, for long enough, and makes posts of what waits.
   *
   * @returns whether anything was
   */
  advance(now: number): boolean {
    const due = this.#lanes.filter((lane) => this.#isDue(lane, now));
    if (due.length === 0) return false;
    this.#db
      .transaction(() => {
        for (const lane of due) {
          for (const [id, item] of ripe(lane, now)) this.#notify(lane, id, item, now);
          this.#compose(lane, now);
          lane.save();
        }
      })
      .immediate();
    return true;
  }

  /** Notes how a try ended; one that is not of the post under way is passed over. */
  settle(receiver: string, key: string, outcome: PostOutcome, now: number): void {
    const lane = this.#lanes.find(({ receiver: { name } }) => name === receiver);
    const post = lane?.kept.post;
    if (!lane || !post || post.key !== key) return;
    const { kept } = lane;
    if (outcome.kind === 'delivered') {
      kept.delivered += post.alerts.length;
      kept.post = null;
      kept.failing = null;
    } else {
      kept.failed += 1;
      const { since, tries, lost } = kept.failing ?? { since: now, tries: 0, lost: false };
      const late = now - Date.parse(post.alerts.at(-1)?.at ?? '') > GIVE_UP_TIMEOUT_MS;
      const gaveUp = outcome.kind === 'refused' || late;
      kept.failing = { since, tries: tries + 1, reason: outcome.reason, lost: lost || gaveUp };
      if (gaveUp) {
        kept.given_up += post.alerts.length;
        kept.post = null;
      } else {
        const again = now + this.#pause(tries, outcome.kind === 'failed' ? outcome.retryAfterMs : null);
        kept.post = { ...post, tries: post.tries + 1, notBefore: lane.takeTurn(again) };
      }
    }
    lane.save();
    this.advance(now);
  }

  /** The post under way to each receiver, at most one each; the others wait for it. */
  posts(): KeptPost[] {
    return this.#lanes.flatMap(({ kept: { post } }) => (post ? [post] : []));
  }

  #isDue(lane: OutboxLane, now: number): boolean {
    if (!lane.kept.post && lane.waiting > 0 && lane.turnsLeft(now) > 0) return true;
    return !ripe(lane, now).next().done;
  }

  /** Puts the beginning or the end of a matter into the queue. */
  #notify(lane: OutboxLane, id: string, item: TrackedItem, now: number): void {
    const event = item.state === 'seen' ? 'new' : 'resolved';
    if (event === 'new') lane.keep(id, { ...item, state: 'told', times: item.times + 1 });
    else lane.end(id, { ...item, state: 'ended', goneAt: null });
    if (event === 'new' || lane.receiver.resolved) {
      const times = event === 'new' ? item.times + 1 : item.times;
      const key = hash(this.#origin, lane.receiver.name, id, item.entry.since, String(times), event);
      this.#enqueue(lane, { key, event, at: formatInstant(now), entry: item.entry });
    }
  }

  #enqueue(lane: OutboxLane, alert: KeptAlert): void {
    const { name } = lane.receiver;
    this.#statements.enqueue.run(name, alert.entry.id, alert.event, JSON.stringify(alert));
    lane.waiting += 1;
    if (lane.waiting <= MAX_WAITING) return;
    // What came and went is missed least.
    const pair = this.#statements.pair.get(name) as { began: number; ended: number } | undefined;
    const oldest = this.#statements.oldest.get(name, 1) as { id: number };
    const dropped = pair ? [pair.began, pair.ended] : [oldest.id];
    for (const id of dropped) this.#statements.drop.run(id);
    lane.waiting -= dropped.length;
    lane.kept.left_out += dropped.length;
    lane.kept.untoldLeftOut += dropped.length;
  }

  /** Makes a post of the oldest, or of many at once where there are more than turns left in this minute. */
  #compose(lane: OutboxLane, now: number): void {
    const turns = lane.turnsLeft(now);
    const { kept, receiver, waiting } = lane;
    if (kept.post || waiting === 0 || turns === 0) return;
    const count = waiting > turns ? MAX_TOGETHER : 1;
    const rows = this.#statements.oldest.all(receiver.name, count) as { id: number; body: string }[];
    for (const { id } of rows) this.#statements.drop.run(id);
    lane.waiting -= rows.length;
    const alerts = rows.map(({ body }) => JSON.parse(body) as KeptAlert);
    const keys = alerts.map(({ key }) => key);
    const key = keys.length === 1 ? (keys[0] as string) : hash(...keys);
    const notBefore = lane.takeTurn(now);
    kept.post = { receiver: receiver.name, key, alerts, leftOut: kept.untoldLeftOut, tries: 0, notBefore };
    kept.untoldLeftOut = 0;
  }

  #pause(tries: number, retryAfterMs: number | null): number {
    const longest = Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(tries, 20));
    const pause = longest * (0.5 + this.#random() / 2);
    return Math.min(Math.max(pause, retryAfterMs ?? 0), GIVE_UP_TIMEOUT_MS);
  }
}

/** How it goes with each receiver, as the database says: for the process that tells and for those that follow. */
export function receiverStates(db: Database.Database): ReceiverState[] {
  const rows = db
    .prepare(
      `SELECT name, body, (SELECT COUNT(*) FROM alert_queue WHERE receiver = name) AS waiting
        FROM alert_receivers ORDER BY name`,
    )
    .all() as { name: string; body: string; waiting: number }[];
  return rows.map(({ name, body, waiting }) => {
    const { delivered, failed, given_up, left_out, post, failing } = JSON.parse(body) as OutboxLane['kept'];
    const hasFailed = failing !== null && (failing.tries >= TRIES_BEFORE_REPORT || failing.lost);
    return {
      ...{ name, delivered, failed, given_up, left_out, queued: waiting + (post?.alerts.length ?? 0) },
      failing: hasFailed ? { since: failing.since, reason: failing.reason } : null,
    };
  });
}

/** The matters whose beginning or end is to be told now. */
function* ripe({ receiver, items, hidden }: OutboxLane, now: number): Generator<[string, TrackedItem]> {
  const goneFor = Math.max(receiver.minimumAgeMs, MIN_GONE_MS);
  for (const [id, item] of items) {
    const { state, firstSeen, goneAt } = item;
    if (state === 'seen' && now - firstSeen >= receiver.minimumAgeMs && !hidden.has(id)) yield [id, item];
    if (state === 'told' && goneAt !== null && now - goneAt >= goneFor) yield [id, item];
  }
}

/** Receivers that the settings no longer name; nobody waits for what they were to be told. */
function dropOthers(db: Database.Database, names: readonly string[]): void {
  const known = JSON.stringify(names);
  db.prepare('DELETE FROM alert_receivers WHERE name NOT IN (SELECT value FROM json_each(?))').run(known);
  for (const table of ['alert_matters', 'alert_queue']) {
    db.prepare(`DELETE FROM ${table} WHERE receiver NOT IN (SELECT value FROM json_each(?))`).run(known);
  }
}

function hash(...parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}
