import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { examples } from '../../lib/contract/examples';
import { problemOf } from '../../lib/contract/problems';
import { FakeDashboard } from '../../test/support/fake-dashboard';
import { main } from './main';
import { Output } from './output';

const KEY = 'k'.repeat(43);
const state = mkdtempSync(join(tmpdir(), 'commands-'));
const FOREIGN = /^(DASHBOARD_|INIT_CWD$|TMUX|HOST$|PORT$|OPERATOR_|CLAUDESWARM_ROOT$)/;
const delivered = { outcome: 'delivered', via: 'session', detail: 'The transcript has it.', expires_at: null };

let dashboard: FakeDashboard;

before(() => {
  for (const name of Object.keys(process.env)) if (FOREIGN.test(name)) delete process.env[name];
  process.env.XDG_STATE_HOME = state;
  mkdirSync(join(state, 'claude-swarm-dashboard'));
  writeFileSync(join(state, 'claude-swarm-dashboard', 'operator-key'), `${KEY}\n`, { mode: 0o600 });
});
after(() => rmSync(state, { recursive: true }));
beforeEach(async () => {
  dashboard = await FakeDashboard.started();
});
afterEach(() => dashboard.close());

/** Runs a command against the fake dashboard. */
async function run(...words: string[]) {
  const [out, errors] = [new PassThrough(), new PassThrough()];
  const exitCode = await main([...words, '--url', dashboard.url], new Output(out, errors));
  return { exitCode, out: String(out.read() ?? ''), errors: String(errors.read() ?? '') };
}

test('send: posts the message with the operator key, prints each delivery, and the worst outcome is the exit code', async () => {
  const outcomes: [string[], number][] = [
    [['delivered', 'delivered'], 0],
    [['delivered', 'queued'], 5],
    [['unknown', 'delivered'], 5],
    [['queued', 'failed'], 1],
  ];
  for (const [[one, two], expected] of outcomes) {
    const deliveries = {
      'agent-1': { ...delivered, outcome: one },
      'agent-2': { ...delivered, outcome: two, via: null },
    };
    dashboard.answers['POST /api/messages'] = { status: 201, json: { message: {}, deliveries } };
    const { exitCode, out } = await run('send', 'agent-1,agent-2', 'hello\nworld', '--type', 'question', '--ack');
    assert.equal(exitCode, expected);
    assert.match(out.split('\n')[1] ?? '', new RegExp(`^agent-1  ${one} +session  The transcript has it\\.$`));
  }
  const [asked] = dashboard.commands;
  assert.deepEqual(asked?.body, {
    ...{ recipients: ['agent-1', 'agent-2'], msg_type: 'QUESTION', content: 'hello\nworld', requires_ack: true },
  });
  assert.equal(asked?.headers.authorization, `Bearer ${KEY}`);
  assert.equal(asked?.headers['content-type'], 'application/json');
  const keys = dashboard.commands.map(({ headers }) => headers['idempotency-key']);
  assert.equal(new Set(keys).size, outcomes.length);
});

test('send: an answer of the API is printed as it is with --json, the credentials never', async () => {
  const answer = { message: { id: 'm1' }, deliveries: { 'agent-1': delivered }, new_field: 1 };
  dashboard.answers['POST /api/messages'] = { status: 201, json: answer };
  const { out, errors } = await run('broadcast', 'hi', '--json', '--as', 'me', '--key', 'once');
  assert.deepEqual(JSON.parse(out), answer);
  assert.deepEqual(dashboard.commands[0]?.body, { recipients: ['all'], msg_type: 'INFO', content: 'hi', sender: 'me' });
  assert.equal(dashboard.commands[0]?.headers['idempotency-key'], 'once');
  assert.ok(!`${out}${errors}`.includes(KEY));
});

test('a refusal has the exit code 3 and says what the dashboard says; with --json its problem is printed', async () => {
  const problem = { ...problemOf('lock_conflict', 'src/a.ts is locked by agent-\u001b[31m1.'), conflicts: [] };
  dashboard.answers['POST /api/locks'] = { status: 409, json: problem };
  const human = await run('lock', 'src/a.ts', '--as', 'agent-2');
  assert.deepEqual(human, { exitCode: 3, out: '', errors: 'src/a.ts is locked by agent-␛[31m1.\n' });
  const machine = await run('lock', 'src/a.ts', '--as', 'agent-2', '--json');
  assert.deepEqual([machine.exitCode, JSON.parse(machine.out)], [3, problem]);
});

test('release: a lock of another agent is refused with the option that takes it away', async () => {
  const problem = problemOf('lock_held_by_other', 'x is held by agent-1.');
  dashboard.answers['POST /api/locks/release'] = { status: 409, json: problem };
  const { exitCode, errors } = await run('release', 'x', '--as', 'agent-2');
  assert.deepEqual([exitCode, errors], [3, 'x is held by agent-1. Here: "release PATH --force".\n']);
});

test('a command to a wrong path of the dashboard says that the address may be wrong', async () => {
  dashboard.answers['POST /api/locks'] = {
    status: 405,
    json: problemOf('method_not_allowed', 'POST is not possible.'),
  };
  const { exitCode, errors } = await run('lock', 'x', '--as', 'a');
  assert.equal(exitCode, 3);
  assert.equal(errors, `POST is not possible. Is ${dashboard.url} the whole address of this dashboard?\n`);
});

test('a refusal for want of an operator key says where it was looked for', async () => {
  const file = join(state, 'other-key');
  process.env.OPERATOR_KEY_FILE = file;
  dashboard.answers['POST /api/locks'] = { status: 401, json: problemOf('operator_key_required', 'Needs the key.') };
  const { exitCode, errors } = await run('lock', 'x', '--as', 'a').finally(() => delete process.env.OPERATOR_KEY_FILE);
  assert.equal(exitCode, 3);
  assert.ok(errors.startsWith(`Needs the key. There is no operator key ${file}`), errors);
  assert.equal(dashboard.commands[0]?.headers.authorization, undefined);
});

test('a dashboard that fails has the exit code 1, one that is no dashboard too, and one that is not there 4', async () => {
  dashboard.answers['GET /api/locks'] = { status: 500, json: problemOf('internal', 'It failed.') };
  assert.equal((await run('locks')).exitCode, 1);
  dashboard.answers['GET /api/locks'] = (response) => response.writeHead(200).end('<html>');
  assert.match((await run('locks')).errors, /does not understand/);
  dashboard.answers['GET /api/locks'] = (response) =>
    response.writeHead(302, { Location: 'http://evil.example' }).end();
  assert.match((await run('locks')).errors, /status 302 and without a reason/);
  dashboard.close();
  const { exitCode, errors } = await run('locks');
  assert.equal(exitCode, 4);
  assert.match(errors, /^No dashboard answers at http:\S+ \(--url; ECONNREFUSED\)\. Start it, or .+\n$/);
});

test('a command whose answer is lost is not repeated, and says that its effect is not known', async () => {
  dashboard.answers['POST /api/locks/release'] = (response) => response.destroy();
  const { exitCode, errors } = await run('release', 'x', '--as', 'a', '--key', 'k1');
  assert.equal(exitCode, 5);
  assert.match(errors, /not known whether the command had an effect.*--key k1/);
  assert.equal(dashboard.commands.length, 1);
});

test('locks: a table without control characters; none is said on the standard error', async () => {
  const [lock] = examples.locks.locks;
  const odd = { ...lock, filepath: 'src/\u001b]0;x\u0007.ts', agent_id: 'agent-1', reason: 'a\nb', orphaned: true };
  dashboard.answers['GET /api/locks'] = { json: { ...examples.locks, locks: [odd], count: 1 } };
  const { out } = await run('locks');
  assert.match(out, /^PATH +HOLDER +AGE +STATE +REASON\nsrc\/␛\]0;x␇\.ts +agent-1 .*orphaned.* +a ⏎ b\n$/);
  dashboard.answers['GET /api/locks'] = { json: { ...examples.locks, locks: [], count: 0 } };
  assert.deepEqual(await run('locks', '--holder', 'a'), { exitCode: 0, out: '', errors: 'There are no locks.\n' });
  assert.equal(dashboard.requests.at(-1)?.path, '/api/locks?holder=a&limit=1000');
});

test('release --force: takes away exactly the lock that the path has, also on a later page', async () => {
  const [lock] = examples.locks.locks;
  const page = (locks: object[], next_cursor: string | null) => ({ ...examples.locks, locks, limit: 1, next_cursor });
  dashboard.answers['GET /api/locks'] = (response, { path }) => {
    const isSecond = path.includes('cursor=');
    const wanted = { ...lock, filepath: 'src/b.ts', lock_file: 'b.lock', agent_id: 'agent-7', locked_at: 17.5 };
    response.end(JSON.stringify(isSecond ? page([wanted], null) : page([lock as object], 'Yi5sb2Nr')));
  };
  dashboard.answers['POST /api/locks/release'] = { json: { outcome: 'released' } };
  const { exitCode, out } = await run('release', 'src/b.ts', '--force');
  assert.deepEqual([exitCode, out], [0, 'released src/b.ts, held by agent-7\n']);
  const body = { lock_file: 'b.lock', expected: { agent_id: 'agent-7', locked_at: 17.5 }, force: true };
  assert.deepEqual(dashboard.commands[0]?.body, body);
  const none = await run('release', 'src/none.ts', '--force');
  assert.deepEqual([none.exitCode, dashboard.commands.length], [3, 1]);
});

test('lock: without --as and outside of an agent nothing is sent', async () => {
  const { exitCode, errors } = await run('lock', 'x');
  assert.deepEqual([exitCode, dashboard.requests.length], [2, 0]);
  assert.match(errors, /--as AGENT/);
});

const asked = {
  ...{ id: 'p1', agent_id: 'agent-1', session_id: 's', kind: 'question', subagent: null, tool_name: 'AskUserQuestion' },
  tool_input: { questions: [{ question: 'Which?' }, { question: 'How\u001b?' }] },
  ...{
    suggestions: [],
    cwd: null,
    since: '2026-01-30T12:00:00+00:00',
    answerable: true,
    expires_at: null,
    resolved: null,
  },
};

test('tasks: lists them with the age of their status, and says what is missing', async () => {
  const [task] = examples.tasks.tasks;
  const own = { ...task, id: '7', list: 'team', owner: 'te\u001bst', assigned_to: null, status_since: null };
  const file = { state: 'unreadable', reason: 'TASKS.json is unusable.', kept_from: null };
  dashboard.answers['GET /api/tasks'] = { json: { tasks: [task, own], left_off: 3, file } };
  const { exitCode, out, errors } = await run('tasks');
  assert.match(
    out,
    /^ID +STATUS +SINCE +PRIORITY +AGENT +OBJECTIVE\n0e3b.* working .* high +agent-1 +Round the totals/,
  );
  assert.match(out, /\n7 +working +\? +high +te/);
  assert.ok(!out.includes('\u001b'));
  assert.deepEqual([exitCode, errors], [0, '3 more tasks are not listed.\nTASKS.json is unusable.\n']);
  assert.ok(!(await run('tasks', '--agent', 'agent-1')).out.includes('\n7'));
  assert.match((await run('tasks', '--agent', 'agent-9')).errors, /^No such task is listed\.\n3 more tasks/);
  assert.equal(JSON.parse((await run('tasks', '--json')).out).left_off, 3);
});

test('tasks: that there are none is said only if it is known; what is old or skipped is named', async () => {
  const none = async (file: object | null) => {
    dashboard.answers['GET /api/tasks'] = { json: { tasks: [], left_off: 0, file } };
    return (await run('tasks')).errors;
  };
  const unread = { state: 'unreadable', reason: 'TASKS.json is unusable.', kept_from: null };
  assert.equal(await none(unread), 'The tasks are not known.\nTASKS.json is unusable.\n');
  assert.equal(await none(null), 'The tasks are not known.\n');
  assert.equal(await none({ state: 'missing', reason: 'There is no file.', kept_from: null }), 'There are no tasks.\n');
  const gone = { state: 'missing', reason: 'It is gone.', kept_from: '2026-02-03T09:00:00+00:00' };
  assert.match(await none(gone), /\nIt is gone\.\n$/);
  const skipped = [{ reason: 'entry is not an object', count: 1, last: 'tasks["a"]' }];
  assert.match(
    await none({ state: 'ok', reason: null, kept_from: null, skipped }),
    /\nTASKS\.json: Skipped 1 entry: entry is not an object \(last: tasks\["a"\]\)\.\n$/,
  );
});

test('permissions: lists the requests; allow and deny answer them', async () => {
  dashboard.answers['GET /api/permissions'] = { json: { permissions: [asked] } };
  const { out } = await run('permissions');
  assert.match(out, /^ID +AGENT .*\np1 +agent-1 +.*open +AskUserQuestion +\[\{"question":"Which\?"/);
  assert.ok(!out.includes('\u001b'));
  dashboard.answers['POST /api/permissions/p1'] = { json: { outcome: 'answered', detail: 'Done.' } };
  assert.deepEqual(await run('allow', 'p1', '--answer', 'This', '--answer', 'So'), {
    ...{ exitCode: 0, out: 'answered: p1. Done.\n', errors: '' },
  });
  assert.deepEqual(dashboard.commands[0]?.body, {
    behavior: 'allow',
    answers: { 'Which?': 'This', 'How\u001b?': 'So' },
  });
  assert.equal((await run('allow', 'p1', '--answer', 'one')).exitCode, 2);
  dashboard.answers['POST /api/permissions/p1'] = { json: { outcome: 'already_answered' } };
  const late = await run('deny', 'p1', '--message', 'no');
  assert.deepEqual([late.exitCode, late.out], [3, 'already answered: p1\n']);
  assert.deepEqual(dashboard.commands.at(-1)?.body, { behavior: 'deny', message: 'no' });
});

test('an id with slashes stays one part of the path', async () => {
  dashboard.answers['POST /api/permissions/..%2Flocks'] = { json: { outcome: 'answered' } };
  assert.equal((await run('allow', '../locks')).exitCode, 0);
});

test('output that nobody reads any more ends the command without an error', async () => {
  dashboard.answers['GET /api/locks'] = { json: examples.locks };
  const closed = new Writable({
    write: (_chunk, _encoding, done) => done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' })),
  });
  assert.equal(await main(['locks', '--url', dashboard.url], new Output(closed, new PassThrough())), 0);
});

test('--help needs no dashboard', async () => {
  const out = new PassThrough();
  assert.equal(await main(['send', '--help'], new Output(out)), 0);
  assert.match(String(out.read()), /^Usage: claude-swarm-dashboard send AGENT/);
});

test('screen: the plain screen without control characters; why there is none is a refusal', async () => {
  const text = 'one\n  ❯ 1. Yes\u001b[0m\u202e\n\n\n';
  dashboard.answers['GET /api/agent/terminal'] = (response) =>
    response.writeHead(200, { 'Content-Type': 'text/plain' }).end(text);
  const shown = await run('screen', 'a/b');
  assert.deepEqual([shown.exitCode, shown.errors], [0, '']);
  assert.match(shown.out, /^one\n {2}❯ 1\. Yes␛\[0m.+\n$/);
  assert.equal(dashboard.requests.at(-1)?.path, '/api/agent/terminal?id=a%2Fb&text=1');
  assert.equal(dashboard.requests.at(-1)?.headers.authorization, undefined, 'the operator key is only for commands');
  dashboard.answers['GET /api/agent/terminal'] = { status: 409, json: problemOf('no_terminal', 'No pane is known.') };
  assert.deepEqual(await run('screen', 'a'), { exitCode: 3, out: '', errors: 'No pane is known.\n' });
});

test('interrupt: sent once, and the exit code says whether the agent stopped', async () => {
  for (const [outcome, expected] of [
    ['stopped', 0],
    ['not_working', 0],
    ['still_working', 5],
    ['unknown', 5],
    ['not_pressed', 1],
  ] as const) {
    dashboard.answers['POST /api/agent/interrupt'] = { json: { outcome, detail: 'Because.', pane: '%1' } };
    const { exitCode, out } = await run('interrupt', 'agent-1', '--key', 'k');
    assert.deepEqual([exitCode, out], [expected, `agent-1: ${outcome.replaceAll('_', ' ')}. Because.\n`]);
  }
  const [first] = dashboard.commands;
  assert.deepEqual([first?.path, first?.body], ['/api/agent/interrupt?id=agent-1', {}]);
  assert.deepEqual([first?.headers['idempotency-key'], first?.headers.authorization], ['k', `Bearer ${KEY}`]);
});
