/** No package with a known advisory is shipped. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import packageJson from '../../package.json' with { type: 'json' };
import { bundledPackages, shippedAdvisories, shippedPlaces } from '../support/advisories';

test('shippedAdvisories(): no shipped package has a known advisory', async (context) => {
  const found = await shippedAdvisories();
  if ('unanswered' in found) context.skip(`the registry can not say: ${found.unanswered}`);
  else assert.deepEqual(found.advisories, []);
});

test('shippedPlaces(): lists installed and built-in packages with their dependencies, but no tools', () => {
  const places = shippedPlaces();
  for (const name of ['next', 'swr', 'prom-client', 'sharp']) assert.ok(places.has(`node_modules/${name}`), name);
  for (const name of ['knip', 'autocannon', '@playwright/test']) assert.ok(!places.has(`node_modules/${name}`), name);
  assert.ok(bundledPackages().includes('swr'));
});

/** A registry with one advisory, or one that answers as if it had no advisories. */
async function registry(advisories: object | null): Promise<{ url: string; close(): void }> {
  const server = createServer((request, response) => {
    const asked = request.method === 'POST' && request.url?.endsWith('/advisories/bulk');
    request.resume();
    response.writeHead(asked && advisories !== null ? 200 : 405, { 'Content-Type': 'application/json' });
    response.end(asked && advisories !== null ? JSON.stringify(advisories) : '{}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

test('shippedAdvisories(): an advisory about a shipped version is found; one about another or a tool is not', async () => {
  const advisory = (vulnerable_versions: string) => [
    { id: 1, url: 'https://example.test/1', title: 'A known fault', severity: 'high', vulnerable_versions, cwe: [] },
  ];
  const { url, close } = await registry({
    next: advisory(packageJson.dependencies.next),
    swr: advisory('*'),
    zod: advisory('<1.0.0'),
    knip: advisory('*'),
  });
  try {
    const found = await shippedAdvisories(url);
    assert.ok('advisories' in found, JSON.stringify(found));
    assert.equal(found.advisories.length, 2, found.advisories.join());
    assert.match(
      found.advisories.find((one) => one.startsWith('next ')) ?? '',
      /^next .* high: A known fault \(https:\/\/example\.test\/1\)$/,
    );
  } finally {
    close();
  }
});

test('shippedAdvisories(): a registry without advisories is distinguished from one that has none about these packages', async () => {
  const without = await registry(null);
  const clean = await registry({});
  try {
    assert.match(JSON.stringify(await shippedAdvisories(without.url)), /unanswered":".*405/);
    assert.deepEqual(await shippedAdvisories(clean.url), { advisories: [] });
  } finally {
    without.close();
    clean.close();
  }
});
