import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contextFor } from '../../../test/support/serve-route';
import { MAX_BUNDLED } from '../../contract/bundle-schemas';
import { BUNDLE_PATH } from '../../contract/paths';
import { readRequest, requestsIn } from '../http/parameters';
import { ProblemError } from '../http/problem';
import { bundleResponse } from './bundle';

const REQUEST = { since: Date.parse('2026-03-01T10:00:00Z'), until: Date.parse('2026-03-01T11:00:00Z') };

interface Asked {
  part: string;
  after: number;
}

/** A swarm whose bundle consists of pages of single numbers. */
function runtimeWith(pages: Record<string, number[]>, held: { messages?: number; entries?: number } = {}) {
  const asked: Asked[] = [];
  const [spans, entries, lines] = ['spans', 'journal', 'messages'].map((part) => pages[part]?.length ?? 0);
  const marks = { message: 9, span: 9, action: 9, first: 0, last: 9 };
  const size = { messages: 1, entries, spans, lines, actions: pages.actions?.length ?? 0, marks, ...held };
  const past = async (name: string, query: Asked) => {
    if (name === 'bundle_size') return size;
    asked.push(query);
    if (query.part === 'head') return { json: '"epoch":"e"', last: null, count: 1 };
    const left = (pages[query.part] ?? []).filter((page) => page > query.after);
    const count = Math.min(left.length, 1);
    return { json: count > 0 ? String(left[0]) : '', last: left.length > 1 ? left[0] : null, count };
  };
  const runtime = { root: '/home/ada/my project', past: past as never };
  return { context: contextFor(runtime), asked };
}

test('bundleResponse(): joins the pages to one JSON text, named after the project and the range', async () => {
  const { context } = runtimeWith({ journal: [1, 2, 3], messages: [4], actions: [5, 6] });
  const response = await bundleResponse(context, { ...REQUEST, text: 'keep' });
  assert.equal(
    response.headers.get('content-disposition'),
    'attachment; filename="swarm-my_project-2026-03-01T100000Z-2026-03-01T110000Z.json"',
  );
  const read = await response.json();
  assert.equal(read.name, 'my project');
  assert.equal(read.epoch, 'e');
  assert.deepEqual([read.spans, read.journal, read.messages, read.actions], [[], [1, 2, 3], [4], [5, 6]]);
  assert.equal(read.missing, undefined);
});

test('bundleResponse(): counts entries pruned during the export as missing', async () => {
  const pages = { journal: [1, 2, 3], messages: [1, 2, 3, 4] };
  const { context } = runtimeWith(pages);
  const response = await bundleResponse(context, { ...REQUEST, text: 'keep' });
  pages.messages = [4];
  const read = await response.json();
  assert.deepEqual(read.messages, [4]);
  assert.deepEqual(read.missing, { spans: 0, entries: 0, messages: 3, actions: 0 });
});

test('bundleResponse(): reads pages only as fast as the client receives them', async () => {
  const { context, asked } = runtimeWith({ journal: Array.from({ length: 100 }, (_, index) => index + 1) });
  const response = await bundleResponse(context, { ...REQUEST, text: 'keep' });
  const reader = response.body?.getReader();
  await reader?.read();
  assert.ok(asked.length < 5, `${asked.length} pages were read ahead`);
  await reader?.cancel();
});

test('bundleResponse(): a range with too much content is refused with what to do', async () => {
  const { context } = runtimeWith({}, { messages: MAX_BUNDLED.messages + 1, entries: 0 });
  await assert.rejects(
    () => bundleResponse(context, { ...REQUEST, text: 'keep' }),
    (error) => error instanceof ProblemError && /200001 messages.*Choose a shorter range/.test(error.message),
  );
});

test('bundleResponse(): the end defaults to now and is never later', () => {
  const now = REQUEST.until;
  const parse = (query: string) =>
    readRequest(requestsIn({ zone: 'UTC', now: () => now }).bundle, BUNDLE_PATH, {
      url: `${BUNDLE_PATH}?${query}`,
      headers: new Headers(),
    });
  assert.deepEqual(parse('since=2026-03-01T10:00:00Z'), { ...REQUEST, text: 'keep' });
  assert.deepEqual(parse('since=2026-03-01T10:00:00Z&until=2027-01-01T00:00:00Z&text=blank'), {
    ...REQUEST,
    text: 'blank',
  });
  assert.throws(() => parse('since=2027-01-01T00:00:00Z&until=2027-02-01T00:00:00Z'), /since is in the future/);
});
