import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type DispositionChange, Dispositions, MAX_ABSENCE_MS } from './dispositions';
import { History } from './history';

const folder = mkdtempSync(join(tmpdir(), 'dispositions-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const NOW = Date.parse('2026-02-03T09:30:00Z');
const ID = `lock_overlap:"src/a.ts":50%/b`;
const acknowledge: DispositionChange = { id: ID, fingerprint: 'f', action: 'acknowledge', by: 'ann', at: NOW };
const snooze: DispositionChange = { id: ID, fingerprint: 'f', action: 'snooze', by: null, at: NOW + 1, until: null };
const kept = { id: ID, fingerprint: 'f', acknowledged: { by: 'ann', at: NOW }, snoozed: null };

test('all(): decisions survive a restart', () => {
  const file = join(folder, 'restart.sqlite');
  const first = new History(file);
  new Dispositions(first.db).change(acknowledge);
  first.close();
  const second = new History(file);
  assert.deepEqual(new Dispositions(second.db).all(), [kept]);
  second.close();
});

test('all(): each of two connections reads the decisions of the other', () => {
  const file = join(folder, 'two.sqlite');
  const [one, two] = [new History(file), new History(file)];
  const [first, second] = [new Dispositions(one.db), new Dispositions(two.db)];
  first.change(acknowledge);
  second.change(snooze);
  const both = { ...kept, snoozed: { by: null, at: NOW + 1, until: null } };
  assert.deepEqual(first.all(), [both]);
  assert.deepEqual(second.all(), [both]);
  first.change({ id: ID, fingerprint: 'f', action: 'withdraw', at: NOW });
  assert.deepEqual(second.all(), []);
  one.close();
  two.close();
});

test('change(): a decision about other facts replaces the earlier decision', () => {
  const { db } = new History(':memory:');
  const dispositions = new Dispositions(db);
  dispositions.change(acknowledge);
  dispositions.change({ ...snooze, fingerprint: 'other' });
  const [one] = dispositions.all();
  assert.deepEqual([one?.fingerprint, one?.acknowledged], ['other', null]);
});

test('review(): drops ended decisions, and those of items that have not existed for a day', () => {
  const { db } = new History(':memory:');
  const dispositions = new Dispositions(db);
  const ids = () => dispositions.all().map(({ id }) => id);
  for (const id of ['ended', 'gone', 'there']) dispositions.change({ ...acknowledge, id });
  dispositions.review({ present: ['there'], ended: [{ id: 'ended', fingerprint: 'older' }] }, NOW + 1);
  assert.deepEqual(ids(), ['ended', 'gone', 'there'], 'decided again in between, about other facts');
  dispositions.review({ present: ['there'], ended: [{ id: 'ended', fingerprint: 'f' }] }, NOW + MAX_ABSENCE_MS);
  assert.deepEqual(ids(), ['gone', 'there']);
  dispositions.review({ present: [], ended: [] }, NOW + MAX_ABSENCE_MS + 1);
  assert.deepEqual(ids(), ['there']);
});
