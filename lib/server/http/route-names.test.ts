import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { API_PREFIX, PAGES, PATHS } from '../../contract/path-list';
import { isMinor, kindOfPath, methodName, routeName } from './route-names';

const PROJECT = join(import.meta.dirname, '../../..');

/** The paths of all endpoints and of the built routes and pages, with a value for each parameter. */
function servedRoutes(): { path: string; name: string }[] {
  const built = readdirSync(join(PROJECT, 'app'), { recursive: true, encoding: 'utf8' })
    .filter((file) => /(^|\/)(route|page)\.tsx?$/.test(file) && !file.includes('[[') && !file.startsWith('static/'))
    .map((file) => `/${file.replace(/\/?(route|page)\.tsx?$/, '')}`);
  return [...new Set([...PATHS, ...built])].map((name) => ({ path: name.replace('{id}', 'a%20b'), name }));
}

test('routeName(): every endpoint and page has a name, with and without query and version', () => {
  const routes = servedRoutes();
  assert.ok(routes.length > 10);
  for (const { path, name } of routes) {
    assert.equal(routeName(path), name);
    assert.equal(routeName(`${path}?q=secret`), name);
    if (path.startsWith('/api/')) assert.equal(routeName(path.replace('/api/', '/api/v1/')), name);
  }
});

test('proxy.ts: the pattern leaves out every endpoint, and no page', () => {
  const [, source] = /matcher: \['\/', '(.*)'\]/.exec(readFileSync(join(PROJECT, 'proxy.ts'), 'utf8')) ?? [];
  const pattern = new RegExp(`^${source?.replaceAll('\\\\', '\\')}$`);
  for (const path of PATHS) assert.doesNotMatch(path.replace('{id}', 'a'), pattern);
  for (const page of PAGES) assert.match(page, pattern);
  assert.ok(PATHS.some((path) => !path.startsWith(API_PREFIX)));
});

test('routeName(): nothing that a client chooses becomes a name', () => {
  for (const url of ['*', '/secret', '//api/agents', '/api/agents/a/b', '/api/v1/v1/agents', 'http://x/api/agents']) {
    assert.equal(routeName(url), '(other)', url);
  }
  assert.equal(routeName('/_next/static/chunks/secret.js'), '(asset)');
  assert.equal(methodName('GET'), 'GET');
  assert.equal(methodName('PROPFIND'), '(other)');
});

test('kindOfPath(): distinguishes routes, pages, files and requests of Next', () => {
  const kinds = {
    route: ['/api', '/api/', '/api/nope', '/api/v1/agents?q=1', '/health?ready', '/metrics', '/openapi.json'],
    page: [
      '/',
      '/?at=1',
      '/docs',
      '/nope',
      '/apis',
      '/health/x',
      '/static/icon.svg',
      '/_next/static/a.js',
      '*',
      '//api',
    ],
    next: ['/__nextjs_original-stack-frames', '/_next/mcp'],
  };
  for (const [kind, urls] of Object.entries(kinds)) for (const url of urls) assert.equal(kindOfPath(url), kind, url);
});

test('isMinor(): files and probes are minor, requests of people and scripts are not', () => {
  assert.deepEqual(['(asset)', '/health', '/metrics', '/', '/api/agents', '(other)'].map(isMinor), [
    true,
    true,
    true,
    false,
    false,
    false,
  ]);
});
