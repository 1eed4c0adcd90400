import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { newNonce, pagePolicy, setDataHeaders, setPageHeaders, standingHeaders } from './headers';
import { ProblemError, problemPage } from './problem';

const HSTS = 'Strict-Transport-Security';
const LOCAL = { publicUrl: null };

function directives(policy: string | null): Map<string, string> {
  const parts = (policy ?? '').split('; ').map((part): [string, string] => {
    const [name = '', ...sources] = part.split(' ');
    return [name, sources.join(' ')];
  });
  assert.equal(new Map(parts).size, parts.length, 'of two directives of one name the second one counts nothing');
  return new Map(parts);
}

const page = (path: string, development = false) =>
  directives(pagePolicy({ nonce: 'abc', path, development })) as ReadonlyMap<string, string>;

test('HTTPS is asked for where the public address is one, and nowhere else', () => {
  const given = (publicUrl: string | null) => standingHeaders({ publicUrl })[HSTS];
  assert.equal(given(null), undefined);
  assert.equal(given('http://swarm.example/'), undefined);
  assert.equal(given('https://swarm.example/'), 'max-age=31536000');
});

test('an answer keeps what it says of being kept, and may never be shown as a page', () => {
  const plain = new Headers();
  setDataHeaders(plain, LOCAL);
  assert.equal(plain.get('cache-control'), 'private, no-store');
  assert.equal(directives(plain.get('content-security-policy')).get('default-src'), "'none'");
  const stream = new Headers({ 'Cache-Control': 'no-cache, no-transform' });
  setDataHeaders(stream, LOCAL);
  assert.equal(stream.get('cache-control'), 'no-cache, no-transform');
  assert.equal(stream.get('x-content-type-options'), 'nosniff');
});

test('no page runs a script that was not sent with it, whatever the path', () => {
  for (const path of ['/', '/docs', '/redoc', '/nothing', '/docs/', '/redoc/..', '//redoc']) {
    const policy = page(path);
    assert.equal(policy.get('script-src'), "'nonce-abc' 'strict-dynamic'", path);
    assert.equal(policy.get('default-src'), "'none'", path);
    assert.equal(policy.get('base-uri'), "'none'", path);
    assert.equal(policy.get('frame-ancestors'), "'none'", path);
    // A nonce beside it would switch it off.
    const styles = path === '/redoc' ? "'self' 'unsafe-inline'" : "'self' 'nonce-abc'";
    assert.equal(policy.get('style-src'), styles, path);
  }
  assert.match(page('/', true).get('script-src') ?? '', /'unsafe-eval'/);
});

test('every page has a nonce of its own, long enough not to be guessed', () => {
  const nonces = new Set(Array.from({ length: 1000 }, newNonce));
  assert.equal(nonces.size, 1000);
  for (const nonce of nonces) assert.equal(Buffer.from(nonce, 'base64').length, 16);
});

test('a page carries its own policy and all the rest', () => {
  const config = { publicUrl: 'https://swarm.example' };
  const headers = new Headers({ 'Content-Security-Policy': "default-src 'none'" });
  setPageHeaders(headers, { nonce: 'abc', path: '/', development: false }, config);
  assert.match(headers.get('content-security-policy') ?? '', /'nonce-abc'/);
  for (const name of Object.keys(standingHeaders(config))) assert.ok(headers.has(name), name);
});

test('the style of a plain refusal is the one that its policy names', async () => {
  const answer = problemPage(new ProblemError('not_found', 'Nothing.'), LOCAL);
  const style = /<style>(.*)<\/style>/s.exec(await answer.text())?.[1] ?? '';
  const hash = createHash('sha256').update(style).digest('base64');
  const policy = directives(answer.headers.get('content-security-policy'));
  assert.equal(policy.get('style-src'), `'sha256-${hash}'`);
  assert.equal(policy.get('script-src') ?? policy.get('default-src'), "'none'");
});
