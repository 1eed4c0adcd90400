import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { reachPane } from '../../test/support/test-tmux';
import { until } from '../../test/support/until';
import { snapshotRequest } from '../sources/tmux/pane-snapshot';
import { LiveTerminals, MAX_LINGERING, MAX_WATCHED } from './live-terminals';

const stops: (() => Promise<void>)[] = [];
after(() => Promise.all(stops.map((stop) => stop())));

/** @returns terminals of agents by the numbers of their panes, in a server to which no client can attach */
function manyTerminals(size = '80:24') {
  const timers: { run: () => void; cancelled: boolean }[] = [];
  const panes = Array.from({ length: 300 }, (_, number) => `%${number}:$0:1:0:${number + 1}:0:${size}:0:claude`);
  const terminals = new LiveTerminals({
    reach: (id) => reachPane({ id: `%${id}`, pid: Number(id) + 1 }),
    places: { ancestors: () => [], tmuxServer: () => '/nowhere/socket' },
    onFault: (error) => assert.fail(String(error)),
    run: async () => ['3.3a', ...panes].join('\n'),
    after: (_ms, run) => {
      const timer = { run, cancelled: false };
      timers.push(timer);
      return () => {
        timer.cancelled = true;
      };
    },
  });
  stops.push(() => terminals.stop());
  return { terminals, timers };
}

test('open(): more terminals than can be watched say so, and are watched when there is room', async () => {
  const { terminals, timers } = manyTerminals();
  const cursors = Array.from({ length: MAX_WATCHED + 1 }, (_, id) =>
    terminals.open(`${id}`, 'preview', null, () => {}),
  );
  const states = await until(
    async () => cursors.map((cursor) => cursor.next()?.data),
    ([first]) => first !== undefined,
  );
  const stateOf = (at: number) => (states[at] as { state: string; detail: string }).state;
  assert.deepEqual([stateOf(0), stateOf(MAX_WATCHED - 1), stateOf(MAX_WATCHED)], ['open', 'open', 'unreachable']);
  assert.match((states[MAX_WATCHED] as { detail: string }).detail, /as many terminals as it can/);
  cursors[0]?.close();
  timers[0]?.run();
  const seen = await until(
    async () => cursors[MAX_WATCHED]?.next()?.data as { state: string } | undefined,
    (found) => found !== undefined,
  );
  assert.equal(seen?.state, 'open');
});

test('open(): of many terminals that were left, only the last ones are still watched', () => {
  const { terminals, timers } = manyTerminals();
  for (let id = 0; id < MAX_LINGERING + 8; id += 1) terminals.open(`${id}`, 'live', null, () => {}).close();
  assert.deepEqual(
    timers.map(({ cancelled }) => cancelled),
    timers.map((_, at) => at < 8),
  );
});

test('open(): a pane of a size that would take all memory is not watched', async () => {
  const { terminals } = manyTerminals('10000:10000');
  const cursor = terminals.open('0', 'live', null, () => {});
  const state = await until(
    async () => cursor.next()?.data,
    (found) => found !== undefined,
  );
  assert.deepEqual(state, {
    ...{ state: 'unreachable', pane: null, server: '/nowhere/socket', command: null, foreground: 'unknown' },
    detail: 'Its pane has 10000 columns and 10000 rows; at most 1000 x 1000 are shown.',
  });
});

test('snapshotRequest(): a pane that has just become too large has no screen', () => {
  const ended: object[] = [];
  const request = snapshotRequest(
    0,
    () => {},
    (result) => ended.push(result),
  );
  // Process, ended, width, height, then everything else.
  const facts = ['7', '0', '10000', '10000', ...Array.from({ length: 16 }, () => '0'), 'title'].join(':');
  request.onReply(0, [Buffer.from(facts)]);
  assert.equal(request.expect(1), null);
  for (const index of [1, 2]) request.onReply(index, []);
  assert.deepEqual(ended, [{ fault: 'tmux said nothing of it, or it is too large.' }]);
});
