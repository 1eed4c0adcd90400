import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { FakeDashboard } from '../../test/support/fake-dashboard';
import { freePort } from '../../test/support/production-server';
import { until } from '../../test/support/until';
import { askForPermission, type HookRequest, readDecision } from './permission-hook';

const FIXTURES = join(import.meta.dirname, '../../test/fixtures/claude-code/hooks.jsonl');
const request: HookRequest = {
  ...{ sessionId: 's1', transcriptPath: '/t.jsonl', cwd: '/home/u/proj', toolName: 'Bash' },
  toolInput: { command: 'npm test', description: 'Test' },
};
const decided = (decision: object) => ({ hookSpecificOutput: { hookEventName: 'PermissionRequest', decision } });

let dashboard: FakeDashboard;
beforeEach(async () => {
  dashboard = await FakeDashboard.started();
});
afterEach(() => dashboard.close());

const ask = (signal = new AbortController().signal) =>
  askForPermission({ url: dashboard.url, token: 'swarm_t' }, request, signal);

test('askForPermission(): posts what Claude Code posts, with the token, and returns the decision', async () => {
  dashboard.answers['POST /hooks/claude'] = { json: decided({ behavior: 'deny', message: 'not now' }) };
  assert.deepEqual(await ask(), { accepted: false, said: 'not now' });
  const [{ headers, body } = { headers: {}, body: {} }] = dashboard.requests as { headers: object; body: object }[];
  assert.equal((headers as Record<string, string>).authorization, 'Bearer swarm_t');
  const captured = readFileSync(FIXTURES, 'utf8')
    .split('\n')
    .find((line) => line.includes('"PermissionRequest"') && line.includes('permission_suggestions'));
  const known = Object.keys(JSON.parse(captured ?? '{}')).filter((name) => name !== 'prompt_id');
  assert.deepEqual(Object.keys(body).sort(), known.sort());
});

test('askForPermission(): an answer without a decision leaves the dialog', async () => {
  for (const answer of [
    (response: { writeHead(status: number): { end(): void } }) => response.writeHead(204).end(),
    { json: {} },
  ]) {
    dashboard.answers['POST /hooks/claude'] = answer as never;
    assert.equal(await ask(), null);
  }
  dashboard.answers['POST /hooks/claude'] = (response) => response.destroy();
  assert.equal(await ask(), null);
});

test('askForPermission(): the dialog is answered at the terminal first: the request is closed', async () => {
  let isClosed = false;
  dashboard.answers['POST /hooks/claude'] = (response) => response.once('close', () => (isClosed = true));
  const ended = new AbortController();
  const asking = ask(ended.signal);
  await until(
    async () => dashboard.requests.length,
    (count) => count === 1,
  );
  ended.abort();
  assert.equal(await asking, null);
  await until(async () => isClosed, Boolean);
});

test('askForPermission(): waits for a dashboard that is not there yet', async () => {
  const ended = new AbortController();
  const asking = askForPermission({ url: `http://127.0.0.1:${await freePort()}`, token: 't' }, request, ended.signal);
  ended.abort();
  assert.equal(await asking, null);
});

test('readDecision(): only what Claude Code takes', () => {
  assert.deepEqual(readDecision(JSON.stringify(decided({ behavior: 'allow' }))), { accepted: true, said: null });
  const answers = { behavior: 'allow', updatedInput: { answers: { 'Which?': 'This' } } };
  assert.deepEqual(readDecision(JSON.stringify(decided(answers))), { accepted: true, said: 'This' });
  for (const text of ['', '{}', 'null', '[]', JSON.stringify(decided({ behavior: 'ask' }))])
    assert.equal(readDecision(text), null);
  const other = { hookSpecificOutput: { hookEventName: 'PreToolUse', decision: { behavior: 'allow' } } };
  assert.equal(readDecision(JSON.stringify(other)), null);
});
