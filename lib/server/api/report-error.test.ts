import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLog } from '../../platform/log';
import { errorResponse } from './report-error';

test('any other error is logged without its words, and the answer tells nothing of it', async () => {
  const lines: string[] = [];
  const shared = globalThis as Record<symbol, unknown>;
  const write = (line: string) => void lines.push(line);
  shared[Symbol.for('claude-swarm-dashboard.log')] = createLog({ logLevel: 'info', logFormat: 'json' }, { write });
  for (const error of [
    Object.assign(new Error('SQLITE_CORRUPT at /secret/path'), { code: 'internal' }),
    'thrown text',
    undefined,
  ]) {
    const response = errorResponse(error, { publicUrl: null });
    assert.equal(response.status, 500);
    assert.doesNotMatch(await response.text(), /SQLITE|secret|thrown/);
  }
  assert.equal(lines.length, 3);
  assert.doesNotMatch(lines.join(''), /SQLITE|secret|thrown text/);
  assert.match(lines[0] as string, /report-error\.test\.ts.*"code":"internal"/, 'where it was thrown is told');
});
