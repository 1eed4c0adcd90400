import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openDatabase } from './database';
import { EVERYTHING, Spans } from './spans';

test('rewoundUntil(), rewind(): periods that an earlier version marked as rewound are still recognized', () => {
  const db = openDatabase(':memory:');
  const spans = new Spans(db);
  spans.addUnknown(EVERYTHING, 'No dashboard was running.', 1000, 2000);
  spans.addUnknown(EVERYTHING, 'The clock was set back, so this time was lived twice.', 3000, 4000);
  assert.deepEqual(spans.rewoundUntil(0), [4000]);
  spans.rewind(2500, 5000, 0);
  const rows = db.prepare('SELECT since, until FROM spans ORDER BY since, until').all();
  assert.deepEqual(rows, [
    { since: 1000, until: 2000 },
    { since: 2500, until: 5000 },
    { since: 3000, until: 4000 },
  ]);
  assert.deepEqual(spans.rewoundUntil(0), [4000, 5000]);
  db.close();
});
