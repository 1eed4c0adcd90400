import assert from 'node:assert/strict';
import { test } from 'node:test';
import { problem } from '../../contract/schemas';
import { ProblemError, problemPage, problemResponse } from './problem';

const CONFIG = { publicUrl: null };

test('a problem is answered with its status, its sentence and its headers', async () => {
  const error = new ProblemError('method_not_allowed', 'POST is not possible here; use one of GET.', {
    headers: { Allow: 'GET' },
  });
  const response = problemResponse(error, CONFIG);
  assert.equal(response.status, 405);
  assert.equal(response.headers.get('content-type'), 'application/problem+json');
  assert.equal(response.headers.get('allow'), 'GET');
  const body = problem.parse(await response.json());
  assert.equal(body.detail, 'POST is not possible here; use one of GET.');
  assert.equal(body.status, 405);
  assert.equal(body.errors, undefined);
});

test('a refusal of a page is a page: readable, kept by nobody, and never markup of somebody else', async () => {
  const error = new ProblemError('credentials_required', 'No <img src=x> & "more".', {
    headers: { 'WWW-Authenticate': 'Basic' },
  });
  for (const response of [problemPage(error, CONFIG), problemResponse(error, CONFIG)]) {
    assert.equal(response.status, 401);
    assert.equal(response.headers.get('www-authenticate'), 'Basic');
    assert.equal(response.headers.get('cache-control'), 'private, no-store');
    assert.equal(response.headers.get('x-content-type-options'), 'nosniff');
  }
  const page = problemPage(error, CONFIG);
  assert.equal(page.headers.get('content-type'), 'text/html; charset=utf-8');
  const html = await page.text();
  assert.match(html, /<h1>Credentials required<\/h1>\n<p>No &#60;img src=x&#62; &#38; &#34;more&#34;\.<\/p>/);
});

test('faulty parameters are listed', async () => {
  const errors = [{ parameter: 'limit', detail: 'must be a whole number.' }];
  const response = problemResponse(new ProblemError('invalid_parameter', 'The limit is faulty.', { errors }), CONFIG);
  assert.equal(response.status, 422);
  assert.deepEqual(problem.parse(await response.json()).errors, errors);
});

test('a problem thrown by another copy of the module is known by its name', () => {
  const foreign = Object.assign(new Error('Pruned.'), { name: 'ProblemError', code: 'gone_cursor', extras: {} });
  assert.equal(problemResponse(foreign, CONFIG).status, 410);
});

test('a refusal of the runtime is a problem with its sentence', async () => {
  const refusal = Object.assign(new Error('The cursor e.1 is no longer valid.'), {
    name: 'QueryRefused',
    code: 'gone_cursor',
  });
  const response = problemResponse(refusal, CONFIG);
  assert.equal(response.status, 410);
  assert.equal(problem.parse(await response.json()).detail, 'The cursor e.1 is no longer valid.');
  assert.equal(problemResponse(Object.assign(refusal, { code: 'unavailable' }), CONFIG).status, 503);
});
