/**
 * Who may act: every declared command of the production server under every kind of caller that may not send it. Nothing
 * may change. Commands that are declared later are covered by themselves.
 */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { newToken } from '../../lib/config/tokens-file';
import { ME_PATH } from '../../lib/contract/paths';
import { ENDPOINTS } from '../../lib/server/api/endpoints/endpoints';
import { type Answer, askAll, HostileClient, type Question } from '../support/hostile-requests';
import { ProductionServer } from '../support/production-server';

/** `npm run security` guesses more often. */
const GUESSES = process.env.SECURITY === 'full' ? 10_000 : 200;
const LOGINS_PER_MINUTE = 10;
const COMMANDS = ENDPOINTS.filter(({ scope }) => scope === 'write');
const NONE = COMMANDS.length === 0 && 'no command is declared';

const folder = mkdtempSync(join(tmpdir(), 'security-commands-'));
const root = join(folder, 'root');
const tokensFile = join(folder, 'tokens.yaml');
const keyFile = join(folder, 'state', 'operator-key');
const reader = newToken('reader', 'read');
const writer = newToken('writer', 'write');
const hook = newToken('hook', 'hook');
const base = { CLAUDESWARM_ROOT: root, SWARM_HISTORY: 'off', XDG_STATE_HOME: join(folder, 'state') };
let output = '';
const serverOf = (environment: Record<string, string>) =>
  new ProductionServer({ ...base, LOG_LEVEL: 'trace', LOG_FORMAT: 'json', ...environment }, '127.0.0.1', (text) => {
    output += text;
  });
/** Without credentials, with tokens, and with commands switched off. */
const open = serverOf({
  OPERATOR_KEY_FILE: keyFile,
  // Each command is sent with every wrong key, from one address.
  LIMIT_LOGINS_PER_MINUTE: '1000000',
  LIMIT_COMMANDS_PER_MINUTE: '0',
  DASHBOARD_ALLOW_ANONYMOUS: '1',
});
/** As `open`, with a limit for wrong keys. */
const guarded = serverOf({ OPERATOR_KEY_FILE: keyFile, LIMIT_LOGINS_PER_MINUTE: String(LOGINS_PER_MINUTE) });
const closed = serverOf({ DASHBOARD_TOKENS_FILE: tokensFile, LIMIT_LOGINS_PER_MINUTE: '1000000' });
const readOnly = serverOf({ OPERATOR_KEY_FILE: keyFile, ACTIONS: 'off', LIMIT_LOGINS_PER_MINUTE: '1000000' });
const servers = [open, guarded, closed, readOnly];
const clients = new Map<ProductionServer, HostileClient>();

before(async () => {
  mkdirSync(join(root, '.agent_locks'), { recursive: true });
  writeFileSync(join(root, 'ACTIVE_AGENTS.json'), JSON.stringify({ agents: [{ id: 'agent-1' }] }));
  writeFileSync(tokensFile, [reader, writer, hook].map(({ line }) => `${line}\n`).join(''), { mode: 0o600 });
  await Promise.all(servers.map((server) => server.start()));
  for (const server of servers) clients.set(server, new HostileClient(server.port));
});
after(async () => {
  for (const client of clients.values()) client.close();
  await Promise.all(servers.map((server) => server.stop()));
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
});

type Headers = Question['headers'] & {};

/** A command as its documentation shows it. */
function questionOf({ path, method = 'POST', body }: (typeof COMMANDS)[number], headers: Headers): Question {
  const sent = body === undefined ? '{}' : JSON.stringify(body.example);
  return { method, target: path.replace(/\{\w+\}/g, 'agent-1'), headers, body: sent };
}

async function ask(server: ProductionServer, question: Question): Promise<Answer & { code: string }> {
  const answer = await (clients.get(server) as HostileClient).ask(question);
  const { type = '' } = answer.body.startsWith('{') ? JSON.parse(answer.body) : {};
  return { ...answer, code: String(type).replace(/.*:/, '') };
}

const JSON_TYPE = ['Content-Type', 'application/json'] as const;
const bearer = (text: string) => ['Authorization', `Bearer ${text}`] as const;
const originOf = (server: ProductionServer) => ['Origin', server.origin] as const;
const key = () => bearer(open.operatorKey);

/** Everything below the project root, by path. */
function filesBelow(place: string): Record<string, string> {
  const names = readdirSync(place, { recursive: true, encoding: 'utf8' }).sort();
  return Object.fromEntries(
    names.map((name) => {
      const path = join(place, name);
      return [name, statSync(path).isFile() ? readFileSync(path, 'latin1') : 'folder'];
    }),
  );
}

/** Sends every command in each way, and requires that all are refused with a certain problem and change nothing. */
async function refused(server: ProductionServer, ways: Record<string, [headers: Headers, code: string]>) {
  const before = filesBelow(root);
  for (const [way, [headers, code]] of Object.entries(ways)) {
    for (const command of COMMANDS) {
      const answer = await ask(server, questionOf(command, headers));
      const said = `${way}: ${command.method} ${command.path}: ${answer.status} ${answer.body}`;
      assert.equal(answer.code, code, said);
      assert.doesNotMatch(answer.head, /^access-control-allow-origin/im, said);
    }
  }
  assert.deepEqual(filesBelow(root), before);
}

test('commands: the operator key is needed, from this computer, and nothing else passes for it', { skip: NONE }, () => {
  const own = [JSON_TYPE, originOf(open)];
  return refused(open, {
    'no key': [own, 'operator_key_required'],
    'no key, no browser': [[JSON_TYPE], 'operator_key_required'],
    'the key as a password': [
      [...own, ['Authorization', `Basic ${Buffer.from(`operator:${open.operatorKey}`).toString('base64')}`]],
      'operator_key_required',
    ],
    'the key as a cookie': [[...own, ['Cookie', `key=${open.operatorKey}`]], 'operator_key_required'],
    'a wrong key': [[...own, bearer('w'.repeat(43))], 'operator_key_required'],
    'a token of hooks': [[...own, bearer(hook.token)], 'operator_key_required'],
    'from elsewhere': [[...own, key(), ['X-Forwarded-For', '10.0.0.1']], 'write_scope_required'],
    'another name of this server': [[JSON_TYPE, key(), ['Host', 'evil.example']], 'forbidden_host'],
  });
});

test('commands: pages of other sites and forms are refused, even with the key', { skip: NONE }, () =>
  refused(open, {
    'another site': [[JSON_TYPE, key(), ['Origin', 'https://evil.example']], 'cross_origin'],
    'another port': [[JSON_TYPE, key(), ['Origin', 'http://127.0.0.1:1']], 'cross_origin'],
    'a sandboxed page': [[JSON_TYPE, key(), ['Origin', 'null']], 'cross_origin'],
    'what the browser says': [[JSON_TYPE, key(), originOf(open), ['Sec-Fetch-Site', 'same-site']], 'cross_origin'],
    'no origin': [[JSON_TYPE, key(), ['Sec-Fetch-Site', 'cross-site']], 'cross_origin'],
    text: [[['Content-Type', 'text/plain'], key(), originOf(open)], 'unsupported_media_type'],
    form: [[['Content-Type', 'application/x-www-form-urlencoded'], key()], 'unsupported_media_type'],
    upload: [[['Content-Type', 'multipart/form-data; boundary=a'], key()], 'unsupported_media_type'],
    untyped: [[key(), originOf(open)], 'unsupported_media_type'],
  }),
);

test('commands: with credentials only the scope write passes, and the operator key has no effect', { skip: NONE }, () =>
  refused(closed, {
    nobody: [[JSON_TYPE, originOf(closed)], 'credentials_required'],
    'scope read': [[JSON_TYPE, bearer(reader.token)], 'write_scope_required'],
    'scope read in a browser': [
      [
        JSON_TYPE,
        originOf(closed),
        ['Authorization', `Basic ${Buffer.from(`reader:${reader.token}`).toString('base64')}`],
      ],
      'write_scope_required',
    ],
    'scope hook': [[JSON_TYPE, bearer(hook.token)], 'read_scope_required'],
    'the operator key': [[JSON_TYPE, key()], 'credentials_required'],
    'another site': [[JSON_TYPE, bearer(writer.token), ['Origin', 'https://evil.example']], 'cross_origin'],
    text: [[['Content-Type', 'text/plain'], bearer(writer.token)], 'unsupported_media_type'],
  }),
);

test('commands: where they are switched off, no key and no body lets one pass', { skip: NONE }, async () => {
  const before = filesBelow(root);
  for (const command of COMMANDS) {
    const { code, body } = await ask(readOnly, questionOf(command, [JSON_TYPE, key()]));
    assert.equal(code, 'actions_off', `${command.path}: ${body}`);
  }
  assert.deepEqual(filesBelow(root), before);
});

test('commands: methods that are not declared are refused before anything is read', { skip: NONE }, async () => {
  for (const command of COMMANDS) {
    const declared = ENDPOINTS.filter(({ path }) => path === command.path).map(
      ({ method = 'GET' }) => method as string,
    );
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'].filter((one) => !declared.includes(one))) {
      const answer = await ask(open, { ...questionOf(command, [JSON_TYPE, key()]), method });
      assert.equal(answer.code, 'method_not_allowed', `${method} ${command.path}`);
    }
  }
});

test('commands: control: the right caller passes every check of access', { skip: NONE }, async () => {
  for (const [server, authorization] of [
    [open, key()],
    [closed, bearer(writer.token)],
  ] as const) {
    for (const command of COMMANDS) {
      const { status, body } = await ask(server, questionOf(command, [JSON_TYPE, authorization]));
      assert.ok(![401, 403, 415, 429].includes(status), `${command.method} ${command.path}: ${status} ${body}`);
    }
  }
});

test('guesses: few of many operator keys are compared, whichever way they are sent; the known key still passes', async (context) => {
  const right = [JSON_TYPE, key()];
  const viaOf = async (headers: Headers) => JSON.parse((await ask(guarded, { target: ME_PATH, headers })).body).via;
  assert.equal(await viaOf(right), 'operator_key');
  const targets: Omit<Question, 'headers'>[] = [
    { target: ME_PATH },
    { method: 'POST', target: '/api/attention/none/ack', body: '{}' },
    ...COMMANDS.slice(0, 3).map((command) => questionOf(command, [])),
  ];
  const start = performance.now();
  const reasons = new Map<string, number>();
  await askAll(
    Array.from({ length: GUESSES }, (_, index): Question => {
      const guess = [JSON_TYPE, originOf(guarded), bearer(`guess-${index}`)];
      return { target: '', ...targets[index % targets.length], headers: guess };
    }),
    async (question) => {
      const { code, body } = await ask(guarded, question);
      const reason = question.target === ME_PATH ? String(JSON.parse(body).reason).replace(/\d+/g, 'n') : code;
      reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
      if (question.target === ME_PATH) assert.equal(JSON.parse(body).via, null);
    },
  );
  const minutes = Math.ceil((performance.now() - start) / 60_000);
  context.diagnostic(JSON.stringify(Object.fromEntries(reasons)));
  const compared = [...reasons].filter(([reason]) =>
    /is not the one of this dashboard|^operator_key_required$/.test(reason),
  );
  const count = compared.reduce((sum, [, number]) => sum + number, 0);
  assert.ok(count <= LOGINS_PER_MINUTE * minutes, `${count} were compared`);
  assert.ok([...reasons.keys()].some((reason) => /^Too many wrong credentials/.test(reason)));
  assert.equal(await viaOf(right), 'operator_key');
  const lower = [['Authorization', `bearer ${guarded.operatorKey}`] as const];
  assert.equal(await viaOf(lower), null, 'right, but never shown so: not compared');
  assert.equal(
    (await ask(guarded, { target: '/api/agents', headers: [bearer('guess')] })).status,
    200,
    'reading goes on',
  );
});

test('no key and no token is in a line of a log', async () => {
  const keys = [open.operatorKey, writer.token, 'guess-1'];
  await Promise.all(servers.map((server) => server.stop()));
  assert.match(output, /operator key ready/);
  for (const line of output.split('\n')) {
    for (const one of keys) assert.ok(!line.includes(one), line);
  }
});
