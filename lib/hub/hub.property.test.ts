import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { dataOf } from '../../test/support/event-data';
import { Hub, type HubEvent, type PublishedMessage, type Subscriber } from './hub';

/** The history as it really is, and a hub that learns of it late, in parts and twice. */
class World {
  rows: PublishedMessage[] = [];
  oldest = 1;
  /** What the hub knows of `oldest`. */
  published = 1;
  head = 0;
  /** Reads that the source has not answered yet. */
  reads: (() => void)[] = [];
  clients: Client[] = [];
  readonly hub = new Hub({ source: { after: (seq, { messages }) => this.#read(seq, messages) } });

  constructor() {
    this.hub.open('epoch', [], 1);
  }

  commit(count: number, skip: number): void {
    for (let index = 0; index < count; index++) {
      this.head += 1 + (index === 0 ? skip : 0);
      this.rows.push({ seq: this.head, json: Buffer.from(JSON.stringify({ seq: this.head })) });
    }
  }

  publish(part: number): void {
    const kept = this.rows.filter((row) => row.seq >= this.oldest);
    this.hub.publish(kept.slice(kept.length - part), this.head);
  }

  prune(count: number, published: boolean): void {
    this.oldest = Math.min(this.oldest + count, this.head + 1);
    if (published) this.publishOldest();
  }

  publishOldest(): void {
    this.published = this.oldest;
    this.hub.setOldest(this.oldest);
  }

  reopen(): void {
    this.published = this.oldest;
    const kept = this.rows.filter((row) => row.seq >= this.oldest);
    this.hub.open('epoch', kept.slice(-60), this.oldest);
  }

  subscribe(id: string | null): void {
    this.clients.push(new Client(this.hub.subscribe(id), id, this));
  }

  async settle(): Promise<void> {
    for (const read of this.reads.splice(0)) read();
    await turn();
  }

  /** What a client must get that has everything up to `seq`. */
  after(seq: number, upTo: number): number[] {
    return this.rows.map((row) => row.seq).filter((known) => known > seq && known <= upTo);
  }

  #read(seq: number, limit: number): Promise<PublishedMessage[]> {
    return new Promise((resolve, reject) => {
      this.reads.push(() => {
        if (seq < this.oldest - 1) reject(new Error('pruned'));
        // Fewer than asked for are allowed.
        resolve(this.rows.filter((row) => row.seq > seq).slice(0, Math.max(1, Math.ceil(limit / 3))));
      });
    });
  }
}

interface Connected {
  resumed: boolean;
  gap: boolean;
}

class Client {
  connected: Connected | null = null;
  seqs: number[] = [];
  firstCount: number | null = null;
  ended = false;
  waiting = false;
  lastId: string | null = null;
  readonly headAtStart: number;
  readonly resumable: boolean;

  constructor(
    readonly subscriber: Subscriber,
    readonly id: string | null,
    readonly world: World,
  ) {
    this.headAtStart = world.hub.head().seq;
    const seq = this.idSeq;
    this.resumable = seq !== null && seq <= this.headAtStart && seq >= world.published - 1;
  }

  get idSeq(): number | null {
    const match = /^epoch\.(\d+)$/.exec(this.id ?? '');
    return match ? Number(match[1]) : null;
  }

  /** Asks for the next event unless the last is still to come. */
  pull(): void {
    if (this.waiting || this.ended) return;
    this.waiting = true;
    // An assertion that fails in here ends the test as an unhandled rejection.
    void this.subscriber.next().then((event) => {
      this.waiting = false;
      if (event) this.#take(event);
      else this.ended = true;
    });
  }

  #take(event: HubEvent): void {
    if (event.name === 'connected') {
      assert.equal(this.connected, null, 'connected comes once');
      this.connected = JSON.parse(dataOf(event)) as Connected;
    } else assert.ok(this.connected, 'connected comes first');
    if (event.name !== 'messages') return;
    const { messages, count } = JSON.parse(dataOf(event)) as { messages: { seq: number }[]; count: number };
    assert.equal(messages.length, count);
    assert.ok(count > 0 || this.firstCount === null, 'only the first messages event may be empty');
    this.firstCount ??= count;
    this.seqs.push(...messages.map((message) => message.seq));
    if (count > 0) assert.equal(event.id, `epoch.${this.seqs.at(-1)}`);
    this.lastId = event.id ?? null;
  }

  check(): void {
    if (!this.connected) return;
    const { resumed, gap } = this.connected;
    assert.equal(gap, this.id !== null && !resumed);
    assert.equal(resumed, this.resumable);
    if (this.firstCount === null) return;
    const first = this.seqs[0];
    const start = resumed ? (this.idSeq as number) : first === undefined ? this.world.head : first - 1;
    const last = this.seqs.at(-1) ?? start;
    assert.deepEqual(this.seqs, this.world.after(start, last));
    if (!resumed) {
      assert.ok(this.firstCount <= 50);
      const known = this.world.after(start, this.headAtStart).length;
      assert.ok(known <= 50, 'a fresh start does not reach further back than the newest 50');
    }
    if (!this.ended) assert.equal(last, this.world.hub.head().seq, 'nothing is left behind');
  }
}

type Step = (world: World) => void | Promise<void>;

const index = fc.nat({ max: 20 });
const step: fc.Arbitrary<Step> = fc.oneof(
  fc
    .record({
      count: fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 1600 })),
      skip: fc.constantFrom(0, 0, 0, 3),
    })
    .map(
      ({ count, skip }): Step =>
        (world) =>
          world.commit(count, skip),
    ),
  // All of a commit, only its newest part, nothing but its end, or more than is new.
  fc.oneof(fc.constantFrom(0, 1, 1_000), fc.nat({ max: 100 })).map(
    (part): Step =>
      (world) =>
        world.publish(part),
  ),
  fc
    .oneof(
      fc.constantFrom(null, 'other.3', 'no id', ''),
      fc.nat({ max: 100 }).map((back) => -back),
      fc.nat({ max: 3_000 }),
    )
    .map(
      (from): Step =>
        (world) => {
          if (typeof from !== 'number') return world.subscribe(from);
          const seq = from <= 0 ? Math.max(0, world.hub.head().seq + from) : from;
          world.subscribe(`epoch.${seq}`);
        },
    ),
  index.map(
    (at): Step =>
      (world) =>
        world.clients[at % (world.clients.length || 1)]?.pull(),
  ),
  index.map(
    (at): Step =>
      async (world) => {
        for (let pulls = 0; pulls < 4; pulls++) {
          world.clients[at % (world.clients.length || 1)]?.pull();
          await turn();
        }
      },
  ),
  index.map(
    (at): Step =>
      (world) =>
        world.clients[at % (world.clients.length || 1)]?.subscriber.close('left'),
  ),
  fc.record({ count: fc.nat({ max: 400 }), published: fc.boolean() }).map(
    ({ count, published }): Step =>
      (world) =>
        world.prune(count, published),
  ),
  fc.constant<Step>((world) => world.reopen()),
  fc.constant<Step>((world) => world.settle()),
);

async function drain(world: World): Promise<void> {
  world.publish(60);
  let before = '';
  for (;;) {
    for (const client of world.clients) client.pull();
    await turn();
    await world.settle();
    const now = world.clients.map((client) => `${client.seqs.length}${client.waiting}${client.ended}`).join();
    if (now === before && world.reads.length === 0 && world.clients.every((client) => client.waiting || client.ended))
      return;
    before = now;
  }
}

test('whatever happens, a subscriber gets exactly what follows its place, in order, or is told of a gap', async () => {
  let given = 0;
  let resumed = 0;
  let gaps = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60 }), async (steps) => {
      const world = new World();
      try {
        for (const take of steps) {
          await take(world);
          await turn();
        }
        await drain(world);
        for (const client of world.clients) {
          client.check();
          given += client.seqs.length;
          if (client.connected?.resumed) resumed++;
          if (client.connected?.gap) gaps++;
        }
      } finally {
        world.hub.close();
      }
    }),
    { numRuns: 400 },
  );
  // The property would hold for a hub that gives nothing, too.
  assert.ok(given > 10_000 && resumed > 50 && gaps > 50, `${given} given, ${resumed} resumed, ${gaps} gaps`);
});

test('a client that comes back with the id of its last event after every end misses and repeats nothing', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.record({
          commit: fc.nat({ max: 1_500 }),
          pulls: fc.integer({ min: 1, max: 12 }),
          part: fc.nat({ max: 1_500 }),
        }),
        {
          minLength: 1,
          maxLength: 12,
        },
      ),
      async (rounds) => {
        const world = new World();
        const got: number[] = [];
        let id: string | null = null;
        const connect = async (pulls: number) => {
          world.subscribe(id);
          const client = world.clients.at(-1) as Client;
          for (let pull = 0; pull < pulls; pull++) {
            client.pull();
            await turn();
            await world.settle();
          }
          client.subscriber.close('left');
          if (id !== null)
            assert.deepEqual(
              { resumed: client.connected?.resumed, gap: client.connected?.gap },
              { resumed: true, gap: false },
            );
          got.push(...client.seqs);
          id = client.lastId ?? id;
        };
        try {
          world.commit(30, 0);
          world.publish(30);
          await connect(3);
          for (const { commit, pulls, part } of rounds) {
            world.commit(commit, 0);
            world.publish(part);
            await connect(pulls);
          }
          await connect(100);
          assert.deepEqual(got, world.after(0, world.head));
        } finally {
          world.hub.close();
        }
      },
    ),
    { numRuns: 60 },
  );
});
