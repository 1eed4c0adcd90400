import assert from 'node:assert/strict';
import { test } from 'node:test';
import { actionRecord } from '../../test/support/action-records';
import { type ActionsAnswer, actionsAnswer } from '../contract/action-schemas';
import { formatCursor, parseCursor } from '../contract/events';
import { Actions } from '../history/actions';
import { History } from '../history/history';
import { Random } from '../simulator/random';
import { actionsPage } from './actions';
import type { ActionPage } from './questions';

const NOW = Date.parse('2026-02-03T09:30:00Z');

function newRecord() {
  const history = new History(':memory:');
  const actions = new Actions(history.db, 'p');
  let at = NOW;
  return {
    history,
    actions,
    add(count: number, agentId: string | null = null) {
      for (let n = 0; n < count; n += 1) {
        at += 1000;
        actions.end(actionRecord({ at, agentId, outcome: 'released', endedAt: at }));
      }
    },
    page(query: Partial<ActionPage>): ActionsAnswer {
      return actionsAnswer.parse(JSON.parse(actionsPage(history, { limit: 10, ...query })));
    },
  };
}

const place = (cursor: string | null) => (cursor === null ? undefined : (parseCursor(cursor) ?? undefined));
const idsOf = ({ actions }: ActionsAnswer) => actions.map(({ id }) => id);

test('actionsPage(): an entry as the API shows it', () => {
  const { actions, page } = newRecord();
  actions.start(actionRecord({ at: NOW, principal: '', request: '{"a":1}', agentId: 'agent-1' }));
  const answer = page({});
  assert.deepEqual(answer.actions, [
    {
      ...{ id: 1, at: '2026-02-03T09:30:00.000+00:00', ended_at: null, principal: null, client: '127.0.0.1' },
      ...{ action: 'release_lock', target: null, agent_id: 'agent-1', request: { a: 1 }, outcome: 'started' },
      detail: null,
    },
  ]);
  assert.equal(answer.next_cursor, null);
});

test('actionsPage(): of messages, only those that were sent under a name', () => {
  const { actions, page } = newRecord();
  const record = (action: string, request: unknown) =>
    actions.end(
      actionRecord({ at: NOW, action, request: JSON.stringify(request), outcome: 'delivered', endedAt: NOW }),
    );
  record('send_message', { sender: 'operator' });
  record('send_message', { sender: 'ada' });
  record('send_message', { content: 'From before senders were recorded.' });
  record('release_lock', { sender: 'operator' });
  record('send_message', { sender: 'operator' });
  assert.deepEqual(idsOf(page({ sender: 'operator' })), [5, 1]);
  assert.deepEqual(idsOf(page({ sender: 'nobody' })), []);
});

test('actionsPage(): walking to older and to newer commands meets each exactly once while new ones come', () => {
  for (let seed = 1; seed <= 60; seed += 1) {
    const seeded = new Random(seed);
    const random = (below: number) => seeded.integer(0, below - 1);
    const { history, add, page } = newRecord();
    add(random(40));
    const known = history.db.prepare('SELECT count(*) AS count FROM actions').get() as { count: number };
    const limit = 1 + random(9);
    const first = page({ limit });
    const older = idsOf(first);
    for (let { next_cursor: next } = first; next !== null; ) {
      add(random(3));
      const answer = page({ limit, before: place(next) });
      older.push(...idsOf(answer));
      next = answer.next_cursor;
    }
    const all = Array.from({ length: known.count }, (_, index) => known.count - index);
    assert.deepEqual(older, all, `older, seed ${seed}`);
    const newer: number[] = [];
    let { previous_cursor: after } = first;
    for (let step = 0; step < 30; step += 1) {
      add(step < 20 ? random(4) : 0);
      const answer = page({ limit, after: place(after) });
      newer.push(...idsOf(answer).reverse());
      after = answer.previous_cursor;
    }
    for (let length = -1; length !== newer.length; ) {
      length = newer.length;
      const answer = page({ limit, after: place(after) });
      newer.push(...idsOf(answer).reverse());
      after = answer.previous_cursor;
    }
    const { head } = history.db.prepare('SELECT coalesce(max(id), 0) AS head FROM actions').get() as { head: number };
    // A cursor exists only once something is recorded; without one the newest page comes again.
    const from = first.previous_cursor === null ? 0 : known.count;
    if (first.previous_cursor !== null) {
      assert.deepEqual(
        newer,
        Array.from({ length: head - from }, (_, index) => from + 1 + index),
        `seed ${seed}`,
      );
    }
    history.close();
  }
});

test('actionsPage(): filters by time and agent keep their pages exact', () => {
  const { add, page } = newRecord();
  for (let n = 0; n < 10; n += 1) {
    add(1, 'a');
    add(1, 'b');
  }
  const span = { since: NOW + 5000, until: NOW + 15_000, agent: 'a', limit: 2 };
  const found: number[] = [];
  let next: string | null = '';
  for (let before: ActionPage['before']; next !== null; before = place(next)) {
    const answer = page({ ...span, before });
    found.push(...idsOf(answer));
    next = answer.next_cursor;
  }
  assert.deepEqual(found, [15, 13, 11, 9, 7, 5]);
});

test('actionsPage(): cursors of another history, of the future and of dropped commands are refused', () => {
  const { history, actions, add, page } = newRecord();
  add(10);
  const gone = (query: Partial<ActionPage>) => assert.throws(() => page(query), { code: 'gone_cursor' });
  gone({ before: { epoch: 'other', seq: 3 } });
  gone({ after: { epoch: history.epoch, seq: 11 } });
  actions.prune({ before: 0, rows: 4, keysBefore: 0 }, 100);
  gone({ after: { epoch: history.epoch, seq: 3 } });
  assert.deepEqual(idsOf(page({ after: { epoch: history.epoch, seq: 6 } })), [10, 9, 8, 7]);
  assert.deepEqual(page({ before: { epoch: history.epoch, seq: 7 } }), {
    ...{ actions: [], next_cursor: null, previous_cursor: formatCursor(history.epoch, 6) },
  });
});

test('actionsPage(): an empty record has no cursors', () => {
  const { page } = newRecord();
  assert.deepEqual(page({}), { actions: [], next_cursor: null, previous_cursor: null });
});
