/** The outbox over a real database: what is told once, in which order, and what a death in the middle leaves. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type Database from 'better-sqlite3';
import fc from 'fast-check';
import { UNKNOWN_ATTENTION_FACTS } from '../../contract/defaults';
import type { AttentionEntry } from '../../contract/schemas';
import { History } from '../history';
import { Outbox, receiverStates } from './outbox';
import type { OutboxReceiver } from './outbox-lane';

const START = Date.parse('2026-02-03T09:30:00Z');
const HOUR = 3_600_000;

function entry(id: string, more: Partial<AttentionEntry> = {}): AttentionEntry {
  return {
    ...UNKNOWN_ATTENTION_FACTS,
    ...{ id: `agent_dead:${id}`, kind: 'agent_dead', severity: 'critical', since: '2026-02-03T09:29:00.000+00:00' },
    ...{ subject: id, reason: `${id} is dead.` },
    evidence: { agents: [id], locks: [], messages: [], sources: [] },
    ...more,
  };
}

function receiver(more: Partial<OutboxReceiver> = {}): OutboxReceiver {
  return { name: 'ops', wants: () => true, minimumAgeMs: 0, resolved: true, limitPerMinute: 1000, ...more };
}

/** A process with an outbox; `again` is what follows its death. */
class Scene {
  readonly db: Database.Database;
  now = START;
  outbox: Outbox;
  readonly #receivers: OutboxReceiver[];

  constructor(...receivers: OutboxReceiver[]) {
    this.#receivers = receivers.length === 0 ? [receiver()] : receivers;
    this.db = new History(':memory:').db;
    this.outbox = this.#open();
  }

  #open(): Outbox {
    return new Outbox(this.db, { origin: '/root', receivers: this.#receivers, random: () => 1 }, this.now);
  }

  again(...receivers: OutboxReceiver[]): void {
    if (receivers.length > 0) this.#receivers.splice(0, Infinity, ...receivers);
    this.outbox = this.#open();
  }

  stands(...ids: string[]): void {
    this.outbox.update(
      ids.map((id) => entry(id)),
      true,
      this.now,
    );
  }

  pass(milliseconds: number): void {
    this.now += milliseconds;
    this.outbox.advance(this.now);
  }

  /** Delivers the one post under way. Returns what it told. */
  deliver(name = 'ops'): string[] {
    const post = this.post(name);
    if (!post) return [];
    this.outbox.settle(name, post.key, { kind: 'delivered' }, this.now);
    return post.alerts.map((alert) => `${alert.event} ${alert.entry.subject}`);
  }

  deliverAll(name = 'ops'): string[] {
    const posted: string[] = [];
    for (let post = this.deliver(name); post.length > 0; post = this.deliver(name)) posted.push(...post);
    return posted;
  }

  fail(retryAfterMs: number | null = null, kind: 'failed' | 'refused' = 'failed'): void {
    const key = this.post()?.key ?? '';
    this.outbox.settle('ops', key, { kind, reason: 'it broke', retryAfterMs }, this.now);
  }

  post(name = 'ops') {
    return this.outbox.posts().find((post) => post.receiver === name);
  }

  state() {
    return receiverStates(this.db).find(({ name }) => name === 'ops');
  }
}

test('what comes and what goes is told once, in order, to each receiver at its own pace', () => {
  const scene = new Scene(receiver(), receiver({ name: 'slow', resolved: false, minimumAgeMs: 60_000 }));
  scene.stands('a', 'b');
  scene.stands('a', 'b');
  assert.deepEqual(scene.deliverAll(), ['new a', 'new b']);
  assert.deepEqual(scene.deliverAll('slow'), []);
  scene.stands('b');
  scene.pass(4999);
  assert.deepEqual(scene.deliverAll(), []);
  scene.pass(1);
  assert.deepEqual(scene.deliverAll(), ['resolved a']);
  scene.pass(60_000);
  assert.deepEqual(scene.deliverAll('slow'), ['new b']);
  scene.stands();
  scene.pass(60_000);
  assert.deepEqual([scene.deliverAll(), scene.deliverAll('slow')], [['resolved b'], []]);
});

test('what flaps is told neither as new nor as resolved', () => {
  const scene = new Scene(receiver({ minimumAgeMs: 10_000 }));
  for (let round = 0; round < 5; round++) {
    scene.stands('a');
    scene.pass(9999);
    scene.stands();
    scene.pass(9999);
  }
  scene.stands('a');
  scene.pass(10_000);
  assert.deepEqual(scene.deliverAll(), ['new a']);
  for (let round = 0; round < 5; round++) {
    scene.stands();
    scene.pass(9999);
    scene.stands('a');
    scene.pass(9999);
  }
  assert.deepEqual(scene.deliverAll(), []);
  // A list that was cut says nothing about what it does not hold.
  scene.outbox.update([entry('b')], false, scene.now);
  scene.pass(10_000);
  assert.deepEqual(scene.deliverAll(), ['new b']);
});

test('a restart repeats nothing and forgets nothing; a post whose end is not known comes again under its key', () => {
  const scene = new Scene();
  scene.stands('a', 'b');
  const before = scene.post();
  scene.again();
  assert.deepEqual(scene.post(), before);
  assert.deepEqual(scene.deliverAll(), ['new a', 'new b']);
  scene.again();
  scene.stands('b', 'c');
  assert.deepEqual(scene.deliverAll(), ['new c']);
  scene.pass(5000);
  assert.deepEqual(scene.deliverAll(), ['resolved a']);
});

test('what comes back is told under another key; two processes that do not know of each other agree on keys', () => {
  const keys = () => {
    const scene = new Scene();
    const found: string[] = [];
    for (let round = 0; round < 2; round++) {
      for (const now of [['a'], []]) {
        scene.stands(...now);
        scene.pass(5000);
        found.push(scene.post()?.key ?? '');
        scene.deliver();
      }
    }
    return found;
  };
  assert.equal(new Set(keys()).size, 4);
  assert.deepEqual(keys(), keys());
});

test('failures: pauses double up to five minutes, the receiver may ask for longer ones, and others are not held up', () => {
  const scene = new Scene(receiver(), receiver({ name: 'other' }));
  scene.stands('a');
  const key = scene.post()?.key;
  const pauses = Array.from({ length: 11 }, () => {
    scene.fail();
    return ((scene.post()?.notBefore ?? 0) - scene.now) / 1000;
  });
  assert.deepEqual(pauses, [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
  assert.deepEqual([scene.post()?.key, scene.post()?.tries], [key, 11]);
  scene.fail(HOUR);
  scene.again();
  assert.equal(scene.post()?.notBefore, scene.now + HOUR);
  assert.deepEqual(scene.state()?.failing, { since: START, reason: 'it broke' });
  assert.deepEqual(scene.deliverAll('other'), ['new a']);
  assert.deepEqual(scene.deliverAll(), ['new a']);
  assert.deepEqual([scene.state()?.failing, scene.state()?.failed, scene.state()?.delivered], [null, 12, 1]);
});

test('what is refused, or a day old, is given up and counted, and what follows goes on', () => {
  const scene = new Scene();
  scene.stands('a', 'b', 'c');
  scene.fail(null, 'refused');
  assert.deepEqual([scene.state()?.given_up, scene.state()?.queued], [1, 2]);
  assert.equal(scene.state()?.failing?.reason, 'it broke');
  scene.pass(24 * HOUR);
  scene.fail();
  assert.equal(scene.state()?.given_up, 1);
  scene.pass(1);
  scene.fail();
  scene.fail();
  assert.deepEqual([scene.state()?.given_up, scene.state()?.queued, scene.post()], [3, 0, undefined]);
  scene.stands('a', 'b', 'c', 'd');
  assert.deepEqual(scene.deliverAll(), ['new d']);
});

test('more than a minute holds is posted together, none is lost, and tries count', () => {
  const scene = new Scene(receiver({ limitPerMinute: 3 }));
  const names = Array.from({ length: 250 }, (_, index) => `agent-${index}`);
  scene.stands(...names.slice(0, 2));
  assert.deepEqual([scene.deliver(), scene.deliver()], [['new agent-0'], ['new agent-1']]);
  scene.stands(...names);
  const { key } = scene.post() ?? {};
  scene.again();
  assert.equal(scene.post()?.key, key);
  assert.equal(scene.deliver().length, 100);
  scene.pass(59_000);
  scene.again(receiver({ limitPerMinute: 1 }));
  assert.equal(scene.deliver().length, 100);
  assert.equal(scene.post(), undefined);
  scene.pass(60_000);
  assert.equal(scene.deliver().length, 48);
  scene.stands(...names, 'one');
  scene.pass(60_000);
  scene.fail();
  assert.equal(scene.post()?.notBefore, scene.now + 60_000);
});

test('the queue is bounded: pairs that came and went are left out first, and said to be', () => {
  const scene = new Scene();
  const names = Array.from({ length: 900 }, (_, index) => `agent-${index}`);
  scene.stands('held', ...names);
  scene.stands('held', ...names.slice(0, 700));
  scene.pass(5000);
  assert.deepEqual([scene.state()?.queued, scene.state()?.left_out], [1001, 100]);
  assert.deepEqual(scene.deliver(), ['new held']);
  assert.equal(scene.post()?.leftOut, 100);
  const posted = scene.deliverAll();
  assert.deepEqual(posted.slice(0, 2), ['new agent-0', 'new agent-1']);
  assert.ok(!posted.includes('new agent-700') && !posted.includes('resolved agent-700'));
  assert.equal(posted.at(-1), 'resolved agent-899');
});

test('another history takes over what is known; receivers that are no longer named are forgotten', () => {
  const scene = new Scene(receiver(), receiver({ name: 'former' }));
  scene.stands('a', 'b');
  scene.deliver();
  const memory = new Scene();
  Outbox.carry(scene.db, memory.db);
  memory.again();
  memory.stands('a', 'b');
  assert.deepEqual(memory.deliverAll(), ['new b']);
  assert.deepEqual(
    receiverStates(memory.db).map(({ name, delivered }) => [name, delivered]),
    [['ops', 2]],
  );
});

test('others are told from now on: who stays misses nothing and keeps its pace, who goes is forgotten, who comes begins', () => {
  const scene = new Scene(receiver({ limitPerMinute: 2 }), receiver({ name: 'former' }));
  scene.stands('a', 'b', 'c');
  const former = scene.post('former');
  assert.deepEqual(scene.deliver(), ['new a', 'new b', 'new c']);
  scene.stands('a', 'b', 'c', 'd');
  scene.outbox.setReceivers([receiver({ limitPerMinute: 2 }), receiver({ name: 'later' })], scene.now);
  scene.stands('a', 'b', 'c', 'd', 'e');
  assert.deepEqual(scene.deliver(), ['new d']);
  assert.deepEqual(scene.deliver(), [], 'both turns of this minute were taken before and after the change');
  assert.equal(scene.post('former'), undefined);
  // The end of what was under way to it.
  scene.outbox.settle('former', former?.key ?? '', { kind: 'delivered' }, scene.now);
  assert.deepEqual(scene.deliverAll('later').toSorted(), ['new a', 'new b', 'new c', 'new d', 'new e']);
  scene.pass(60_001);
  assert.deepEqual(scene.deliver(), ['new e']);
  assert.deepEqual(
    receiverStates(scene.db).map(({ name, delivered }) => [name, delivered]),
    [
      ['later', 5],
      ['ops', 5],
    ],
  );
  // Nobody is left.
  scene.outbox.setReceivers([], scene.now);
  scene.stands();
  assert.deepEqual(receiverStates(scene.db), []);
});

test('whatever comes, goes, fails and dies: every change that lasts is told exactly once by its key', () => {
  const step = fc.oneof(
    fc.record({ type: fc.constant('stands' as const), ids: fc.subarray(['a', 'b', 'c', 'd']) }),
    fc.record({ type: fc.constantFrom('deliver' as const, 'lose' as const, 'fail' as const, 'die' as const) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.integer({ min: 1, max: 5 }), (steps, limitPerMinute) => {
      const scene = new Scene(receiver({ limitPerMinute }));
      const held = new Map<string, string>();
      const seen = new Set<string>();
      let standing: string[] = [];
      const take = () => {
        for (const {
          key,
          event,
          entry: { subject },
        } of scene.post()?.alerts ?? []) {
          if (seen.has(key)) continue;
          seen.add(key);
          assert.notEqual(held.get(subject) ?? 'resolved', event);
          held.set(subject, event);
        }
      };
      const act = (type: string) => {
        if (type === 'lose' || type === 'deliver') take();
        if (type === 'deliver') scene.deliver();
        if (type === 'fail') scene.fail();
        if (type === 'die') scene.again();
        scene.stands(...standing);
        scene.pass(6000);
      };
      for (const one of steps) {
        if (one.type === 'stands') standing = one.ids;
        act(one.type);
      }
      for (let rest = 0; rest < 60; rest++) act('deliver');
      for (const id of ['a', 'b', 'c', 'd']) {
        assert.equal(held.get(id) ?? 'resolved', standing.includes(id) ? 'new' : 'resolved');
      }
      assert.equal(scene.state()?.queued, 0);
    }),
    { numRuns: 100 },
  );
});

test('update(): an acknowledged item is neither told nor resolved, and told once it is open', () => {
  const scene = new Scene(receiver({ minimumAgeMs: 1000 }));
  const hidden = { acknowledged: { by: null, at: '2026-02-03T09:30:00.000+00:00' } };
  const update = (...entries: AttentionEntry[]) => scene.outbox.update(entries, true, scene.now);
  update(entry('young', hidden), entry('told'));
  scene.pass(2000);
  assert.deepEqual(scene.deliverAll(), ['new told']);
  update(entry('young', hidden), entry('told', hidden));
  scene.pass(HOUR);
  assert.deepEqual(scene.deliverAll(), []);
  update(entry('young'), entry('told'));
  scene.pass(1);
  assert.deepEqual(scene.deliverAll(), ['new young']);
  update(entry('young', hidden));
  scene.pass(10_000);
  assert.deepEqual(scene.deliverAll(), ['resolved told']);
});
