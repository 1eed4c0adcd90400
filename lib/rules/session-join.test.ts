import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { claudeSession, inPane } from '../../test/support/claude-sessions';
import type { ClaudeSession } from '../sources/claude-code/claude-session';
import { type JoinEntry, joinSessions, type ProcessPlaces } from './session-join';

function entry(fields: Partial<JoinEntry>): JoinEntry {
  return { pid: null, pane: null, gone: false, claudePid: null, rank: [1, 0], ...fields };
}

/** Processes by their parents, and the tmux servers of some. */
function places(parents: Record<number, number> = {}, servers: Record<number, string> = {}): ProcessPlaces {
  const above = (pid: number): number[] => {
    const parent = parents[pid];
    return parent === undefined ? [] : [parent, ...above(parent)];
  };
  return { ancestors: above, tmuxServer: (pid) => servers[pid] ?? null };
}

const pids = (entries: JoinEntry[], sessions: ClaudeSession[], where = places(), inProject = () => true) =>
  joinSessions(entries, sessions, where, inProject).map((session) => session?.pid ?? null);

test('joinSessions(): the session at or below the pid of an entry belongs to it', () => {
  const entries = [entry({ pid: 10 }), entry({ pid: 20 })];
  const sessions = [claudeSession({ pid: 22 }), claudeSession({ pid: 10 })];
  assert.deepEqual(pids(entries, sessions, places({ 22: 21, 21: 20 })), [10, 22]);
});

test('joinSessions(): a session that an agent started is not the agent', () => {
  const sessions = [claudeSession({ pid: 12 }), claudeSession({ pid: 14, entrypoint: 'sdk-cli' })];
  const where = places({ 14: 13, 13: 12, 12: 10 });
  assert.deepEqual(pids([entry({ pid: 10 })], sessions, where), [12]);
  assert.deepEqual(pids([entry({ pid: 10 }), entry({ pid: 14 })], sessions, where), [12, 14], 'unless it is listed');
});

test('joinSessions(): two sessions beside each other under one pid are ambiguous, so that none is joined', () => {
  const sessions = [claudeSession({ pid: 12 }), claudeSession({ pid: 13 })];
  assert.deepEqual(pids([entry({ pid: 10 })], sessions, places({ 12: 10, 13: 10 })), [null]);
});

test('joinSessions(): an ended session, and a pid that another process has now, join nothing', () => {
  assert.deepEqual(pids([entry({ pid: 10 })], [claudeSession({ pid: 10, alive: false })]), [null]);
  assert.deepEqual(pids([entry({ pid: 10, gone: true })], [claudeSession({ pid: 10 })]), [null]);
  const pane = { pane: '%1' };
  assert.deepEqual(pids([entry(pane)], [claudeSession({ pid: 10, alive: false, tmux: inPane('%1') })]), [null]);
});

test('joinSessions(): a session of another pid namespace is never joined by its number, only by its pane', () => {
  const session = claudeSession({ pid: 10, alive: null, tmux: inPane('%1') });
  assert.deepEqual(pids([entry({ pid: 10 })], [session]), [null]);
  assert.deepEqual(pids([entry({ pid: 99, pane: '%1' })], [session]), [10]);
  const elsewhere = () => false;
  assert.deepEqual(
    pids([entry({ pid: 99, pane: '%1' })], [session], places(), elsewhere),
    [null],
    'every server has a %1',
  );
  const simulated = 5_000_000;
  const far = claudeSession({ pid: simulated, alive: null });
  assert.deepEqual(
    pids([entry({ pid: simulated })], [far]),
    [simulated],
    'a number that no process has fits only itself',
  );
});

test('joinSessions(): of two entries with one pid the current one has the session; of equal ones none', () => {
  const former = entry({ pid: 10, rank: [0, 900] });
  assert.deepEqual(pids([former, entry({ pid: 10, rank: [1, 100] })], [claudeSession({ pid: 10 })]), [null, 10]);
  assert.deepEqual(pids([entry({ pid: 10 }), entry({ pid: 10 })], [claudeSession({ pid: 10 })]), [null, null]);
});

test('joinSessions(): by pane only in the same tmux server; an unknown server must leave no doubt', () => {
  const session = claudeSession({ pid: 30, tmux: inPane('%1') });
  const two = [entry({ pid: 10, pane: '%1' }), entry({ pid: 20, pane: '%1' })];
  const servers = (own: Record<number, string>) => places({}, own);
  assert.deepEqual(pids(two, [session], servers({ 10: '/a', 20: '/b', 30: '/b' })), [null, 30]);
  assert.deepEqual(pids(two, [session], servers({ 10: '/a', 20: '/a', 30: '/b' })), [null, null]);
  assert.deepEqual(pids(two, [session]), [null, null], 'both might be it');
  assert.deepEqual(pids(two.slice(0, 1), [session]), [30]);
});

test('joinSessions(): a pane in which another claude was seen does not fit', () => {
  const session = claudeSession({ pid: 30, tmux: inPane('%1') });
  assert.deepEqual(pids([entry({ pid: 10, pane: '%1', claudePid: 11 })], [session]), [null]);
  assert.deepEqual(pids([entry({ pid: 10, pane: '%1', claudePid: 30 })], [session]), [30]);
});

test('joinSessions(): two sessions in one pane are ambiguous', () => {
  const sessions = [30, 31].map((pid) => claudeSession({ pid, tmux: inPane('%1') }));
  assert.deepEqual(pids([entry({ pane: '%1' })], sessions), [null]);
  assert.deepEqual(pids([entry({ pane: '%1' })], sessions, places({ 31: 30 })), [30], 'unless one started the other');
});

const anyPid = fc.integer({ min: 1, max: 8 });
const anyPane = fc.constantFrom('%1', '%2', null);
const anyEntry = fc.record({
  pid: fc.option(anyPid),
  pane: anyPane,
  gone: fc.boolean(),
  claudePid: fc.option(anyPid),
  rank: fc.tuple(fc.constantFrom(0, 1), fc.constantFrom(0, 1)),
});
const anySession = fc
  .record({ pid: anyPid, alive: fc.constantFrom(true, false, null), pane: anyPane })
  .map(({ pid, alive, pane }) => claudeSession({ pid, alive, tmux: pane === null ? null : inPane(pane) }));
// A parent has a smaller number, so that there is no circle.
const anyParents = fc.dictionary(fc.constantFrom('3', '4', '5', '6', '7', '8'), fc.constantFrom(1, 2));
const anyServers = fc.dictionary(fc.constantFrom('1', '2', '3', '4'), fc.constantFrom('/a', '/b'));

test('joinSessions(): no session twice, none that ended, none of another tmux server, whatever the order', () => {
  fc.assert(
    fc.property(
      fc.array(anyEntry, { maxLength: 5 }),
      fc.uniqueArray(anySession, { maxLength: 5, selector: ({ pid }) => pid }),
      anyParents,
      anyServers,
      (entries, sessions, parents, servers) => {
        const where = places(parents, servers);
        const joined = joinSessions(entries, sessions, where, () => true);
        const found = joined.filter((one) => one !== null);
        assert.equal(new Set(found).size, found.length);
        assert.ok(found.every(({ alive }) => alive !== false));
        for (const [index, session] of joined.entries()) {
          const one = entries[index] as JoinEntry;
          if (session === null) continue;
          const byProcess = [session.pid, ...where.ancestors(session.pid)].some((pid) =>
            [one.pid, one.claudePid].includes(pid),
          );
          assert.ok(byProcess || one.pane === session.tmux?.pane);
          assert.ok(!one.gone);
        }
        const backwards = joinSessions(entries.toReversed(), sessions.toReversed(), where, () => true).toReversed();
        assert.deepEqual(backwards, joined);
      },
    ),
  );
});
