/** Terminals of agents on a real tmux. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { TmuxError } from '../../lib/sources/tmux/run-tmux';
import { LINGER_MS, LiveTerminals, type LiveTerminalsOptions } from '../../lib/swarms/live-terminals';
import { missingTmux } from '../support/fake-agents';
import { checkScreens, difference, ScriptedPane } from '../support/screen-exactness';
import { reachPane, type TestPane, TestTmux, TestViewer } from '../support/test-tmux';
import { until } from '../support/until';

const skip = missingTmux() ?? false;
const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));
const SCREENS = 200;

const stops: (() => Promise<void> | void)[] = [];
after(async () => {
  for (const stop of stops.reverse()) await stop();
});

function newTmux(): TestTmux {
  const tmux = new TestTmux();
  stops.push(() => tmux.stop());
  return tmux;
}

/** @returns terminals of agents by the panes in which they run; a pane of null is one that nobody knows */
function terminalsOf(
  panes: Record<string, { tmux: TestTmux; pane: TestPane } | null>,
  more: Partial<LiveTerminalsOptions> = {},
) {
  const terminals = new LiveTerminals({
    reach: (id) => {
      const found = panes[id];
      return found ? reachPane(found.pane) : null;
    },
    places: {
      ancestors: () => [],
      tmuxServer: (pid) => Object.values(panes).find((one) => one?.pane.pid === pid)?.tmux.socket ?? null,
    },
    onFault: (error) => assert.fail(String(error)),
    ...more,
  });
  stops.push(() => terminals.stop());
  return terminals;
}

function newPane(tmux: TestTmux, size?: { columns: number; rows: number }): ScriptedPane {
  const scripted = new ScriptedPane(tmux, size);
  stops.push(() => scripted.close());
  return scripted;
}

const clients = (tmux: TestTmux) => tmux.run('list-clients', '-F', '#{client_name}').split('\n').filter(Boolean);
const equal = (tmux: TestTmux, pane: TestPane, viewer: TestViewer) =>
  until(
    () => difference(tmux, pane, viewer),
    (found) => found === null,
  );
const inState = (viewer: TestViewer, state: string) =>
  until(
    async () => viewer.state?.state,
    (found) => found === state,
  );

test(`open(): ${SCREENS} random screens are those of tmux, with reconnects, floods and cut clients`, {
  skip,
}, async (t) => {
  t.diagnostic(`seed ${SEED} (SEED=${SEED} repeats it)`);
  const figures = await checkScreens(SCREENS, SEED);
  t.diagnostic(JSON.stringify(figures));
  assert.equal(figures.screens, SCREENS);
});

test('open(): wide, combined and coloured text, lines of boxes and the alternate screen', { skip }, async () => {
  const tmux = newTmux();
  const scripted = newPane(tmux);
  const viewer = new TestViewer(terminalsOf({ a: { tmux, pane: scripted.pane } }), 'a').open();
  await inState(viewer, 'open');
  const texts = [
    '日本語 한국어 😀🚀 e\u0301o\u0308 ❯ ⏺ │\r\n',
    '\u001b[1;38;5;201mpink\u001b[48;2;10;20;30m deep\u001b[7m inverse\u001b[0m plain\r\n',
    '\u001b(0lqqk\u001b(B box\r\n',
    '\u001b[?1049h\u001b[H\u001b[2Jother screen 日本',
    '\u001b[?1049lback',
  ];
  for (const text of texts) {
    await scripted.write(text);
    await scripted.isRead();
    await equal(tmux, scripted.pane, viewer);
  }
  assert.match((await viewer.lines()).join('\n'), /pink deep inverse plain/);
});

test('open(): twenty viewers have one client; who comes late has the same screen; who returns goes on', {
  skip,
}, async () => {
  const tmux = newTmux();
  const scripted = newPane(tmux);
  const terminals = terminalsOf({ a: { tmux, pane: scripted.pane } });
  const viewers = Array.from({ length: 20 }, () => new TestViewer(terminals, 'a').open());
  const [first] = viewers as [TestViewer];
  await until(
    async () => first.screens,
    (screens) => screens > 0,
  );
  await scripted.write('one\r\n\u001b[31mred');
  await scripted.isRead();
  for (const viewer of viewers) await equal(tmux, scripted.pane, viewer);
  assert.equal(clients(tmux).length, 1);
  first.close();
  const [screens, letters] = [first.screens, first.outputLetters];
  await scripted.write('and more');
  await scripted.isRead();
  const late = new TestViewer(terminals, 'a').open();
  first.open();
  await equal(tmux, scripted.pane, first);
  await equal(tmux, scripted.pane, late);
  assert.equal(first.screens, screens);
  assert.equal(late.screens, 1);
  // The last output was `and more` and the title by which the test waits.
  assert.ok(first.outputLetters - letters < 40, String(first.outputLetters - letters));
});

test('open(): a viewer behind the ring, or with an id of another pane, gets a screen', { skip }, async () => {
  const tmux = newTmux();
  const scripted = newPane(tmux);
  const terminals = terminalsOf({ a: { tmux, pane: scripted.pane } });
  const keeper = new TestViewer(terminals, 'a').open();
  const viewer = new TestViewer(terminals, 'a').open();
  await until(
    async () => Math.min(keeper.screens, viewer.screens),
    (screens) => screens === 1,
  );
  viewer.close();
  for (let part = 0; part < 30; part += 1) {
    await scripted.write(`${'x'.repeat(100)}\r\n`.repeat(1000));
    await scripted.isRead();
  }
  viewer.open();
  await equal(tmux, scripted.pane, viewer);
  assert.ok(viewer.screens >= 2, String(viewer.screens));
  const stranger = new TestViewer(terminals, 'a');
  stranger.lastId = 'abcdef.7';
  stranger.open();
  await equal(tmux, scripted.pane, stranger);
  assert.equal(stranger.screens, 1);
});

test('open(): a flood ends in the right screen and is sent only in part', { skip }, async () => {
  const tmux = newTmux();
  const pane = tmux.start('sleep 1; seq 100000; exec sleep 1000');
  const viewer = new TestViewer(terminalsOf({ a: { tmux, pane } }), 'a').open();
  await viewer.shows('100000');
  await equal(tmux, pane, viewer);
  assert.deepEqual((await viewer.lines()).slice(-2), ['100000', '']);
  // All is 600 kB; a part, a new screen with a thousand earlier lines, and so on.
  assert.ok(viewer.outputLetters <= 800_000, String(viewer.outputLetters));
});

test('open(): watching changes no size, and follows other sizes and cleared lines', { skip }, async () => {
  const tmux = newTmux();
  const scripted = newPane(tmux, { columns: 70, rows: 15 });
  const viewer = new TestViewer(terminalsOf({ a: { tmux, pane: scripted.pane } }), 'a').open();
  await equal(tmux, scripted.pane, viewer);
  assert.deepEqual([viewer.terminal.cols, viewer.terminal.rows], [70, 15]);
  await scripted.write(Array.from({ length: 60 }, (_, line) => `line ${line}\r\n`).join(''));
  tmux.run('resize-window', '-t', scripted.pane.id, '-x', '50', '-y', '12');
  await until(
    async () => viewer.terminal.cols,
    (columns) => columns === 50,
  );
  await scripted.isRead();
  await equal(tmux, scripted.pane, viewer);
  const earlier = () => viewer.terminal.buffer.active.baseY;
  assert.ok(earlier() > 20, String(earlier()));
  tmux.run('clear-history', '-t', scripted.pane.id);
  await until(
    async () => earlier(),
    (lines) => lines === 0,
  );
  await equal(tmux, scripted.pane, viewer);
});

test('open(): two tmux servers, whose panes have the same id', { skip }, async () => {
  const [one, other] = [newTmux(), newTmux()];
  const [first, second] = [newPane(one), newPane(other)];
  assert.equal(first.pane.id, second.pane.id);
  const terminals = terminalsOf({ a: { tmux: one, pane: first.pane }, b: { tmux: other, pane: second.pane } });
  const viewers = [new TestViewer(terminals, 'a').open(), new TestViewer(terminals, 'b').open()] as const;
  await first.write('of the first');
  await second.write('of the second');
  await viewers[0].shows('of the first');
  await viewers[1].shows('of the second');
  assert.deepEqual([clients(one).length, clients(other).length], [1, 1]);
  other.run('kill-server');
  await inState(viewers[1], 'unreachable');
  await first.write(' goes on');
  await viewers[0].shows('goes on');
  assert.equal(viewers[0].state?.state, 'open');
});

test('open(): a pane that moves to another window and to another session goes on', { skip }, async () => {
  const tmux = newTmux();
  const scripted = newPane(tmux);
  tmux.split(scripted.pane, 'exec sleep 1000');
  const other = tmux.start('exec sleep 1000');
  const viewer = new TestViewer(terminalsOf({ a: { tmux, pane: scripted.pane } }), 'a').open();
  await equal(tmux, scripted.pane, viewer);
  const moves = [
    ['break-pane', '-d', '-s', scripted.pane.id],
    ['join-pane', '-d', '-s', scripted.pane.id, '-t', other.id],
    ['swap-pane', '-d', '-s', scripted.pane.id, '-t', other.id],
  ];
  for (const [index, words] of moves.entries()) {
    tmux.run(...words);
    await scripted.write(`after move ${index}\r\n`);
    await viewer.shows(`after move ${index}`);
    await scripted.isRead();
    await equal(tmux, scripted.pane, viewer);
  }
  // Where it was, tmux has no client any more.
  const sessions = tmux.run('list-clients', '-F', '#{client_session}').split('\n').filter(Boolean);
  assert.deepEqual(sessions, [tmux.run('display-message', '-p', '-t', other.id, '#{session_name}').trim()]);
});

test('open(): a pane that starts again belongs to another process; one that ends is dead or gone', {
  skip,
}, async () => {
  const tmux = newTmux();
  const [kept, closed, again] = [newPane(tmux), newPane(tmux), newPane(tmux)];
  for (const { pane } of [kept, again]) tmux.run('set-option', '-p', '-t', pane.id, 'remain-on-exit', 'on');
  const panes: Parameters<typeof terminalsOf>[0] = {
    kept: { tmux, pane: kept.pane },
    closed: { tmux, pane: closed.pane },
    again: { tmux, pane: again.pane },
  };
  const terminals = terminalsOf(panes);
  const open = (id: string) => new TestViewer(terminals, id).open();
  const viewers = { kept: open('kept'), closed: open('closed'), again: open('again') };
  for (const [name, scripted] of Object.entries({ kept, closed, again }))
    await scripted.write(`\r\n\r\nscreen of ${name}`);
  for (const [name, viewer] of Object.entries(viewers)) await viewer.shows(`screen of ${name}`);
  process.kill(kept.pane.pid, 'SIGKILL');
  await inState(viewers.kept, 'dead');
  await viewers.kept.shows('screen of kept');
  tmux.run('kill-pane', '-t', closed.pane.id);
  await inState(viewers.closed, 'gone');
  await viewers.closed.shows('screen of closed');
  tmux.run('respawn-pane', '-k', '-t', again.pane.id, 'sleep 4; echo of somebody else; exec sleep 1000');
  await inState(viewers.again, 'gone');
  await until(
    async () => tmux.run('capture-pane', '-p', '-t', again.pane.id),
    (screen) => screen.includes('somebody else'),
  );
  assert.doesNotMatch((await viewers.again.lines()).join('\n'), /somebody else/);
  const pid = Number(tmux.run('display-message', '-p', '-t', again.pane.id, '#{pane_pid}'));
  panes.again = { tmux, pane: { id: again.pane.id, pid } };
  await inState(viewers.again, 'open');
  await viewers.again.shows('somebody else');
});

test('open(): output on which the emulator fails leads to a new screen', { skip }, async () => {
  const tmux = newTmux();
  const scripted = newPane(tmux, { columns: 40, rows: 10 });
  const viewer = new TestViewer(terminalsOf({ a: { tmux, pane: scripted.pane } }), 'a').open();
  await equal(tmux, scripted.pane, viewer);
  await scripted.write('first\u001b[10;40H\u001b[1J\u001b[5;5Hafter it');
  await viewer.shows('after it');
  await scripted.write(' and on');
  await viewer.shows('after it and on');
  await equal(tmux, scripted.pane, viewer);
  assert.ok(viewer.screens >= 2);
});

test('open(): previews are whole screens without earlier lines, one text for all viewers', { skip }, async () => {
  const tmux = newTmux();
  const scripted = newPane(tmux);
  const terminals = terminalsOf({ a: { tmux, pane: scripted.pane } });
  const viewers = Array.from({ length: 3 }, () => new TestViewer(terminals, 'a', 'preview').open());
  await scripted.write(Array.from({ length: 500 }, (_, line) => `line ${line}\r\n`).join(''));
  for (const viewer of viewers) await viewer.shows('line 499');
  assert.ok(viewers.every(({ outputLetters, terminal }) => outputLetters === 0 && terminal.buffer.active.baseY === 0));
  const last = viewers.map(({ events }) => events.findLast(({ event }) => event === 'screen'));
  assert.ok(last.every((event) => event?.data === last[0]?.data));
});

test('text(): the screen without attributes; lines(): with them', { skip }, async () => {
  const tmux = newTmux();
  const pane = tmux.start("printf 'a \\033[31mred\\033[m word'; exec sleep 1000");
  const terminals = terminalsOf({ a: { tmux, pane }, nobody: null });
  assert.equal(terminals.lines('a'), null);
  const answer = await until(
    () => terminals.text('a'),
    (found) => 'text' in found && found.text !== '',
  );
  assert.deepEqual(answer, { text: 'a red word' });
  assert.equal(terminals.lines('a')?.lines[0], 'a \u001b[0;31mred\u001b[0m word');
  assert.deepEqual(terminals.lines('a')?.cursor, { x: 10, y: 0 });
  const none = await terminals.text('nobody');
  assert.ok('state' in none && none.state.state === 'no_pane');
});

test('open(): the control client ends after the last viewer, by the clock; not if one comes back', {
  skip,
}, async () => {
  const tmux = newTmux();
  const scripted = newPane(tmux);
  const timers: { ms: number; run: () => void; cancelled: boolean }[] = [];
  const terminals = terminalsOf(
    { a: { tmux, pane: scripted.pane } },
    {
      after: (ms, run) => {
        const timer = { ms, run, cancelled: false };
        timers.push(timer);
        return () => {
          timer.cancelled = true;
        };
      },
    },
  );
  assert.deepEqual(clients(tmux), []);
  const viewer = new TestViewer(terminals, 'a').open();
  await equal(tmux, scripted.pane, viewer);
  viewer.close();
  assert.deepEqual(
    timers.map(({ ms, cancelled }) => [ms, cancelled]),
    [[LINGER_MS, false]],
  );
  viewer.open();
  assert.ok(timers[0]?.cancelled);
  assert.equal(viewer.screens, 1);
  viewer.close();
  assert.equal(clients(tmux).length, 1);
  timers[1]?.run();
  await until(
    async () => clients(tmux),
    (found) => found.length === 0,
  );
  assert.deepEqual(terminals.servers, []);
});

test('stop(): ends the control clients, and neither tmux nor the agents', { skip }, async () => {
  const tmux = newTmux();
  const scripted = newPane(tmux);
  const terminals = terminalsOf({ a: { tmux, pane: scripted.pane } });
  const viewer = new TestViewer(terminals, 'a').open();
  await equal(tmux, scripted.pane, viewer);
  await terminals.stop();
  await until(
    async () => clients(tmux),
    (found) => found.length === 0,
  );
  process.kill(scripted.pane.pid, 0);
  assert.equal(new TestViewer(terminals, 'a').open().state, null);
});

test('open(): why there is no terminal', async () => {
  const reach = () => reachPane({ id: '%0', pid: 1 });
  const stateWith = async (run: LiveTerminalsOptions['run'], more: Partial<LiveTerminalsOptions> = {}) => {
    const places = { ancestors: () => [], tmuxServer: () => '/nowhere/socket' };
    const terminals = new LiveTerminals({
      reach,
      places,
      onFault: (error) => assert.fail(String(error)),
      ...(run && { run }),
      ...more,
    });
    stops.push(() => terminals.stop());
    const viewer = new TestViewer(terminals, 'a').open();
    const state = await until(
      async () => viewer.state,
      (found) => found !== null,
    );
    assert.match(state?.detail ?? '', /^[A-Z].*\.$/);
    return state?.state;
  };
  const failing = (kind: TmuxError['kind']) => () => Promise.reject(new TmuxError('A sentence.', true, kind));
  assert.equal(await stateWith(failing('no_tmux')), 'no_tmux');
  assert.equal(await stateWith(failing('other_user')), 'other_user');
  assert.equal(await stateWith(failing('gone')), 'unreachable');
  assert.equal(await stateWith(async () => '2.9a\n%0:$0:1:0:1:0:80:24:0:sh\n'), 'old_version');
  assert.equal(await stateWith(async () => '3.3a\n%1:$0:1:0:9:0:80:24:0:sh\n'), 'gone');
  const places = { ancestors: () => [], tmuxServer: () => null };
  assert.equal(await stateWith(undefined, { places }), 'no_pane');
  assert.equal(await stateWith(undefined, { reach: () => null }), 'no_pane');
  assert.equal(await stateWith(undefined, { reach: () => ({ ...reach(), pane: null }) }), 'no_pane');
});
