import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { reachPane } from '../../test/support/test-tmux';
import { until } from '../../test/support/until';
import { LiveTerminals, MAX_LINGERING, MAX_WATCHED } from './live-terminals';

const stops: (() => Promise<void>)[] = [];
after(() => Promise.all(stops.map((stop) => stop())));

/** @returns terminals of agents by the numbers of their panes, in a server to which no client can attach */
function manyTerminals() {
  const timers: { run: () => void; cancelled: boolean }[] = [];
  const panes = Array.from({ length: 300 }, (_, number) => `%${number}:$0:1:0:${number + 1}:0:80:24:0:claude`);
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
