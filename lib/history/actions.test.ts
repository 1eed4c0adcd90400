import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { actionRecord } from '../../test/support/action-records';
import { actionIds, actionMarks, actionRows } from './action-rows';
import { Actions } from './actions';
import { History } from './history';

const folder = mkdtempSync(join(tmpdir(), 'actions-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const NOW = Date.parse('2026-02-03T09:30:00Z');
const HOUR = 3_600_000;
const ALL = { limit: 1000 };

/** An empty record in memory. */
function emptyRecord(process = 'p') {
  const history = new History(':memory:');
  const actions = new Actions(history.db, process);
  const listed = () => actionRows(history.db, ALL).rows.map(({ action, outcome }) => `${action} ${outcome}`);
  return { history, db: history.db, actions, listed };
}

test('start(), end(): a command is there before its effect, and completed after it', () => {
  const { actions, db, listed } = emptyRecord();
  const begun = actionRecord({ at: NOW, target: 'src/a.ts', agentId: 'agent-1', request: '{"filepath":"src/a.ts"}' });
  assert.equal(actions.start(begun), null);
  assert.deepEqual(listed(), ['release_lock started']);
  actions.end({ ...begun, endedAt: NOW + 5, outcome: 'released', detail: 'It was held.' });
  assert.deepEqual(actionRows(db, ALL).rows, [
    {
      ...{ id: 1, at: NOW, ended_at: NOW + 5, principal: 'ada', client: '127.0.0.1', action: 'release_lock' },
      ...{ target: 'src/a.ts', agent: 'agent-1', request: '{"filepath":"src/a.ts"}', outcome: 'released' },
      detail: 'It was held.',
    },
  ]);
});

test('start(): the beginning is synchronized, so that a power cut does not lose it; what follows is fast again', () => {
  const { actions, db } = emptyRecord();
  const steps: string[] = [];
  const { pragma } = db;
  db.pragma = (text, options) => {
    steps.push(text);
    return pragma.call(db, text, options);
  };
  db.function('note_insert', () => void steps.push('insert'));
  db.exec('CREATE TEMP TRIGGER noted AFTER INSERT ON actions BEGIN SELECT note_insert(); END');
  actions.start(actionRecord());
  assert.deepEqual(steps, ['synchronous = FULL', 'insert', 'synchronous = NORMAL']);
});

test('end(): adds a command whose beginning is not there, without its key', () => {
  const { actions, listed } = emptyRecord();
  const ended = actionRecord({ outcome: 'refused', endedAt: NOW, key: 'k', fingerprint: 'f', answer: '{}' });
  actions.end(ended);
  actions.end({ ...ended, outcome: 'released' });
  assert.deepEqual(listed(), ['release_lock released']);
  assert.equal(actions.start(actionRecord({ key: 'k' })), null, 'the key is free');
});

test('start(): a key is one for each principal, and returns the earlier command instead of writing', () => {
  const { actions, listed } = emptyRecord();
  const first = actionRecord({ at: NOW, key: 'k', fingerprint: 'f' });
  actions.start(first);
  const again = actionRecord({ key: 'k', fingerprint: 'g' });
  assert.deepEqual(actions.start(again), { at: NOW, outcome: 'started', fingerprint: 'f', answer: null });
  actions.end({ ...first, outcome: 'released', answer: '{"a":1}' });
  assert.deepEqual(actions.start(again), { at: NOW, outcome: 'released', fingerprint: 'f', answer: '{"a":1}' });
  assert.equal(actions.start({ ...again, principal: 'bob' }), null);
  assert.deepEqual(listed(), ['release_lock started', 'release_lock released']);
});

test('review(): commands of ended processes become unknown; own ones and those of living processes do not', () => {
  const file = join(folder, 'shared.sqlite');
  const histories = ['own', 'dead', 'living'].map((name) => {
    const history = new History(file);
    const actions = new Actions(history.db, name);
    actions.start(actionRecord({ action: name }));
    return { history, actions };
  });
  const asked: string[] = [];
  histories[0]?.actions.review((process) => {
    asked.push(process);
    return process === 'living';
  });
  const { rows } = actionRows((histories[0] as { history: History }).history.db, ALL);
  assert.deepEqual(
    rows.map(({ action, outcome, ended_at, detail }) => [action, outcome, ended_at, detail !== null]),
    [
      ['living', 'started', null, false],
      ['dead', 'unknown', null, true],
      ['own', 'started', null, false],
    ],
  );
  assert.deepEqual(asked.sort(), ['dead', 'living']);
  for (const { history } of histories) history.close();
});

test('end(): a command that was taken to be lost gets its true outcome', () => {
  const { actions, db, listed } = emptyRecord('a');
  const record = actionRecord();
  actions.start(record);
  new Actions(db, 'b').review(() => false);
  assert.deepEqual(listed(), ['release_lock unknown']);
  actions.end({ ...record, outcome: 'released', endedAt: NOW });
  assert.deepEqual(listed(), ['release_lock released']);
});

test('prune(): drops from the oldest on by age and by number; a key that is still needed keeps its row and those after', () => {
  const { actions, db } = emptyRecord();
  for (let n = 0; n < 10; n += 1) {
    actions.end(actionRecord({ at: NOW + n * HOUR, outcome: 'released' }));
  }
  const prune = (before: number, rows: number, keysBefore = NOW) => actions.prune({ before, rows, keysBefore }, 100);
  assert.equal(prune(NOW + 2 * HOUR, 1000), 2);
  assert.deepEqual(actionIds(db), { head: 10, oldest: 3 });
  assert.equal(prune(0, 5), 3);
  assert.deepEqual(actionIds(db), { head: 10, oldest: 6 });
  actions.start(actionRecord({ at: NOW + 10 * HOUR, key: 'k' }));
  actions.end(actionRecord({ at: NOW + 11 * HOUR, outcome: 'released' }));
  assert.equal(prune(NOW + 20 * HOUR, 1000), 5, 'the rows before the key');
  assert.deepEqual(actionIds(db), { head: 12, oldest: 11 });
  assert.equal(prune(NOW + 20 * HOUR, 1000, NOW + 11 * HOUR), 2, 'the key is forgotten');
  assert.deepEqual(actionIds(db), { head: 12, oldest: 13 });
  assert.equal(prune(Number.NEGATIVE_INFINITY, 1000), 0);
});

test('prune(): one call drops a bounded number', () => {
  const { actions, db } = emptyRecord();
  for (let n = 0; n < 20; n += 1) actions.end(actionRecord({ at: NOW }));
  assert.equal(actions.prune({ before: NOW + 1, rows: 1000, keysBefore: NOW }, 7), 7);
  assert.deepEqual(actionIds(db), { head: 20, oldest: 8 });
});

test('actionMarks(): commands of one name about one agent within a step are one mark', () => {
  const { actions, db } = emptyRecord();
  const about = (seconds: number, agentId: string | null, action = 'send_message', outcome = 'sent') =>
    actions.end(actionRecord({ at: NOW + seconds * 1000, agentId, action, outcome }));
  about(0, 'a', 'send_message', 'first');
  about(1, 'a');
  about(2, 'a', 'interrupt');
  about(3, 'b');
  about(11, 'a');
  about(12, null);
  about(90, 'a');
  const marks = (step: number, agent?: string) =>
    actionMarks(db, { since: NOW, until: NOW + 60_000 }, step, agent).map(
      (mark) => `${mark.id} ${mark.agent} ${mark.action} ${mark.outcome} ${mark.count}`,
    );
  assert.deepEqual(marks(10_000), [
    '1 a send_message first 2',
    '3 a interrupt sent 1',
    '4 b send_message sent 1',
    '5 a send_message sent 1',
  ]);
  assert.deepEqual(marks(60_001, 'a'), ['1 a send_message first 3', '3 a interrupt sent 1']);
});
