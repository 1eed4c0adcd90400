import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { z } from 'zod';
import { contextFor, serveRoute } from '../../../test/support/serve-route';
import type { Action, Caller } from '../../actions/action';
import { ActionRunner, type RecordAction } from '../../actions/runner';
import type { ActionRecord } from '../../contract/action-record';
import { LOCKS_PATH } from '../../contract/paths';
import { problem } from '../../contract/schemas';
import { declareAction } from './action-endpoint';
import { endpoint } from './endpoint';

const WRITER = 'w'.repeat(40);
const READER = 'r'.repeat(40);
const folder = mkdtempSync(join(tmpdir(), 'action-endpoint-'));
const tokens = join(folder, 'tokens.yaml');
writeFileSync(
  tokens,
  JSON.stringify([
    { name: 'writer', scope: 'write', token: WRITER },
    { name: 'reader', scope: 'read', token: READER },
  ]),
  { mode: 0o600 },
);
const closing: (() => void)[] = [];
after(() => {
  for (const close of closing) close();
  rmSync(folder, { recursive: true, force: true });
});

const body = z.object({ path: z.string('must be a text') });
const taken: { path: string; caller: Caller }[] = [];
const action: Action<{ path: string }> = {
  name: 'release_lock',
  group: 'locks',
  outcomes: [],
  subject: ({ path }) => ({ target: path, agentId: null, request: { path } }),
  run: async ({ path }, caller) => {
    taken.push({ path, caller });
    return { status: 201, answer: { outcome: 'released', path }, outcome: 'released', detail: null };
  },
};
const declared = declareAction({
  path: LOCKS_PATH,
  method: 'POST',
  id: 'test',
  summary: '',
  tag: 'Commands',
  answer: 'locks',
  body: { schema: body, example: {}, required: true },
  action: () => action,
  input: ({ body }) => body,
});

/** Serves the command over a record in memory. */
async function serve(settings: Record<string, string> = {}, isLive = true) {
  taken.length = 0;
  const rows: ActionRecord[] = [];
  const record: RecordAction = async (step, row) => {
    if (step === 'end') rows.push(row);
    return null;
  };
  const runner = new ActionRunner({ groups: ['locks'], record });
  const actions = isLive ? ({ runner } as never) : null;
  const context = contextFor({ actions }, { DASHBOARD_TOKENS_FILE: tokens, ...settings });
  const { url, close } = await serveRoute(endpoint([declared], context));
  closing.push(close);
  const send = async (sent: unknown, headers: Record<string, string> = {}, token: string | null = WRITER) => {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        ...(token !== null && { Authorization: `Bearer ${token}` }),
        ...headers,
      },
      body: typeof sent === 'string' ? sent : JSON.stringify(sent),
    });
    return { response, status: response.status, answer: (await response.json()) as Record<string, unknown> };
  };
  const told = () => rows.map(({ principal, outcome, detail, target }) => [principal, outcome, detail, target]);
  return { send, told, rows };
}

test('declareAction(): runs the command for the caller, and answers with its status', async () => {
  const { send, told } = await serve();
  const { status, answer } = await send({ path: 'a' });
  assert.deepEqual([status, answer], [201, { outcome: 'released', path: 'a' }]);
  assert.deepEqual(taken, [{ path: 'a', caller: { name: 'writer', client: '127.0.0.1' } }]);
  assert.deepEqual(told(), [['writer', 'released', null, 'a']]);
});

test('declareAction(): what is refused before it runs is recorded once the caller is known, and never before', async () => {
  const { send, told } = await serve();
  assert.equal((await send({ path: 'a' }, {}, null)).status, 401);
  assert.equal((await send({ path: 'a' }, {}, 'x'.repeat(40))).status, 401);
  assert.deepEqual(told(), []);
  const refused = [
    await send({ path: 1 }),
    await send('{'),
    await send({ path: 'a' }, { 'Content-Type': 'text/plain' }),
    await send({ path: 'a' }, { Origin: 'https://elsewhere.example' }),
    await send({ path: 'a' }, {}, READER),
  ];
  assert.deepEqual(
    refused.map(({ status }) => status),
    [422, 400, 415, 403, 403],
  );
  const details = refused.map(({ answer }) => problem.parse(answer).detail);
  assert.deepEqual(told(), [
    ...details.slice(0, 4).map((detail) => ['writer', 'refused', detail, null]),
    ['reader', 'refused', details[4], null],
  ]);
  assert.deepEqual(taken, []);
});

test('declareAction(): each caller may send a limited number of commands a minute', async () => {
  const { send, told } = await serve({ LIMIT_COMMANDS_PER_MINUTE: '2' });
  await send({ path: 'a' });
  assert.equal((await send({ path: 1 })).status, 422, 'an invalid one counts too');
  const { status, response, answer } = await send({ path: 'a' });
  assert.equal(status, 429);
  assert.equal(response.headers.get('retry-after'), '30');
  assert.equal(answer.detail, '"writer" has sent more than 2 commands per minute; try again in 30 s.');
  assert.deepEqual([taken.length, told().at(-1)?.[1]], [1, 'refused']);
});

test('declareAction(): an Idempotency-Key is 1 to 200 visible ASCII characters', async () => {
  const { send, told } = await serve();
  for (const key of ['', 'two words', 'k'.repeat(201), 'café']) {
    const { status, answer } = await send({ path: 'a' }, { 'Idempotency-Key': key });
    assert.equal(status, 422, JSON.stringify(key));
    assert.deepEqual(problem.parse(answer).errors, [
      { parameter: 'Idempotency-Key', detail: 'must be 1 to 200 visible ASCII characters.' },
    ]);
  }
  assert.deepEqual([taken.length, told().length], [0, 4]);
  assert.equal((await send({ path: 'a' }, { 'Idempotency-Key': '~!'.repeat(100) })).status, 201);
});

test('declareAction(): where no swarm is live, nothing is done', async () => {
  const { send, told } = await serve({}, false);
  assert.equal((await send({ path: 'a' })).status, 409);
  assert.deepEqual([taken, told()], [[], []]);
});
