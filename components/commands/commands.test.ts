import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ActionEntry, ActionsAnswer } from '@/lib/contract/action-schemas';
import { listFrom, withNewest, withOlder } from './commands';

const entry = (id: number, outcome = 'released'): ActionEntry => ({
  ...{ id, at: '', ended_at: null, principal: null, client: '', action: 'a', target: null, agent_id: null },
  ...{ request: null, outcome, detail: null },
});
const page = (ids: number[], next: string | null, outcome?: string): ActionsAnswer => ({
  actions: ids.map((id) => entry(id, outcome)),
  next_cursor: next,
  previous_cursor: `e.${ids[0] ?? 0}`,
});
const ids = ({ actions }: { actions: readonly ActionEntry[] }) => actions.map(({ id }) => id);

test('withNewest(): new commands and new outcomes are taken, older pages stay', () => {
  const list = withOlder(listFrom(page([9, 8, 7], 'e.7', 'started')), page([6, 5], 'e.5'));
  const newer = withNewest(list, page([10, 9, 8], 'e.8', 'released'));
  assert.deepEqual([ids(newer), newer.next], [[10, 9, 8, 7, 6, 5], 'e.5']);
  assert.deepEqual(
    newer.actions.map(({ outcome }) => outcome),
    ['released', 'released', 'released', 'started', 'released', 'released'],
  );
});

test('withNewest(): after more than a page of new commands the list begins again, since some would be missing', () => {
  const list = withOlder(listFrom(page([9, 8], 'e.8')), page([7, 6], null));
  assert.deepEqual(withNewest(list, page([20, 19], 'e.19')), listFrom(page([20, 19], 'e.19')));
  const adjacent = withNewest(list, page([11, 10], 'e.10'));
  assert.deepEqual(ids(adjacent), [11, 10], 'whether 9 follows 10 is not known: ids of a filtered list have gaps');
});

test('withNewest(): where the retention has dropped the older commands, the page is all there is', () => {
  const list = withOlder(listFrom(page([9, 8], 'e.8')), page([7, 6], null));
  assert.deepEqual(withNewest(list, page([9, 8], null)), listFrom(page([9, 8], null)));
});
