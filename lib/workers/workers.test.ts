import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { actionRecord } from '../../test/support/action-records';
import type { ActionRecord } from '../contract/action-record';
import { actionRows } from '../history/action-rows';
import { Actions } from '../history/actions';
import { History } from '../history/history';
import { safeError } from '../platform/safe-error';
import { actionAnswer, answerTo } from './thread-port';
import { Thread } from './workers';

const folder = mkdtempSync(join(tmpdir(), 'workers-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** Answers every question except `state`, with the limit of the query. */
const ANSWERING = `
  const { parentPort, workerData } = require('node:worker_threads');
  parentPort.on('message', ({ type, id, name, query }) => {
    if (type === 'stop') return parentPort.close();
    if (name === 'state') return parentPort.postMessage({ type: 'fault', id, error: workerData });
    parentPort.postMessage({ type: 'answer', id, answer: String(query.limit) });
  });`;

test('answerTo(): a fault is the answer to its question, and does not end the thread', () => {
  const history = new History(':memory:');
  const ask = (query: unknown) => answerTo({ type: 'ask', id: 7, name: 'page', query: query as never }, history);
  // No caller sends such a query; it represents any fault inside the thread.
  const reply = ask(null);
  assert.ok(reply.type === 'fault');
  assert.equal(reply.id, 7);
  assert.equal(reply.error.name, 'TypeError');
  assert.ok(reply.error.frames.some((frame) => frame.includes('queries/messages')));
  assert.equal(ask({ limit: 1, filter: {} }).type, 'answer');
  history.close();
});

test('actionAnswer(): a full disk refuses to record a command, with what to do', () => {
  const history = new History(join(mkdtempSync(join(folder, 'full-')), 'history.sqlite'));
  const actions = new Actions(history.db, 'p');
  const recorder = { history, recordAction: (_: unknown, record: ActionRecord) => actions.start(record) };
  const start = (request: string) =>
    actionAnswer({ type: 'action', id: 3, step: 'start', record: actionRecord({ request }) }, recorder);
  assert.deepEqual(start('null'), { type: 'answer', id: 3, name: 'action', answer: null });
  // SQLite's own bound gives the error that a full disk gives.
  history.db.pragma(`max_page_count = ${history.db.pragma('page_count', { simple: true })}`);
  const refused = start(JSON.stringify('x'.repeat(100_000)));
  assert.ok(refused.type === 'refusal');
  assert.deepEqual([refused.code, refused.damaged], ['unavailable', false]);
  assert.match(refused.detail, /^The disk is full: .* Free some space\.$/);
  assert.equal(actionRows(history.db, { limit: 10 }).rows.length, 1);
  history.close();
});

test('Thread.ask(): only the question that met a fault fails', async () => {
  const faults: unknown[] = [];
  const workerData = safeError(new TypeError('planted'));
  const start = () => new Worker(ANSWERING, { eval: true, execArgv: [], workerData });
  const thread = new Thread(
    'reader',
    start,
    () => {},
    (...fault) => faults.push(fault),
  );
  const [before, failed, after] = await Promise.allSettled([
    thread.ask('page', { limit: 1, filter: {} }),
    thread.ask('state', { at: 0 }),
    thread.ask('page', { limit: 2, filter: {} }),
  ]);
  assert.deepEqual(
    [before, after].map((one) => one.status === 'fulfilled' && one.value),
    ['1', '2'],
  );
  assert.ok(failed.status === 'rejected');
  const { name, frames, message } = safeError(failed.reason);
  assert.deepEqual([name, frames, message], ['TypeError', workerData.frames, undefined], 'the log can tell where');
  assert.deepEqual(faults, []);
  await thread.stop();
});
