/** The script that a browser loads before the first page is alive: a size, no timing. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { ProductionServer } from '../support/production-server';

/** 190 KiB: React and Next have 136 KB of it. What is shown on demand belongs into a part that loads later. */
const MAX_SCRIPT_BYTES = 190 * 1024;

const folder = mkdtempSync(join(tmpdir(), 'page-script-'));
const server = new ProductionServer({ CLAUDESWARM_ROOT: folder, SWARM_HISTORY: 'off' });

before(() => server.start());
after(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
});

test('page: the scripts of the first load have at most 190 KiB, compressed', async () => {
  const html = await (await fetch(`${server.url}/`)).text();
  const scripts = [...html.matchAll(/<script\b[^>]*>/g)].map(([tag]) => tag);
  // Only browsers without modules load those; all others skip them.
  const modern = scripts.filter((tag) => !/\bnomodule\b/i.test(tag));
  const paths = new Set(modern.flatMap((tag) => /\bsrc="([^"]+)"/.exec(tag)?.[1] ?? []));
  assert.ok(paths.size > 0, 'the page has scripts');
  const sizes = await Promise.all([...paths].map(async (path) => ({ path, size: await compressedSize(path) })));
  const total = sizes.reduce((sum, { size }) => sum + size, 0);
  const largest = sizes.toSorted((a, b) => b.size - a.size).map(({ path, size }) => `${size} ${path}`);
  assert.ok(
    total <= MAX_SCRIPT_BYTES,
    `${total} bytes, at most ${MAX_SCRIPT_BYTES}:\n${largest.slice(0, 8).join('\n')}`,
  );
});

async function compressedSize(path: string): Promise<number> {
  const answer = await fetch(`${server.origin}${path}`);
  assert.equal(answer.status, 200, path);
  return gzipSync(Buffer.from(await answer.arrayBuffer()), { level: 9 }).length;
}
