import assert from 'node:assert/strict';
import { test } from 'node:test';
import { METHODS } from '../http/methods';
import { routeHandlers, setAnswer } from './route-file';

test('routeHandlers(): every method is answered by the table that was handed over, and by nothing before', async () => {
  const handlers = routeHandlers();
  const request = new Request('http://localhost/api/stats');
  await assert.rejects(handlers.GET(request), /before the server has started/);

  setAnswer(async (method, { url }) => new Response(`${method} ${url}`));
  for (const method of METHODS) {
    assert.equal(await (await handlers[method](request)).text(), `${method} http://localhost/api/stats`);
  }
});
