import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseConfig } from '../config';
import { checkAccess } from './access';

const LOCAL = { remoteAddress: '127.0.0.1', boundAddress: null, hostCount: 1 };
const REMOTE = { remoteAddress: '192.168.1.20', boundAddress: null, hostCount: 1 };
const CREDENTIALS = { DASHBOARD_USERNAME: 'anna', DASHBOARD_PASSWORD: 'grün:1 ' };

interface Asked {
  host?: string;
  authorization?: string;
  environment?: Record<string, string>;
  connection?: { remoteAddress: string | undefined; boundAddress: string | null; hostCount: number } | null;
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
  return checkAccess(headers, { hostOnly, connection, config: parseConfig(environment, '/') });
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

test('Host: what is none, or more than one, is refused', () => {
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

test('Host: bound to every interface, addresses pass and names do not', () => {
  for (const HOST of ['', '0.0.0.0', '::']) {
    assert.equal(code({ host: '10.0.0.7:8000', environment: { HOST } }), null, HOST);
    assert.equal(code({ host: '[fe80::1]:8000', environment: { HOST } }), null, HOST);
    assert.equal(code({ host: 'my-laptop', environment: { HOST } }), 'forbidden_host', HOST);
  }
});

test('beyond loopback: nothing without credentials', () => {
  for (const remoteAddress of ['127.0.0.1', '127.4.4.4', '::1', '::ffff:127.0.0.1']) {
    assert.equal(code({ connection: { remoteAddress, boundAddress: null, hostCount: 1 } }), null, remoteAddress);
  }
  for (const remoteAddress of ['192.168.1.20', '::ffff:10.0.0.1', 'fe80::1', '::', undefined]) {
    assert.equal(
      code({ connection: { remoteAddress, boundAddress: null, hostCount: 1 } }),
      'loopback_only',
      remoteAddress,
    );
  }
  const connection = { remoteAddress: '192.168.1.20', boundAddress: null, hostCount: 1 };
  assert.match(ask({ connection })?.message ?? '', /set both environment variables DASHBOARD_USERNAME and .* restart/);
  assert.equal(code({ connection: null }), 'unavailable', 'an unknown connection could come from anywhere');
});

test('a connection is unknown where no request was marked, whatever a client sends', () => {
  const headers = new Headers({ host: 'localhost', 'x-swarm-connection': '1' });
  assert.equal(checkAccess(headers, { config: parseConfig({}, '/') })?.code, 'unavailable');
});

test('credentials: needed by everyone once they are set', () => {
  for (const connection of [LOCAL, REMOTE, null]) {
    assert.equal(code({ environment: CREDENTIALS, connection }), 'credentials_required');
    assert.equal(code({ environment: CREDENTIALS, connection, authorization: basic('anna:grün:1 ') }), null);
  }
  const refusal = ask({ environment: CREDENTIALS });
  assert.equal(refusal?.extras.headers?.['WWW-Authenticate'], 'Basic realm="Claude Swarm dashboard", charset="UTF-8"');
});

test('credentials: anything but the right ones is refused', () => {
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

test('a probe needs the right Host and nothing else', () => {
  assert.equal(code({ hostOnly: true, connection: REMOTE, environment: CREDENTIALS }), null);
  assert.equal(code({ hostOnly: true, connection: REMOTE }), null);
  assert.equal(code({ hostOnly: true, host: 'evil.example' }), 'forbidden_host');
});

test('what the server listens on decides over addresses, however it was started', () => {
  const bound = (boundAddress: string) => ({ ...LOCAL, boundAddress });
  assert.equal(code({ host: '169.254.169.254', connection: bound('127.0.0.1') }), 'forbidden_host');
  assert.equal(code({ host: '192.168.1.5', connection: bound('192.168.1.5') }), null);
  assert.equal(code({ host: '192.168.1.6', connection: bound('192.168.1.5') }), 'forbidden_host');
  assert.equal(code({ host: '192.168.1.6', connection: bound('::') }), null);
});
