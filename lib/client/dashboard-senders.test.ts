import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lastSent } from './dashboard-senders';

test('lastSent(): only messages that the dashboard took are evidence', () => {
  const command = (at: string, outcome: string) => ({ at, outcome });
  assert.equal(lastSent([]), null);
  const unsent = ['refused', 'failed', 'started', 'unknown'].map((outcome) => command('t3', outcome));
  assert.equal(lastSent(unsent), null);
  assert.equal(lastSent([...unsent, command('t2', 'queued'), command('t1', 'delivered')]), 't2');
});
