import assert from 'node:assert/strict';
import { test } from 'node:test';
import { METHODS } from '../http/methods';
import { served, setRoutes } from './route-file';
import type { Routes } from './routes';

test('a route file answers with its entry of the table that was handed over, by method', async () => {
  const exports = served('/api/stats');
  const request = new Request('http://localhost/api/stats');
  await assert.rejects(exports.GET(request), /before the server has started/);

  const entry = Object.fromEntries(METHODS.map((method) => [method, async () => new Response(method)]));
  setRoutes({ '/api/stats': entry } as unknown as Routes);
  for (const method of METHODS) assert.equal(await (await exports[method](request)).text(), method);
});
