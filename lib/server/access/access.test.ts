import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { parseConfig } from '../../config/config';
import { digestOf } from '../../config/tokens-file';
import { admit, checkAccess } from './access';
import type { AccessContext } from './access-context';
import { createLimits } from './limits';

const LOCAL = {
  remoteAddress: '127.0.0.1' as string | undefined,
  boundAddress: null as string | null,
  hostCount: 1,
  forwardedFor: null as string | null,
  forwardedBy: null as string | null,
  urlBytes: 1,
  malformedPath: false,
};
const REMOTE = { ...LOCAL, remoteAddress: '192.168.1.20' };
const CREDENTIALS = { DASHBOARD_USERNAME: 'anna', DASHBOARD_PASSWORD: 'grün:1 ' };

let limits = createLimits();
beforeEach(() => {
  limits = createLimits();
});

const KEY = 'k'.repeat(43);
const OPERATOR = { name: 'operator', scope: 'write' as const, digest: digestOf(KEY) };
const KEY_FILE = { has: (digest: string) => digest === digestOf(KEY), fault: null as string | null };

const HOOK_TOKEN = 'swarm_hook_456789abcdef0123456789abcdef';

/** What admission needs, with settings from an environment. */
const admission = (environment: Record<string, string> = {}, tokens: Parameters<typeof admit>[1]['tokens'] = null) => ({
  config: parseConfig(environment, '/'),
  limits,
  tokens,
  hookToken: { has: (digest: string) => digest === digestOf(HOOK_TOKEN) },
  operatorKey: KEY_FILE,
});

const TOKEN = 'swarm_0123456789abcdef0123456789abcdef';
const READER = { name: 'ci', scope: 'read' as const, digest: digestOf(TOKEN) };
const tokens = { find: (digest: string) => (digest === READER.digest ? READER : null) };

interface Asked {
  host?: string;
  authorization?: string;
  environment?: Record<string, string>;
  connection?: typeof LOCAL | null;
  hostOnly?: boolean;
}

function ask({
  host = 'localhost:8000',
  authorization,
  environment = {},
  connection = LOCAL,
  hostOnly = false,
}: Asked) {
  const headers = new Headers(host === '' ? {} : { host });
  if (authorization) headers.set('authorization', authorization);
  return checkAccess(headers, admission(environment), { hostOnly, connection });
}

const code = (asked: Asked) => ask(asked)?.code ?? null;
const basic = (text: string, encoding: BufferEncoding = 'utf8') =>
  `Basic ${Buffer.from(text, encoding).toString('base64')}`;

test('Host: names and addresses of loopback pass, with any port', () => {
  for (const host of [
    'localhost',
    'LOCALHOST:1',
    'localhost.',
    '127.0.0.1:8000',
    '127.8.9.10',
    '[::1]',
    '[0:0:0:0:0:0:0:1]:80',
  ]) {
    assert.equal(code({ host, environment: { HOST: '192.168.1.5' } }), null, host);
  }
});

test('Host: other names are refused, with the setting that would allow them', () => {
  for (const host of [
    'evil.example',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    '127.1',
    '0x7f.0.0.1',
    '2130706433',
  ]) {
    assert.equal(code({ host }), 'forbidden_host', host);
  }
  assert.match(ask({ host: 'evil.example' })?.message ?? '', /evil\.example.*ALLOWED_HOSTS/);
});

test('Host: an invalid host, or more than one, is refused', () => {
  for (const host of [
    '',
    'a b',
    'localhost:',
    'localhost:x',
    '[::1',
    '[::g]',
    'user@localhost',
    'localhost/x',
    '-',
    'localhost, evil',
  ]) {
    assert.equal(code({ host }), 'forbidden_host', host);
  }
  assert.equal(code({ connection: { ...LOCAL, hostCount: 2 } }), 'forbidden_host');
});

test('Host: the bound address, the listed names and the public name pass', () => {
  const environment = {
    HOST: '192.168.1.5',
    ALLOWED_HOSTS: 'dash.example',
    PUBLIC_URL: 'https://Public.example:8443/x',
  };
  for (const host of ['192.168.1.5:8000', 'dash.example:1', 'DASH.example', 'public.example']) {
    assert.equal(code({ host, environment }), null, host);
  }
  assert.equal(code({ host: '192.168.1.6', environment }), 'forbidden_host');
  assert.equal(code({ host: 'sub.dash.example', environment }), 'forbidden_host');
});

test('Host: on every interface, addresses pass and names do not', () => {
  for (const HOST of ['', '0.0.0.0', '::']) {
    assert.equal(code({ host: '10.0.0.7:8000', environment: { HOST } }), null, HOST);
    assert.equal(code({ host: '[fe80::1]:8000', environment: { HOST } }), null, HOST);
    assert.equal(code({ host: 'my-laptop', environment: { HOST } }), 'forbidden_host', HOST);
  }
});

test('admit(): other computers get nothing without credentials', () => {
  for (const remoteAddress of ['127.0.0.1', '127.4.4.4', '::1', '::ffff:127.0.0.1']) {
    assert.equal(code({ connection: { ...LOCAL, remoteAddress } }), null, remoteAddress);
  }
  for (const remoteAddress of ['192.168.1.20', '::ffff:10.0.0.1', 'fe80::1', '::', undefined]) {
    assert.equal(code({ connection: { ...LOCAL, remoteAddress } }), 'loopback_only', remoteAddress);
  }
  assert.match(
    ask({ connection: REMOTE })?.message ?? '',
    /set both environment variables DASHBOARD_USERNAME and .* restart/,
  );
  assert.equal(code({ connection: null }), 'unavailable', 'an unknown connection could come from anywhere');
});

test('admit(): the connection of an unmarked request is unknown, whatever a client sends', () => {
  const headers = new Headers({ host: 'localhost', 'x-swarm-connection': '1' });
  assert.equal(checkAccess(headers, admission())?.code, 'unavailable');
});

test('credentials: everyone needs them if they are set', () => {
  for (const connection of [LOCAL, REMOTE, null]) {
    assert.equal(code({ environment: CREDENTIALS, connection }), 'credentials_required');
    assert.equal(code({ environment: CREDENTIALS, connection, authorization: basic('anna:grün:1 ') }), null);
  }
  const refusal = ask({ environment: CREDENTIALS });
  assert.equal(refusal?.extras.headers?.['WWW-Authenticate'], 'Basic realm="Claude Swarm dashboard", charset="UTF-8"');
});

test('credentials: wrong ones are refused', () => {
  const wrong = [
    basic('anna:grün:1'),
    basic('anna'),
    basic(''),
    basic('Anna:grün:1 '),
    basic('anna:grün:1 ', 'latin1'),
    'Basic',
    'Basic %%%',
    `Bearer ${Buffer.from('anna:grün:1 ').toString('base64')}`,
  ];
  for (const authorization of wrong) {
    assert.equal(code({ environment: CREDENTIALS, authorization }), 'credentials_required', authorization);
  }
});

test('admit(): a probe needs only the right Host', () => {
  assert.equal(code({ hostOnly: true, connection: REMOTE, environment: CREDENTIALS }), null);
  assert.equal(code({ hostOnly: true, connection: REMOTE }), null);
  assert.equal(code({ hostOnly: true, host: 'evil.example' }), 'forbidden_host');
});

test('Host: the bound address decides which addresses pass, however the server was started', () => {
  const bound = (boundAddress: string) => ({ ...LOCAL, boundAddress });
  assert.equal(code({ host: '169.254.169.254', connection: bound('127.0.0.1') }), 'forbidden_host');
  assert.equal(code({ host: '192.168.1.5', connection: bound('192.168.1.5') }), null);
  assert.equal(code({ host: '192.168.1.6', connection: bound('192.168.1.5') }), 'forbidden_host');
  assert.equal(code({ host: '192.168.1.6', connection: bound('::') }), null);
});

test('admit(): sizes are checked before everything else', () => {
  const connection = { ...REMOTE, hostCount: 2 };
  assert.equal(code({ connection: { ...connection, urlBytes: 8193 } }), 'url_too_long');
  assert.equal(code({ connection: { ...connection, urlBytes: 8193 }, hostOnly: true }), 'url_too_long');
  assert.equal(code({ connection: { ...connection, malformedPath: true } }), 'malformed_url');
  assert.equal(code({ connection: { ...LOCAL, urlBytes: 8192 } }), null);
  const headers = new Headers({ host: 'localhost', 'content-length': '11' });
  const small = admission({ LIMIT_BODY_BYTES: '10' });
  assert.equal(checkAccess(headers, small, { connection: LOCAL })?.code, 'body_too_large');
});

test('admit(): a forwarded request is not local, unless anonymous readers are allowed', () => {
  const connection = { ...LOCAL, forwardedBy: 'X-Real-IP' };
  assert.equal(code({ connection }), 'loopback_only');
  assert.match(
    ask({ connection })?.message ?? '',
    /carries X-Real-IP .* DASHBOARD_USERNAME .* DASHBOARD_ALLOW_ANONYMOUS/,
  );
  assert.equal(code({ connection, environment: { TRUST_PROXY: 'loopback' } }), 'loopback_only');
  const environment = { DASHBOARD_ALLOW_ANONYMOUS: '1' };
  for (const asked of [connection, REMOTE, null]) assert.equal(code({ connection: asked, environment }), null);
  assert.equal(code({ connection: REMOTE, environment, host: 'evil.example' }), 'forbidden_host');
  assert.equal(code({ connection: LOCAL, environment: { ...environment, ...CREDENTIALS } }), 'credentials_required');
});

/** The principal of a request that changes something. */
function admitted(
  environment: Record<string, string>,
  authorization = '',
  connection = LOCAL,
  given: AccessContext['operatorKey'] = KEY_FILE,
) {
  const headers = new Headers({ host: 'localhost', ...(authorization && { authorization }) });
  const { refusal, ...principal } = admit(
    headers,
    { ...admission(environment, environment.DASHBOARD_TOKENS_FILE ? tokens : null), operatorKey: given },
    { connection, operator: true },
  );
  assert.equal(principal.mayWrite, refusal === null);
  return { ...principal, code: refusal?.code ?? null, said: refusal?.message ?? '' };
}

test('admit(): the user of Basic and tokens with scope write may make changes, tokens with scope read may not', () => {
  const user = admitted(CREDENTIALS, basic('anna:grün:1 '), REMOTE);
  assert.deepEqual([user.credential?.name, user.via, user.mayWrite], ['anna', 'basic', true]);
  const file = { DASHBOARD_TOKENS_FILE: '/none' };
  const reader = admitted(file, `bearer ${TOKEN}`, REMOTE);
  assert.deepEqual([reader.client, reader.credential, reader.via], ['192.168.1.20', READER, 'token']);
  assert.deepEqual([reader.mayWrite, reader.code], [false, 'write_scope_required']);
  assert.match(reader.said, /"ci" has the scope "read"/);
  assert.equal(admitted(file, basic(`ci:${TOKEN}`)).credential, READER, 'as a browser shows it');
});

test('admit(): without credentials only the operator key permits changes, and only from this computer', () => {
  for (const environment of [{}, { DASHBOARD_ALLOW_ANONYMOUS: '1' }] as Record<string, string>[]) {
    const operator = admitted(environment, `Bearer ${KEY}`);
    assert.deepEqual([operator.credential, operator.via, operator.mayWrite], [OPERATOR, 'operator_key', true]);
    for (const authorization of ['', 'Bearer', `Basic ${KEY}`, basic(`operator:${KEY}`), `Token ${KEY}`]) {
      const { credential, via, mayWrite, code: refused } = admitted(environment, authorization);
      assert.deepEqual(
        [credential, via, mayWrite, refused],
        [null, null, false, 'operator_key_required'],
        authorization,
      );
    }
  }
  for (const connection of [REMOTE, { ...LOCAL, forwardedBy: 'Via' }]) {
    const elsewhere = admitted({ DASHBOARD_ALLOW_ANONYMOUS: '1' }, `Bearer ${KEY}`, connection);
    assert.deepEqual([elsewhere.mayWrite, elsewhere.code], [false, 'write_scope_required']);
    assert.match(elsewhere.said, /set DASHBOARD_USERNAME and DASHBOARD_PASSWORD/);
  }
  assert.equal(admitted({ OPERATOR_NAME: 'ada' }, `Bearer ${KEY}`).credential?.name, 'ada');
});

test('admit(): where commands are off or nothing is live, that is the reason, and no key is compared', () => {
  const file = { has: () => assert.fail('compared'), fault: null };
  assert.equal(admitted({ ACTIONS: 'off' }, `Bearer ${KEY}`, LOCAL, file).code, 'actions_off');
  assert.equal(admitted({ SWARM_BUNDLE: 'night.json' }, `Bearer ${KEY}`, LOCAL, file).code, 'not_live');
});

test('admit(): the operator key has no effect where there are credentials', () => {
  for (const environment of [CREDENTIALS, { DASHBOARD_TOKENS_FILE: '/none' }] as Record<string, string>[]) {
    assert.throws(() => admitted(environment, `Bearer ${KEY}`), { code: 'credentials_required' });
  }
});

test('admit(): requests that only read do not compare the key, so none of their headers counts as a wrong one', () => {
  const given = admission({ LIMIT_LOGINS_PER_MINUTE: '1' });
  const headers = (authorization: string) => new Headers({ host: 'localhost', authorization });
  for (let asked = 0; asked < 5; asked++) {
    const reader = admit(headers('Bearer of something else'), given, { connection: LOCAL });
    assert.deepEqual([reader.credential, reader.mayWrite], [null, false]);
  }
  assert.equal(admit(headers(`Bearer ${KEY}`), given, { connection: LOCAL }).mayWrite, false);
  assert.equal(admit(headers(`Bearer ${KEY}`), given, { connection: LOCAL, operator: true }).mayWrite, true);
});

test('admit(): wrong operator keys are limited as wrong passwords are; reading goes on', () => {
  const environment = { LIMIT_LOGINS_PER_MINUTE: '3' };
  for (let guess = 0; guess < 3; guess++) {
    const { code: refused, said } = admitted(environment, `Bearer ${guess}`);
    assert.equal(refused, 'operator_key_required');
    assert.match(said, /is not the one of this dashboard: open the link/);
  }
  const late = admitted(environment, `Bearer ${KEY}`);
  assert.deepEqual([late.mayWrite, late.code], [false, 'too_many_attempts'], 'right, but not compared any more');
  assert.equal(admitted(environment).code, 'operator_key_required', 'no attempt');
  assert.equal(code({ environment, authorization: `Bearer ${KEY}` }), null);
});

test('admit(): a known operator key passes the limit of attempts, until it is replaced', () => {
  const environment = { LIMIT_LOGINS_PER_MINUTE: '3' };
  let valid = true;
  const file = { has: (digest: string) => valid && KEY_FILE.has(digest), fault: null };
  assert.equal(admitted(environment, `Bearer ${KEY}`, LOCAL, file).mayWrite, true);
  for (let guess = 0; guess < 4; guess++) admitted(environment, `Bearer ${guess}`, LOCAL, file);
  assert.equal(admitted(environment, `Bearer ${KEY}`, LOCAL, file).mayWrite, true);
  valid = false;
  assert.equal(admitted(environment, `Bearer ${KEY}`, LOCAL, file).code, 'operator_key_required');
  assert.equal(admitted(environment, `Bearer ${KEY}`, LOCAL, file).code, 'too_many_attempts');
});

test('admit(): while the key file cannot be used, its fault is the reason, and no key counts as wrong', () => {
  const environment = { LIMIT_LOGINS_PER_MINUTE: '1' };
  const file = { has: () => assert.fail('compared'), fault: 'The operator key /x is damaged: run it.' };
  for (let asked = 0; asked < 3; asked++) {
    const { code: refused, said } = admitted(environment, `Bearer ${KEY}`, LOCAL, file);
    assert.deepEqual([refused, said], ['operator_key_required', file.fault]);
  }
  assert.equal(admitted(environment, `Bearer ${KEY}`).mayWrite, true);
});

test('tokens: an unknown token is refused, and the answer names both kinds of credentials', () => {
  const given = admission({ DASHBOARD_TOKENS_FILE: '/none', LIMIT_LOGINS_PER_MINUTE: '100' }, tokens);
  const refusal = (authorization: string) =>
    checkAccess(new Headers({ host: 'localhost', authorization }), given, { connection: LOCAL });
  for (const authorization of [
    '',
    'Bearer',
    `Bearer ${TOKEN}x`,
    `Bearer ${READER.digest}`,
    `Token ${TOKEN}`,
    basic(`x:${TOKEN}`),
  ]) {
    assert.equal(refusal(authorization)?.code, 'credentials_required', authorization);
  }
  assert.match(
    refusal('')?.extras.headers?.['WWW-Authenticate'] ?? '',
    /^Basic realm="[^"]+", charset="UTF-8", Bearer realm=/,
  );
});

test('credentials: after too many failures, an address can only use credentials that were right there before', () => {
  const environment = { ...CREDENTIALS, LIMIT_LOGINS_PER_MINUTE: '3', TRUST_PROXY: '127.0.0.1' };
  const from = (forwardedFor: string) => ({ ...LOCAL, forwardedFor, forwardedBy: 'X-Forwarded-For' });
  const connection = from('2001:db8::1');
  const right = basic('anna:grün:1 ');
  const elsewhere = from('2001:db8:0:1::1');
  for (let asked = 0; asked < 20; asked++) assert.equal(code({ environment, connection }), 'credentials_required');
  for (let tries = 0; tries < 3; tries++) {
    assert.equal(code({ environment, connection: elsewhere, authorization: right }), null);
    assert.equal(code({ environment, connection, authorization: basic('anna:x') }), 'credentials_required');
  }
  const refusal = ask({ environment, connection: from('2001:db8::2'), authorization: right });
  assert.equal(refusal?.code, 'too_many_attempts');
  assert.equal(refusal?.extras.headers?.['Retry-After'], '60');
  assert.equal(code({ environment, connection: elsewhere, authorization: right }), null);
  assert.equal(
    code({ environment, connection: from('10.0.0.1, 2001:db8::1'), authorization: right }),
    'too_many_attempts',
  );
});

test('credentials: remembered ones pass the limit of attempts, and are still compared', () => {
  let valid = true;
  const changing = { find: (digest: string) => (valid ? tokens.find(digest) : null) };
  const given = admission({ DASHBOARD_TOKENS_FILE: '/none', LIMIT_LOGINS_PER_MINUTE: '3' }, changing);
  const codeFor = (authorization: string, connection: typeof LOCAL = REMOTE) =>
    checkAccess(new Headers({ host: 'localhost', authorization }), given, { connection })?.code ?? null;
  const right = `Bearer ${TOKEN}`;
  assert.equal(codeFor(right), null);
  for (let guess = 0; guess < 3; guess++) assert.equal(codeFor(`Bearer ${guess}`), 'credentials_required');
  for (let asked = 0; asked < 20; asked++) {
    assert.equal(codeFor(right), null);
    assert.equal(codeFor(`Bearer ${TOKEN}${asked}`), 'too_many_attempts', 'a guess that is like it');
  }
  assert.equal(codeFor(basic(`ci:${TOKEN}`)), 'too_many_attempts', 'right, but never shown so');
  assert.equal(codeFor(right, LOCAL), null, 'nobody guessed there');
  valid = false;
  assert.equal(codeFor(right), 'credentials_required', 'revoked: it passes the limit, not the check');
  valid = true;
  assert.equal(codeFor(right), 'too_many_attempts', 'and it was forgotten by that');
});

test('admit(): events of hooks need a token with the scope hook, whatever else is set or missing', () => {
  const HOOK = { name: 'remote hooks', scope: 'hook' as const, digest: digestOf(`${TOKEN}h`) };
  const listed = { find: (digest: string) => (digest === HOOK.digest ? HOOK : tokens.find(digest)) };
  const report = (environment: Record<string, string>, authorization: string, connection = LOCAL) => {
    const headers = new Headers({ host: 'localhost', authorization });
    const given = admission(environment, environment.DASHBOARD_TOKENS_FILE ? listed : null);
    const refusal = checkAccess(headers, given, { hook: true, connection });
    return refusal?.code ?? null;
  };
  const settings: Record<string, string>[] = [
    {},
    { DASHBOARD_ALLOW_ANONYMOUS: '1' },
    CREDENTIALS,
    { DASHBOARD_TOKENS_FILE: '/none' },
  ];
  for (const environment of settings) {
    for (const connection of [LOCAL, REMOTE, { ...LOCAL, forwardedBy: 'Via' }]) {
      assert.equal(report(environment, `Bearer ${HOOK_TOKEN}`, connection), null);
      for (const wrong of ['', 'Bearer', `Bearer ${HOOK_TOKEN}x`, `Basic ${HOOK_TOKEN}`, basic('anna:grün:1 ')]) {
        assert.equal(report(environment, wrong, connection), 'hook_token_required', wrong);
      }
    }
  }
  const file = { DASHBOARD_TOKENS_FILE: '/none' };
  assert.equal(report(file, `Bearer ${TOKEN}h`), null);
  assert.equal(report(file, `Bearer ${TOKEN}`), 'hook_scope_required');
  assert.equal(report({}, `Bearer ${TOKEN}h`), 'hook_token_required', 'without the file');
});

test('admit(): wrong tokens of hooks do not lock out the person at the same address', () => {
  const given = admission({ ...CREDENTIALS, LIMIT_LOGINS_PER_MINUTE: '1' });
  const headers = (authorization: string) => new Headers({ host: 'localhost', authorization });
  for (let index = 0; index < 5; index++) {
    checkAccess(headers('Bearer outdated'), given, { hook: true, connection: LOCAL });
  }
  assert.equal(checkAccess(headers(basic('anna:grün:1 ')), given, { connection: LOCAL }), null);
});

test('admit(): a token with the scope hook reads nothing', () => {
  const HOOK = { name: 'hooks', scope: 'hook' as const, digest: digestOf(TOKEN) };
  const given = admission({ DASHBOARD_TOKENS_FILE: '/none' }, { find: () => HOOK });
  const refused = (authorization: string) =>
    checkAccess(new Headers({ host: 'localhost', authorization }), given, { connection: LOCAL })?.code;
  for (const authorization of [`Bearer ${TOKEN}`, basic(`hooks:${TOKEN}`)]) {
    assert.equal(refused(authorization), 'read_scope_required');
    assert.equal(refused(authorization), 'read_scope_required', 'also when its address is known');
  }
  const installed = admission(CREDENTIALS);
  const headers = new Headers({ host: 'localhost', authorization: `Bearer ${HOOK_TOKEN}` });
  assert.equal(checkAccess(headers, installed, { connection: LOCAL })?.code, 'credentials_required');
});
