import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { contextFor, serveRoute } from '../../../../test/support/serve-route';
import type { AttentionDecision } from '../../../contract/attention-requests';
import { examples } from '../../../contract/examples';
import { ATTENTION_ITEM_PATH } from '../../../contract/paths';
import { type AttentionEntry, attentionEntry, problem } from '../../../contract/schemas';
import { BundleSwarm } from '../../../swarms/bundle-swarm';
import { NoSwarm } from '../../../swarms/empty-swarm';
import type { Runtime } from '../../../swarms/swarm';
import { endpoint } from '../endpoint';
import { ATTENTION_ENDPOINTS } from './attention';

const folder = mkdtempSync(join(tmpdir(), 'decisions-'));
const closing: (() => void)[] = [];
after(() => {
  for (const close of closing) close();
  rmSync(folder, { recursive: true, force: true });
});

const ID = `lock_overlap:"src/50% a.ts":[b]/c`;
const TOKEN = 'a-token-of-a-reader-that-is-long-enough';
const tokens = join(folder, 'tokens');
writeFileSync(
  tokens,
  JSON.stringify([{ name: 'reader', scope: 'read', sha256: createHash('sha256').update(TOKEN).digest('hex') }]),
  { mode: 0o600 },
);

const item: AttentionEntry = { ...examples.attentionEntry, id: ID };
const decisions: [id: string, decision: AttentionDecision, by: string | null][] = [];
const live: Partial<Runtime> = {
  decide: async (...decided) => {
    decisions.push(decided);
    return decided[0] === ID ? item : null;
  },
};

type Decision = '' | '/ack' | '/snooze';

/** What the endpoints answer from in one test. */
let context = contextFor(live);

/** Sends a request with JSON, as a page of this site does unless headers say otherwise. */
async function send(path: Decision, method: string, body?: string, headers: Record<string, string> = {}, id = ID) {
  const { url, close } = await serveRoute(
    endpoint(
      ATTENTION_ENDPOINTS.filter((one) => one.path === `${ATTENTION_ITEM_PATH}${path}`),
      context,
    ),
  );
  closing.push(close);
  const sent = { ...(body !== undefined && { 'Content-Type': 'application/json' }), 'Sec-Fetch-Site': 'same-origin' };
  return fetch(`${url}attention/${encodeURIComponent(id)}${path}`, {
    method,
    headers: { ...sent, ...headers },
    ...(body !== undefined && { body }),
  });
}

async function refusal(response: Promise<Response>) {
  const { type, ...rest } = problem.parse(await (await response).json());
  return { code: type.split(':').at(-1), ...rest };
}

test('POST and DELETE answer the item, and decide for the id as it was before it was encoded', async () => {
  context = contextFor(live);
  decisions.length = 0;
  const answers = [
    await send('/ack', 'POST', '{}'),
    await send('/ack', 'POST', 'null'),
    await send('/snooze', 'POST', '{"minutes": 15}'),
    await send('/snooze', 'POST', '{"minutes": null}'),
    await send('', 'DELETE'),
    await send('', 'DELETE', '{}'),
  ];
  for (const answer of answers) {
    assert.equal(answer.status, 200);
    assert.deepEqual(attentionEntry.parse(await answer.json()), item);
  }
  assert.deepEqual(decisions, [
    [ID, { action: 'acknowledge' }, null],
    [ID, { action: 'acknowledge' }, null],
    [ID, { action: 'snooze', minutes: 15 }, null],
    [ID, { action: 'snooze', minutes: null }, null],
    [ID, { action: 'withdraw' }, null],
    [ID, { action: 'withdraw' }, null],
  ]);
});

test('POST: read access is enough, and the name of the token is kept', async () => {
  context = contextFor(live, { DASHBOARD_TOKENS_FILE: tokens });
  decisions.length = 0;
  assert.equal((await send('/ack', 'POST', '{}')).status, 401);
  const answer = await send('/ack', 'POST', '{}', { Authorization: `Bearer ${TOKEN}` });
  assert.equal(answer.status, 200);
  assert.deepEqual(decisions, [[ID, { action: 'acknowledge' }, 'reader']]);
});

test('POST and DELETE: another origin and another type than JSON are refused', async () => {
  context = contextFor(live);
  decisions.length = 0;
  const elsewhere = { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' };
  for (const [path, method] of [
    ['/ack', 'POST'],
    ['/snooze', 'POST'],
    ['', 'DELETE'],
  ] as const) {
    const body = method === 'POST' ? '{}' : undefined;
    assert.equal((await refusal(send(path, method, body, elsewhere))).code, 'cross_origin');
    const text = await refusal(send(path, method, '{}', { 'Content-Type': 'text/plain' }));
    assert.deepEqual([text.code, text.status], ['unsupported_media_type', 415]);
  }
  assert.deepEqual(decisions, []);
});

test('POST: a faulty body is refused with the name of the field', async () => {
  context = contextFor(live);
  decisions.length = 0;
  for (const body of ['{}', '{"minutes": 30}', '{"minutes": "15"}']) {
    const { status, errors } = await refusal(send('/snooze', 'POST', body));
    assert.deepEqual([status, errors], [422, [{ parameter: 'minutes', detail: 'must be 15, 60 or null.' }]], body);
  }
  for (const body of ['null', '[]', '5'])
    assert.equal((await refusal(send('/snooze', 'POST', body))).status, 422, body);
  assert.equal((await refusal(send('/ack', 'POST', '[]'))).status, 422);
  assert.equal((await refusal(send('/ack', 'POST', '{'))).code, 'malformed_body');
  assert.deepEqual(decisions, []);
});

test('POST: an unknown item is 404; without a live swarm nothing is decided', async () => {
  context = contextFor(live);
  const unknown = await refusal(send('/ack', 'POST', '{}', {}, 'agent_dead:nobody'));
  assert.deepEqual([unknown.code, unknown.status], ['not_found', 404]);
  const closed: Runtime[] = [new NoSwarm('1'), Object.create(BundleSwarm.prototype)];
  for (const runtime of closed) {
    context = contextFor({ decide: () => runtime.decide(ID, { action: 'acknowledge' }, null) });
    const { code, status } = await refusal(send('/ack', 'POST', '{}'));
    assert.deepEqual([code, status], ['not_live', 409]);
  }
});

test('other methods are refused with those that are possible', async () => {
  context = contextFor(live);
  const get = await send('/ack', 'GET');
  assert.deepEqual([get.status, get.headers.get('allow')], [405, 'OPTIONS, POST']);
  const post = await send('', 'POST', '{}');
  assert.deepEqual([post.status, post.headers.get('allow')], [405, 'OPTIONS, DELETE']);
});
