import assert from 'node:assert/strict';
import { afterEach, beforeEach, mock, test } from 'node:test';
import { claudeSession } from '../../test/support/claude-sessions';
import type { PermissionRequest } from '../sources/claude-code/permission-request';
import { ENDED_SHOWN_MS, HOLD_TIMEOUT_MS, MAX_HELD, SUBAGENT_HOLD_TIMEOUT_MS } from './held-list';
import type { SeenSession } from './held-permission';
import { PendingPermissions } from './pending-permissions';
import type { HookAnswer } from './permission-answer';

const NOW = 1_770_000_000_000;
const SESSION = 's-1';
const ALLOW: HookAnswer = {
  hookSpecificOutput: { hookEventName: 'PermissionRequest', decision: { behavior: 'allow' } },
};
const DENY: HookAnswer = {
  hookSpecificOutput: { hookEventName: 'PermissionRequest', decision: { behavior: 'deny', message: 'no' } },
};

beforeEach(() => mock.timers.enable({ apis: ['setTimeout', 'Date'], now: NOW }));
afterEach(() => mock.timers.reset());

function asked(fields: Partial<PermissionRequest> = {}): PermissionRequest {
  return {
    ...{ sessionId: SESSION, agentId: null, agentType: null, toolName: 'Bash', toolInput: { command: 'ls' } },
    ...{ suggestions: [], cwd: '/srv', ...fields },
  };
}

function session(fields: Partial<SeenSession> = {}): SeenSession {
  return { ...claudeSession({ pid: 1 }), sessionId: SESSION, status: 'busy', statusUpdatedAt: NOW - 5000, ...fields };
}

/** Requests with connections that the test closes or lets be answered. */
function stage({ watched = true, enabled = true, foreign = false, headless = false } = {}) {
  const world = { watched, changes: 0 };
  const pending = new PendingPermissions({
    enabled,
    sight: () => ({ agent: 'agent-1', foreign, headless }),
    isWatched: () => world.watched,
    onChange: () => {
      world.changes += 1;
    },
  });
  const hold = (fields: Partial<PermissionRequest> = {}) => {
    let end: (how: 'sent' | 'closed') => void = () => {};
    const ended = new Promise<'sent' | 'closed'>((resolve) => {
      end = resolve;
    });
    const held = { answer: undefined as HookAnswer | null | undefined, close: () => end('closed'), isClosed: false };
    void pending.hold(asked(fields), { ended }).then((answer) => {
      held.answer = answer;
      // The server writes what it is given, unless the client has left.
      end('sent');
    });
    return held;
  };
  const list = () => pending.state.permissions;
  const outcomes = () => list().map(({ resolved }) => resolved?.outcome ?? 'open');
  return { pending, hold, list, outcomes, world };
}

/** Lets promises settle; the clock stands still. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
}

test('hold(): a request is listed with its input and answered once; the second answer is told who was faster', async () => {
  const { pending, hold, list } = stage();
  const held = hold();
  const [shown] = list();
  assert.ok(shown);
  assert.deepEqual(
    [shown.agent_id, shown.kind, shown.tool_input, shown.answerable, shown.resolved],
    ['agent-1', 'tool', { command: 'ls' }, true, null],
  );
  assert.equal(Date.parse(shown.expires_at ?? '') - NOW, HOLD_TIMEOUT_MS);
  const [first, second] = await Promise.all([
    pending.answer(shown.id, () => ALLOW, 'anna'),
    pending.answer(shown.id, () => DENY, 'bert'),
  ]);
  assert.equal(first.outcome, 'answered');
  assert.deepEqual([second.outcome, /^anna allowed it/.test(second.detail)], ['already_answered', true]);
  assert.equal(held.answer, ALLOW);
  mock.timers.tick(ENDED_SHOWN_MS);
  assert.deepEqual(list(), []);
  assert.equal((await pending.answer(shown.id, () => DENY, null)).outcome, 'already_answered', 'it is remembered');
  await assert.rejects(
    pending.answer('p-unknown', () => DENY, null),
    /There is no permission request/,
  );
});

test('answer(): a refused answer leaves the request open', async () => {
  const { pending, hold, outcomes, list } = stage();
  hold();
  const id = list()[0]?.id ?? '';
  const refuse = () => {
    throw new Error('does not fit');
  };
  await assert.rejects(pending.answer(id, refuse, null), /does not fit/);
  assert.deepEqual(outcomes(), ['open']);
});

test('answer(): an answer that no longer reaches Claude Code is not reported as given', async () => {
  const { pending, list, outcomes } = stage();
  let end: (how: 'sent' | 'closed') => void = () => {};
  const ended = new Promise<'sent' | 'closed'>((resolve) => {
    end = resolve;
  });
  void pending.hold(asked(), { ended });
  const answering = pending.answer(list()[0]?.id ?? '', () => ALLOW, null);
  end('closed');
  assert.equal((await answering).outcome, 'expired');
  assert.deepEqual(outcomes(), ['ended']);
});

test('hold(): without an answer a main agent is let go after 10 min, and nothing is ever answered by itself', async () => {
  const { hold, outcomes } = stage();
  const held = hold();
  mock.timers.tick(HOLD_TIMEOUT_MS - 1);
  await settle();
  assert.equal(held.answer, undefined);
  mock.timers.tick(1);
  await settle();
  assert.deepEqual([held.answer, outcomes()], [null, ['expired']]);
});

test('hold(): subagents are held for 45 s, and only while somebody watches', async () => {
  const { pending, hold, outcomes, world } = stage();
  const held = hold({ agentId: 'a1', agentType: 'tester' });
  mock.timers.tick(SUBAGENT_HOLD_TIMEOUT_MS);
  await settle();
  assert.deepEqual([held.answer, outcomes()], [null, ['expired']]);
  const second = hold({ agentId: 'a2' });
  const main = hold();
  pending.releaseSubagents();
  await settle();
  assert.deepEqual([second.answer, main.answer], [null, undefined]);
  world.watched = false;
  const third = hold({ agentId: 'a3' });
  await settle();
  assert.equal(third.answer, null);
});

test('hold(): a headless session and its subagents are held like a main agent, whoever watches', async () => {
  const { hold, list } = stage({ headless: true, watched: false });
  hold();
  hold({ agentId: 'a1' });
  await settle();
  assert.deepEqual(
    list().map(({ expires_at }) => Date.parse(expires_at ?? '') - NOW),
    [HOLD_TIMEOUT_MS, HOLD_TIMEOUT_MS],
  );
});

test('hold(): nothing is held if the group is off, for sessions of other projects, and after the stop', async () => {
  for (const options of [{ enabled: false }, { foreign: true }]) {
    const { hold, list } = stage(options);
    const held = hold();
    await settle();
    assert.deepEqual([held.answer, list()], [null, []]);
  }
  const { pending, hold } = stage();
  const held = hold();
  pending.stop();
  const late = hold();
  await settle();
  assert.deepEqual([held.answer, late.answer], [null, null]);
});

test('hold(): what is over the bounds is let go at once, and the list says so', async () => {
  const { hold, list, outcomes } = stage();
  for (let index = 0; index < MAX_HELD; index += 1) hold({ sessionId: `s-${index}` });
  assert.equal(outcomes().filter((one) => one === 'open').length, MAX_HELD);
  const over = hold({ sessionId: 'over' });
  await settle();
  assert.equal(over.answer, null);
  assert.match(list().at(-1)?.resolved?.detail ?? '', /200 requests are held already/);
});

test('hold(): inputs are kept up to 4 MB in all, deeply nested ones are not', async () => {
  const { hold, list } = stage();
  const large = { content: 'x'.repeat(1_900_000) };
  hold({ sessionId: 'a', toolInput: large });
  hold({ sessionId: 'b', toolInput: large });
  const third = hold({ sessionId: 'c', toolInput: large });
  let deep: unknown = 1;
  for (let level = 0; level < 10_000; level += 1) deep = [deep];
  const nested = hold({ sessionId: 'd', toolInput: deep });
  await settle();
  assert.deepEqual([third.answer, nested.answer], [null, null]);
  const said = list().map(({ tool_input, resolved }) => [tool_input === null, resolved?.outcome ?? 'open']);
  assert.deepEqual(said, [
    [false, 'open'],
    [false, 'open'],
    [true, 'released'],
    [true, 'released'],
  ]);
});

test('compare(): a request is over when its session has waited and waits no more', async () => {
  const { pending, hold, outcomes } = stage();
  const held = hold();
  // The hook arrives before the status changes.
  pending.compare([session()], true);
  assert.deepEqual(outcomes(), ['open']);
  pending.compare([session({ status: 'waiting', statusUpdatedAt: NOW + 60 })], true);
  assert.deepEqual(outcomes(), ['open']);
  mock.timers.tick(3000);
  pending.compare([session({ status: 'busy', statusUpdatedAt: NOW + 3000 })], true);
  await settle();
  assert.deepEqual([held.answer, outcomes()], [null, ['answered_locally']]);
});

test('compare(): an answer between two readings counts, a status that was under way does not', () => {
  for (const [changedAt, expected] of [
    [NOW + 50, 'open'],
    [NOW + 800, 'answered_locally'],
  ] as const) {
    const { pending, hold, outcomes } = stage();
    hold();
    pending.compare([session({ statusUpdatedAt: changedAt })], true);
    assert.deepEqual(outcomes(), [expected], String(changedAt - NOW));
  }
});

test('compare(): without a prompt within 10 s something else has answered', () => {
  const { pending, hold, outcomes } = stage();
  hold();
  mock.timers.tick(10_000);
  pending.compare([session()], true);
  assert.deepEqual(outcomes(), ['open']);
  mock.timers.tick(1);
  pending.compare([session()], true);
  assert.deepEqual(outcomes(), ['ended']);
});

test('compare(): the status says nothing about subagents, headless sessions and files that cannot be read', () => {
  const { pending, hold, outcomes } = stage();
  hold({ agentId: 'a1' });
  mock.timers.tick(20_000);
  pending.compare([session({ status: 'idle', statusUpdatedAt: NOW + 5000 })], true);
  assert.deepEqual(outcomes(), ['open']);
  for (const fields of [{ entrypoint: 'sdk-cli' }, { keptFrom: NOW }, { status: null }, { statusUpdatedAt: null }]) {
    const other = stage();
    other.hold();
    mock.timers.tick(20_000);
    other.pending.compare([session({ statusUpdatedAt: NOW + 60_000, ...fields })], true);
    assert.deepEqual(other.outcomes(), ['open'], JSON.stringify(fields));
  }
});

test('compare(): a session that waited for a subagent before waits for both, and then for none', () => {
  const { pending, hold, outcomes } = stage();
  hold();
  const before = session({ status: 'waiting', statusUpdatedAt: NOW - 9000 });
  pending.compare([before], true);
  // Its own dialog may not be there yet, while the other one is answered.
  pending.compare([session({ status: 'busy', statusUpdatedAt: NOW + 20 })], true);
  assert.deepEqual(outcomes(), ['open']);
  mock.timers.tick(2500);
  pending.compare([before], true);
  pending.compare([session({ status: 'busy', statusUpdatedAt: NOW + 2600 })], true);
  assert.deepEqual(outcomes(), ['answered_locally']);
});

test('compare(): a session that ended or was killed ends its requests; one that was never seen does not', async () => {
  const { pending, hold, outcomes } = stage();
  const held = hold();
  pending.compare([], true);
  assert.deepEqual(outcomes(), ['open']);
  pending.compare([session()], true);
  pending.compare([], false);
  assert.deepEqual(outcomes(), ['open'], 'the list is not complete');
  pending.compare([], true);
  await settle();
  assert.deepEqual([held.answer, outcomes()], [null, ['ended']]);
  const killed = stage();
  killed.hold();
  killed.pending.compare([session({ alive: false })], true);
  assert.deepEqual(killed.outcomes(), ['ended']);
});

test('hold(): a closed connection ends a request at once; the session file then says why', async () => {
  const refused = stage();
  const held = refused.hold();
  refused.pending.compare([session({ status: 'waiting', statusUpdatedAt: NOW + 60 })], true);
  held.close();
  await settle();
  assert.deepEqual(refused.outcomes(), ['ended']);
  refused.pending.compare([session({ status: 'idle', statusUpdatedAt: NOW + 400 })], true);
  assert.deepEqual(refused.outcomes(), ['refused_locally']);

  const timedOut = stage();
  const impatient = timedOut.hold();
  timedOut.pending.compare([session({ status: 'waiting', statusUpdatedAt: NOW + 60 })], true);
  mock.timers.tick(5000);
  impatient.close();
  await settle();
  mock.timers.tick(1600);
  timedOut.pending.compare([session({ status: 'waiting', statusUpdatedAt: NOW + 60 })], true);
  const [shown] = timedOut.list();
  assert.equal(shown?.resolved?.outcome, 'released');
  assert.match(shown?.resolved?.detail ?? '', /did not wait longer.*hooks status/);
});

test('answer(): a prompt that stays open after the answer is said', async () => {
  const { pending, hold, list } = stage();
  hold();
  const waiting = session({ status: 'waiting', statusUpdatedAt: NOW + 60 });
  pending.compare([waiting], true);
  mock.timers.tick(1000);
  await pending.answer(list()[0]?.id ?? '', () => ALLOW, null);
  pending.compare([waiting], true);
  assert.doesNotMatch(list()[0]?.resolved?.detail ?? '', /still waits/);
  mock.timers.tick(2000);
  pending.compare([waiting], true);
  assert.match(list()[0]?.resolved?.detail ?? '', /still waits/);
});

test('noteResults(): the result of the same call ends a request, in any order of its fields; others do not', () => {
  const { pending, hold, outcomes } = stage();
  const input = { command: 'ls', description: 'List' };
  hold({ toolInput: input });
  const results = (more: object) => ({ sessionId: SESSION, agentId: null, calls: [], ...more });
  const call = { toolName: 'Bash', toolInput: { description: 'List', command: 'ls' } };
  pending.noteResults(results({ calls: [{ toolName: 'Read', toolInput: input }] }));
  pending.noteResults(results({ calls: [{ ...call, toolInput: { command: 'ls' } }] }));
  pending.noteResults(results({ calls: [call], agentId: 'a1' }));
  pending.noteResults(results({ calls: [call], sessionId: 'other' }));
  assert.deepEqual(outcomes(), ['open']);
  pending.noteResults(results({ calls: [{ toolName: 'Read', toolInput: {} }, call] }));
  assert.deepEqual(outcomes(), ['answered_locally']);
});

test('hold(): a new request of the same agent ends its former one; other agents and sessions keep theirs', () => {
  const { hold, outcomes } = stage();
  hold();
  hold({ agentId: 'a1' });
  hold({ sessionId: 'other' });
  hold();
  assert.deepEqual(outcomes(), ['answered_locally', 'open', 'open', 'open']);
});

test('noteTurnEnd(), noteSessionEnd(): a turn ends what its main agent asks, a session everything', () => {
  const { pending, hold, outcomes } = stage();
  hold();
  hold({ agentId: 'a1' });
  pending.noteTurnEnd(SESSION);
  assert.deepEqual(outcomes(), ['ended', 'open']);
  pending.noteSessionEnd(SESSION);
  assert.deepEqual(outcomes(), ['ended', 'ended']);
});
