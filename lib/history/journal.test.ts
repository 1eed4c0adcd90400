import assert from 'node:assert/strict';
import { test } from 'node:test';
import type Database from 'better-sqlite3';
import fc from 'fast-check';
import { lifeKey } from '../contract/life';
import { openDatabase } from './database';
import { Journal, type JournalUpdate } from './journal';
import type { JournalKind } from './journal-kind';
import { knownSince, thingsAt } from './snapshots';
import { spansOfPath, unknownSpans } from './span-reader';
import type { SpanRow } from './spans';

const NO_DASHBOARD = 'No dashboard was running.';
const SECOND = 1000;

type Things = Record<string, Record<string, unknown>>;

/**
 * The expected knowledge: every state with the time of its beginning, and the periods in which nobody read the files.
 */
class Notebook {
  /** Newest last; `until` bounds what was seen. */
  readonly pages: { at: number; things: Things }[] = [];
  readonly unseen: [since: number, until: number][] = [];

  write(at: number, things: Things): void {
    this.pages.push({ at, things: structuredClone(things) });
  }

  at(moment: number): Things | null {
    return this.pages.findLast(({ at }) => at <= moment)?.things ?? null;
  }

  isUnseen(moment: number): boolean {
    return this.unseen.some(([since, until]) => since <= moment && moment < until);
  }
}

/** A swarm that changes at random, its journal, and the expected knowledge about it. */
class World {
  readonly db: Database.Database = openDatabase(':memory:');
  readonly notebook = new Notebook();
  now = 1_700_000_000_000;
  #journal: Journal | null = null;
  #things: Things = { agent: {}, lock: {}, registry: { header: {} } };
  #refreshedAt: number | null = null;

  get journal(): Journal {
    if (!this.#journal) {
      this.#journal = new Journal(this.db, { aliveAt: this.#refreshedAt, reason: NO_DASHBOARD, now: this.now });
      const changed = Object.entries(this.#things).flatMap(([kind, things]) =>
        Object.entries(things).map(([subject, body]) => [kind as JournalKind, subject, JSON.stringify(body)] as const),
      );
      this.#refresh(changed, Object.keys(this.#things) as JournalKind[]);
    }
    return this.#journal;
  }

  #refresh(changed: JournalUpdate['changed'], complete: JournalKind[] = []): void {
    if (this.#refreshedAt !== null && (complete.length > 0 || this.now - this.#refreshedAt > 10 * SECOND)) {
      this.notebook.unseen.push([this.#refreshedAt, this.now]);
    }
    this.#journal?.record({ at: this.now, changed, complete });
    this.#refreshedAt = this.now;
    this.notebook.write(this.now, this.#things);
  }

  /** Changes the swarm; the change is seen only while a journal is alive. */
  change(kind: JournalKind, subject: string, body: object | null): void {
    const journal = this.#journal;
    const things = this.#things[kind] as Record<string, unknown>;
    if (body === null) delete things[subject];
    else things[subject] = body;
    if (journal) this.#refresh([[kind, subject, body && JSON.stringify(body)]]);
  }

  idle(): void {
    if (!this.#journal) return;
    if (this.#refreshedAt !== null && this.now - this.#refreshedAt > 10 * SECOND) {
      this.notebook.unseen.push([this.#refreshedAt, this.now]);
    }
    this.#journal.refreshed(this.now);
    this.#refreshedAt = this.now;
    this.notebook.write(this.now, this.#things);
  }

  /** Kills or stops the dashboard: the next use begins another life of the journal. */
  kill(): void {
    this.#journal = null;
  }
}

const ids = fc.constantFrom('agent-0', 'agent-1', 'constructor', 'ä');
const files = fc.constantFrom('a.lock', 'b.lock', 'c.lock');
const agentBody = fc.record({
  health: fc.constantFrom('active', 'stale', 'dead', 'unknown'),
  pid: fc.constantFrom(1, 2),
  tmux_pane_id: fc.constantFrom('%1', '%2'),
  life_began_at: fc.constantFrom(null, '12:00'),
  // Long enough that snapshots are due from time to time.
  note: fc.constantFrom('', 'x'.repeat(30_000)),
});
const lockBody = fc.record({
  agent_id: fc.oneof(ids, fc.constant(7)),
  filepath: fc.constantFrom('src/a.ts', 'src/b.ts'),
  reason: fc.constantFrom('one', 'two'),
  stale: fc.constantFrom(true, false, null),
  orphaned: fc.constantFrom(true, false, null),
});
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('agent' as const), id: ids, body: fc.option(agentBody) }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('lock' as const), id: files, body: fc.option(lockBody) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('idle' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('kill' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('begin' as const) }) },
);
const steps = fc.array(
  fc.tuple(fc.oneof(fc.integer({ min: 1, max: 9000 }), fc.integer({ min: 11_000, max: 90_000 })), step),
  { minLength: 1, maxLength: 80 },
);

function live(
  world: World,
  story: readonly (readonly [number, typeof step extends fc.Arbitrary<infer S> ? S : never])[],
) {
  void world.journal;
  for (const [after, deed] of story) {
    world.now += after;
    if (deed.kind === 'kill') world.kill();
    else if (deed.kind === 'begin') void world.journal;
    else if (deed.kind === 'idle') world.idle();
    else world.change(deed.kind, deed.id, deed.body);
  }
}

function assertMoments(world: World, from: number): void {
  const edges = [...world.notebook.pages.map(({ at }) => at), ...world.notebook.unseen.flat()];
  for (const moment of new Set(edges.flatMap((at) => [at - 1, at, at + 1]))) {
    if (moment < from) continue;
    const expected = world.notebook.at(moment);
    const answer = thingsAt(world.db, moment);
    const unknown = unknownSpans(world.db, moment, moment, knownSince(world.db));
    if (world.notebook.isUnseen(moment)) {
      assert.ok(unknown.length > 0, `${moment} is marked as unknown`);
      continue;
    }
    for (const kind of ['agent', 'lock'] as const) {
      assert.deepEqual({ ...answer?.[kind] }, { ...expected?.[kind] }, `${kind} at ${moment}`);
    }
  }
}

test('record(), thingsAt(): the state at every moment is the one that was seen; unseen periods are marked, also after kills and sleep', () => {
  fc.assert(
    fc.property(steps, (story) => {
      const world = new World();
      live(world, story);
      assertMoments(world, knownSince(world.db) as number);
      world.db.close();
    }),
    { numRuns: 150 },
  );
});

test('prune(): the state at every later moment stays exact, and only whole parts are dropped', () => {
  fc.assert(
    fc.property(steps, fc.integer({ min: 0, max: 100 }), (story, part) => {
      const world = new World();
      live(world, story);
      const start = world.notebook.pages[0]?.at as number;
      const before = start + Math.floor(((world.now - start) * part) / 100);
      while (world.journal.prune(before, 1_000_000, 3) > 0);
      assert.ok(
        (knownSince(world.db) as number) <= before || before <= start,
        'the moment of the bound itself is still known',
      );
      assertMoments(world, before);
      const { left } = world.db
        .prepare('SELECT count(*) AS left FROM journal WHERE id < (SELECT min(journal_id) FROM snapshots)')
        .get() as { left: number };
      assert.equal(left, 0, 'no entry before the first snapshot is left');
      world.db.close();
    }),
    { numRuns: 100 },
  );
});

test('Spans: agree with the journal, never overlap, and end where nobody read the files', () => {
  fc.assert(
    fc.property(steps, (story) => {
      const world = new World();
      live(world, story);
      const spans = world.db.prepare('SELECT * FROM spans ORDER BY id').all() as SpanRow[];
      const times = world.db.prepare('SELECT * FROM span_times ORDER BY id').all() as SpanRow[];
      assert.deepEqual(
        times.map(({ id, since, until }) => [id, since, until]),
        spans.map(({ id, since, until }) => [
          id,
          Math.floor(since / 1000),
          until === null ? 2 ** 31 - 1 : Math.ceil(until / 1000),
        ]),
      );
      const moments = new Set(world.notebook.pages.flatMap(({ at }) => [at, at + 1]));
      for (const moment of moments) {
        if (world.notebook.isUnseen(moment)) continue;
        // Spans of a killed dashboard stay open until the next life ends them.
        if (moment > (world.notebook.pages.at(-1)?.at as number)) continue;
        const touching = spans.filter(({ since, until }) => since <= moment && moment < (until ?? Number.MAX_VALUE));
        const answer = (kind: string) =>
          Object.fromEntries(touching.filter((span) => span.kind === kind).map((span) => [span.subject, span.value]));
        const known = world.notebook.at(moment) as Things;
        const agents = Object.entries(known.agent ?? {}) as [string, { health: string; pid: number }][];
        const lives = touching.filter(({ kind }) => kind === 'health').map(({ subject, path }) => [subject, path]);
        const health = agents.map(([id, body]) => [id, body.health]);
        assert.deepEqual(
          Object.fromEntries(lives),
          Object.fromEntries(agents.map(([id, body]) => [id, lifeKey(body)])),
          `lives at ${moment}`,
        );
        const locks = Object.entries(known.lock ?? {}).map(([id, body]) => [
          id,
          lockState(body as Record<string, unknown>),
        ]);
        assert.deepEqual(answer('health'), Object.fromEntries(health), `health at ${moment}`);
        assert.deepEqual(answer('lock'), Object.fromEntries(locks), `locks at ${moment}`);
        const subjects = touching.map(({ kind, subject }) => `${kind} ${subject}`);
        assert.equal(new Set(subjects).size, subjects.length, 'only one span of a thing at any moment');
      }
      world.db.close();
    }),
    { numRuns: 100 },
  );
});

function lockState({ orphaned, stale }: Record<string, unknown>): string {
  return orphaned === true ? 'orphaned' : stale === true ? 'stale' : 'held';
}

/** A journal that knows its swarm; `refresh` records changes after some milliseconds. */
function begun(): { db: Database.Database; refresh: (after: number, ...changed: JournalUpdate['changed']) => number } {
  const db = openDatabase(':memory:');
  let now = 1_700_000_000_000;
  const journal = new Journal(db, { aliveAt: null, reason: NO_DASHBOARD, now });
  journal.record({
    at: now,
    changed: [['server', 'dashboard', '{}']],
    complete: ['agent', 'lock', 'source', 'server'],
  });
  return {
    db,
    refresh: (after, ...changed) => {
      now += after;
      journal.record({ at: now, changed, complete: [] });
      return now;
    },
  };
}

function spansIn(db: Database.Database): string[] {
  const rows = db.prepare('SELECT * FROM spans ORDER BY id').all() as SpanRow[];
  return rows.map(
    ({ kind, agent, value, detail, since, until, ended }) =>
      `${kind} ${agent} ${value} ${detail} ${until === null ? 'lasts' : until - since} ${ended}`,
  );
}

test('record(): the span of a lock continues when it is refreshed, and ends when its state changes, another agent takes it, or it is released', () => {
  const { db, refresh } = begun();
  const lock = (agent_id: string, reason: string, stale = false) =>
    [
      'lock',
      'a.lock',
      JSON.stringify({ agent_id, filepath: 'src/a.ts', reason, stale, orphaned: false, stale_at: 1 }),
    ] as const;
  refresh(100, lock('agent-0', 'one'));
  refresh(100, lock('agent-0', 'two'));
  refresh(100, lock('agent-0', 'two', true));
  refresh(100, lock('agent-1', 'three'));
  refresh(100, ['lock', 'a.lock', null]);
  assert.deepEqual(spansIn(db), [
    'lock agent-0 held two 200 changed',
    'lock agent-0 stale two 100 taken_over',
    'lock agent-1 held three 100 released',
  ]);
});

test('record(): a lock that was past its timeout when it was removed has expired, whoever removed it', () => {
  const { db, refresh } = begun();
  const lock = (stale: boolean | null, orphaned: boolean) =>
    ['lock', 'a.lock', JSON.stringify({ agent_id: 'agent-0', filepath: 'a', stale, orphaned })] as const;
  const gone = ['lock', 'a.lock', null] as const;
  for (const [stale, orphaned] of [
    [true, false],
    [true, true],
    [false, true],
    [null, false],
  ] as const) {
    refresh(100, lock(stale, orphaned));
    refresh(100, gone);
  }
  assert.deepEqual(spansIn(db), [
    'lock agent-0 stale null 100 expired',
    'lock agent-0 orphaned null 100 expired',
    'lock agent-0 orphaned null 100 released',
    'lock agent-0 held null 100 released',
  ]);
});

test('record(): another process under an id ends the health span, also if the health is equal, and begins another life', () => {
  const { db, refresh } = begun();
  const agent = (pid: number, tmux_pane_id: string, life_began_at: string | null = null, pane_index = 0) =>
    [
      'agent',
      'agent-1',
      JSON.stringify({ id: 'agent-1', health: 'active', pid, pane_index, tmux_pane_id, life_began_at }),
    ] as const;
  refresh(100, agent(7, '%1'));
  refresh(100, agent(7, '%1', null, 3));
  refresh(100, agent(8, '%2', '12:00', 3));
  refresh(100, agent(8, '%2', '13:00', 3));
  refresh(100, agent(8, '%2', null, 3));
  const detail = (pid: number, pane: string) => JSON.stringify({ pid, pane_index: 3, tmux_pane_id: pane });
  const rows = db.prepare('SELECT path, detail, ended FROM spans ORDER BY id').all();
  assert.deepEqual(rows, [
    { path: '7@%1', detail: detail(7, '%1'), ended: 'taken_over' },
    { path: '8@%2#12:00', detail: detail(8, '%2'), ended: 'taken_over' },
    { path: '8@%2#13:00', detail: detail(8, '%2'), ended: 'changed' },
    { path: '8@%2', detail: detail(8, '%2'), ended: null },
  ]);
  assert.deepEqual(
    spansOfPath(db, '8@%2', undefined, { limit: 10 })?.rows,
    [],
    'the key of a life is not the path of a lock',
  );
});

test('record(): while a source is unreadable, its facts are unknown', () => {
  const { db, refresh } = begun();
  const registry = (state: string, reason: string | null) =>
    ['source', 'registry', JSON.stringify({ state, reason })] as const;
  const failed = refresh(100, registry('unreadable', 'It is empty.'));
  refresh(100, registry('unreadable', 'It is no JSON.'), ['source', 'config', '{"state":"unreadable","reason":"x"}']);
  refresh(100, registry('ok', null));
  assert.deepEqual(spansIn(db), ['unknown  registry It is no JSON. 200 changed']);
  assert.deepEqual(
    unknownSpans(db, failed, failed, 0).map(({ about, reason }) => [about, reason]),
    [['registry', 'It is no JSON.']],
  );
  assert.deepEqual(unknownSpans(db, failed - 1, failed - 1, 0), []);
});

test('record(): a source that vanished while its content is kept is unknown; one that never existed is not', () => {
  const { db, refresh } = begun();
  const registry = (kept_from: string | null) =>
    ['source', 'registry', JSON.stringify({ state: 'missing', reason: 'It is gone.', kept_from })] as const;
  refresh(100, registry(null));
  const before = spansIn(db).length;
  refresh(200, registry('2026-02-03T08:00:00.000+00:00'));
  assert.equal(spansIn(db).length, before + 1);
  assert.match(spansIn(db).join('\n'), /registry/);
});

test('record(): a clock rewind marks the period that occurs twice; a step back of a second does not', () => {
  const { db, refresh } = begun();
  const agent = (health: string) => ['agent', 'agent-0', JSON.stringify({ health })] as const;
  const first = refresh(100, agent('active'));
  refresh(-1000, agent('stale'));
  const back = refresh(-3_600_000, agent('dead'));
  assert.deepEqual(spansIn(db), [
    'health agent-0 active null 0 changed',
    'health agent-0 stale null 0 unseen',
    'unknown  everything The clock was set back, so this time occurred twice. 100 changed',
    'health agent-0 dead null lasts null',
  ]);
  assert.equal(unknownSpans(db, first - 50, first - 50, 0).length, 1);
  assert.deepEqual(unknownSpans(db, back + 1000, back + 1000, 0), [], 'this period had not occurred before');
});

test('record(): a clock that is a year ahead for one refresh affects that refresh, not the year; also if the dashboard starts with it', () => {
  const year = 365 * 86_400_000;
  const agent = (health: string) => ['agent', 'agent-0', JSON.stringify({ health })] as const;
  const healthAt = (db: Database.Database, at: number) =>
    (thingsAt(db, at) as { agent: Record<string, { health: string }> }).agent['agent-0']?.health;
  const unknownMs = (db: Database.Database, since: number, until: number) =>
    unknownSpans(db, since, until, knownSince(db)).reduce(
      (sum, span) => sum + Date.parse(span.until ?? '') - Date.parse(span.since ?? ''),
      0,
    );
  const { db, refresh } = begun();
  const before = refresh(100, agent('active'));
  refresh(year, agent('stale'));
  const after = refresh(500 - year);
  const later = refresh(5000, agent('dead'));
  assert.equal(unknownMs(db, before, later + 2 * year), 500, 'the time between the two refreshes');
  assert.equal(healthAt(db, before), 'active');
  assert.equal(healthAt(db, after + 1), 'stale', 'the state that was seen then is known from then on');
  assert.equal(healthAt(db, later), 'dead');
  for (let at = later; at < before + year + 2000; ) at = refresh(9_000_000);
  assert.equal(healthAt(db, before + year + 1000), 'dead', 'also after the year has passed');

  const wrong = openDatabase(':memory:');
  const now = 1_700_000_000_000;
  const complete: JournalKind[] = ['agent', 'lock'];
  let last = new Journal(wrong, { aliveAt: null, reason: '', now: now + year });
  last.record({ at: now + year, complete, changed: [agent('active')] });
  for (const life of [1, 2]) {
    last = new Journal(wrong, { aliveAt: last.refreshedAt, reason: NO_DASHBOARD, now: now + life * 60_000 });
    last.record({ at: now + life * 60_000 + 500, complete, changed: [agent('stale')] });
  }
  assert.deepEqual(unknownSpans(wrong, now + 121_000, now + 121_000, knownSince(wrong)), []);
});

const jump = fc.integer({ min: 11_000, max: 7_200_000 });
const refreshes = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ by: fc.integer({ min: 1, max: 9000 }), restart: fc.constant(false) }) },
    { weight: 1, arbitrary: fc.record({ by: jump, restart: fc.boolean() }) },
    { weight: 1, arbitrary: fc.record({ by: jump.map((ms) => -ms), restart: fc.boolean() }) },
  ),
  { maxLength: 40 },
);

test('record(): whatever the clock does, a moment that is not marked as unknown has the state that was seen last', () => {
  fc.assert(
    fc.property(refreshes, (list) => {
      const db = openDatabase(':memory:');
      let now = 1_700_000_000_000;
      const seen: { at: number; n: number }[] = [];
      const change = (n: number) => ['agent', 'agent-0', JSON.stringify({ health: 'active', n })] as const;
      const begin = (n: number, aliveAt: number | null) => {
        const life = new Journal(db, { aliveAt, reason: NO_DASHBOARD, now });
        life.record({ at: now, complete: ['agent', 'lock'], changed: [change(n)] });
        return life;
      };
      let journal = begin(0, null);
      seen.push({ at: now, n: 0 });
      for (const [index, { by, restart }] of list.entries()) {
        now += by;
        const n = index + 1;
        if (restart) journal = begin(n, journal.refreshedAt);
        else journal.record({ at: now, complete: [], changed: [change(n)] });
        seen.push({ at: now, n });
      }
      const moments = seen.flatMap(({ at }) => [at, at + 1, at + 5000]).filter((at) => at <= now);
      for (const at of moments) {
        if (unknownSpans(db, at, at, knownSince(db)).length > 0) continue;
        const answer = thingsAt(db, at)?.agent?.['agent-0'] as { n: number };
        assert.equal(answer.n, seen.findLast((one) => one.at <= at)?.n, `at ${at}`);
      }
      db.close();
    }),
    { numRuns: 150 },
  );
});

test('record(): log files that were destroyed unread leave a period with unknown messages', () => {
  const log = (gaps: number) => ['source', 'log', JSON.stringify({ state: 'ok', reason: null, gaps })] as const;
  const logSpans = (db: Database.Database) =>
    (db.prepare("SELECT * FROM spans WHERE value = 'log'").all() as SpanRow[]).map(({ since, until }) => [
      since,
      until,
    ]);
  const { db, refresh } = begun();
  const first = refresh(0, log(2));
  refresh(5000);
  refresh(5000);
  const before = refresh(5000);
  const found = refresh(500, log(3));
  assert.deepEqual(logSpans(db), [[before - 2000, found]], 'since the last reading of the log');
  refresh(500, log(3));
  refresh(500, log(2));
  assert.equal(logSpans(db).length, 1);
  assert.equal(unknownSpans(db, found, found, 0)[0]?.about, 'log');
  assert.deepEqual(unknownSpans(db, first, first, 0), []);

  const died = found + 1000;
  const again = new Journal(db, { aliveAt: died, reason: NO_DASHBOARD, now: died + 3_600_000 });
  again.record({ at: died + 3_600_000, complete: ['agent', 'lock', 'source'], changed: [log(2)] });
  again.refreshed(died + 3_600_500);
  again.record({ at: died + 3_601_000, complete: [], changed: [log(4)] });
  assert.deepEqual(
    logSpans(db)[1],
    [died, died + 3_601_000],
    'events found at the beginning of a life happened before it',
  );
});

test('prune(): the number of entries is bounded, in whole parts', () => {
  const { db, refresh } = begun();
  const journal = new Journal(db, { aliveAt: null, reason: NO_DASHBOARD, now: Date.now() });
  for (let n = 0; n < 500; n++)
    refresh(100, ['agent', 'agent-0', JSON.stringify({ health: 'active', n, long: 'x'.repeat(2000) })]);
  while (journal.prune(0, 100, 20) > 0);
  const { count, newest } = db.prepare('SELECT count(*) AS count, max(id) AS newest FROM journal').get() as {
    count: number;
    newest: number;
  };
  assert.equal(newest, 501);
  assert.ok(count >= 100 && count < 200, `${count} entries are left: at least 100, and less than a piece more`);
});

test('record(): an agent may have any name', () => {
  const { db, refresh } = begun();
  const at = refresh(100, ['agent', '__proto__', '{"health":"dead"}']);
  assert.deepEqual(Object.entries(thingsAt(db, at)?.agent ?? {}), [['__proto__', { health: 'dead' }]]);
  const later = refresh(100, ['agent', '__proto__', null]);
  assert.deepEqual(thingsAt(db, later)?.agent, {});
});

test('Journal: after a clock rewind between two lives the period that occurs twice is unknown', () => {
  const db = openDatabase(':memory:');
  const hour = 3_600_000;
  const evening = 1_700_000_000_000;
  const agent = (health: string): JournalUpdate['changed'] => [['agent', 'agent-0', JSON.stringify({ health })]];
  const complete: JournalKind[] = ['agent', 'lock'];
  const set = evening - hour;
  const first = new Journal(db, { aliveAt: null, reason: '', now: set - 9 * SECOND });
  first.record({ at: set - 9 * SECOND, complete, changed: agent('active') });
  first.refreshed(set);

  const second = new Journal(db, { aliveAt: evening, reason: NO_DASHBOARD, now: set });
  second.record({ at: set + SECOND, complete, changed: agent('silent') });
  const unknownAt = (at: number) => unknownSpans(db, at, at, knownSince(db)).length > 0;
  assert.deepEqual([set - SECOND, set, set + 2 * SECOND, evening, evening + 1].map(unknownAt), [
    false,
    true,
    true,
    true,
    false,
  ]);
  assert.equal(second.refreshedAt, set + SECOND);
  const open = db.prepare("SELECT count(*) AS count FROM spans WHERE until IS NULL AND kind = 'unknown'").get();
  assert.deepEqual(open, { count: 0 });
});

test('record(): known activities of an agent are spans; an unknown one ends them', () => {
  const { db, refresh } = begun();
  const doing = (state: string) =>
    ['agent', 'agent-0', JSON.stringify({ health: 'active', activity: { state } })] as const;
  for (const state of ['working', 'waiting', 'unknown', 'idle']) refresh(100, doing(state));
  refresh(100, ['agent', 'agent-0', null]);
  const rows = db.prepare("SELECT value, until - since AS length FROM spans WHERE kind = 'activity' ORDER BY id").all();
  assert.deepEqual(rows, [
    { value: 'working', length: 100 },
    { value: 'waiting', length: 100 },
    { value: 'idle', length: 100 },
  ]);
});
