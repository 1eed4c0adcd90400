import assert from 'node:assert/strict';
import { test } from 'node:test';
import { actionRecord } from '../../test/support/action-records';
import type { Bundle } from '../contract/bundle-schemas';
import { Actions } from '../history/actions';
import { History } from '../history/history';
import { Journal } from '../history/journal';
import type { BundlePart } from '../queries/questions';
import { bundlePart, bundleSize } from './export';

test('bundlePart(): paths in the sentence of an attention item about a source are removed', () => {
  const history = new History(':memory:');
  const now = Date.parse('2026-02-03T09:30:00Z');
  const journal = new Journal(history.db, { aliveAt: null, reason: '', now });
  const reason = 'The history /home/ada/.local/state/x.sqlite is full.';
  const entry = (kind: string) => JSON.stringify({ id: kind, kind, severity: 'warning', since: '', reason });
  const unreadable = JSON.stringify({ state: 'unreadable', reason });
  journal.record({
    at: now,
    complete: ['agent', 'lock', 'attention', 'source'],
    changed: [
      ['attention', 'a', entry('source_unreadable')],
      ['source', 'log', unreadable],
    ],
  });
  // Text that people or agents wrote is left unchanged.
  const later: [string, string][] = [
    ['a', `${entry('source_unreadable').slice(0, -1)},"later":true}`],
    ['b', entry('question_unanswered')],
  ];
  journal.record({
    at: now + 1,
    complete: [],
    changed: later.map(([subject, body]) => ['attention', subject, body] as const),
  });
  const span = { since: now, until: now + 1 };
  const { marks } = bundleSize(history, span);
  const part = (name: 'head' | 'journal') =>
    bundlePart(history, { ...span, part: name, text: 'keep', roots: ['/srv/x'], marks, after: 0 }).json;
  const head = JSON.parse(`{${part('head')}}`) as Bundle;
  const entries = JSON.parse(`[${part('journal')}]`) as Bundle['journal'];
  const shown = 'The history …/x.sqlite is full.';
  assert.deepEqual(
    [head.state.attention.attention[0]?.reason, head.things?.attention?.a?.reason, head.state.unknown[0]?.reason],
    [shown, shown, shown],
  );
  assert.deepEqual(
    entries.map(({ body }) => body?.reason),
    [shown, reason],
  );
});

test('bundlePart(): entries recorded during the export are left out, and pruned ones are not counted twice', () => {
  const history = new History(':memory:', { readTime: (time) => Date.parse(String(time)) * 1000 });
  const now = Date.parse('2026-02-03T09:30:00Z');
  const say = (count: number) => {
    const fields = { sender: 'agent-0', timestamp: new Date(now).toISOString() };
    const text = JSON.stringify(fields);
    history.append(
      Array.from({ length: count }, () => ({ text, fields })),
      '{}',
      now,
    );
  };
  const journal = new Journal(history.db, { aliveAt: null, reason: '', now: now - 1000 });
  const lock = (name: string) => ['lock', name, JSON.stringify({ agent_id: 'agent-0', filepath: name })] as const;
  journal.record({ at: now - 1000, complete: ['agent', 'lock'], changed: [lock('a')] });
  journal.record({ at: now, complete: [], changed: [lock('b')] });
  say(60);
  const span = { since: now - 500, until: now + 500 };
  const size = bundleSize(history, span);
  assert.deepEqual(
    { ...size, marks: undefined },
    { messages: 60, entries: 1, spans: 2, actions: 0, lines: 60, marks: undefined },
  );
  say(30);
  journal.record({ at: now + 100, complete: [], changed: [lock('c')] });
  history.prune({ days: 30, messages: 85 }, now, 10);
  const counts = (['spans', 'journal', 'messages'] as const).map((part) => {
    const all: unknown[] = [];
    for (let after: number | null = 0; after !== null; ) {
      const query = { ...span, part, text: 'keep' as const, roots: [], marks: size.marks, after };
      const page: BundlePart = bundlePart(history, query);
      all.push(...JSON.parse(`[${page.json}]`));
      assert.equal(JSON.parse(`[${page.json}]`).length, page.count);
      after = page.last;
    }
    return all.length;
  });
  assert.deepEqual(counts, [2, 1, 55]);
});

test('bundlePart(): commands of the range are exported without the client, and blanked if texts are', () => {
  const history = new History(':memory:');
  const since = Date.parse('2026-02-03T09:00:00Z');
  const span = { since, until: since + 60_000 };
  const actions = new Actions(history.db, 'p');
  const about = {
    target: '/srv/shop/a.ts',
    agentId: 'agent-1',
    request: '{"filepath":"/srv/shop/a.ts","content":"secret"}',
  };
  actions.end(actionRecord({ ...about, at: since - 1, outcome: 'released' }));
  actions.end(actionRecord({ ...about, at: since, endedAt: since, outcome: 'failed', detail: 'EACCES /home/ada/x/y' }));
  actions.end(actionRecord({ ...about, at: since + 1, endedAt: span.until + 1, outcome: 'released' }));
  const size = bundleSize(history, span);
  assert.equal(size.actions, 2);
  actions.end(actionRecord({ ...about, at: since + 2, outcome: 'released' }));
  const part = (text: 'keep' | 'blank') => {
    const query = { ...span, part: 'actions' as const, text, roots: ['/srv/shop'], marks: size.marks, after: 0 };
    const { json, count, last } = bundlePart(history, query);
    assert.deepEqual([count, last], [2, null]);
    return JSON.parse(`[${json}]`) as NonNullable<Bundle['actions']>;
  };
  const [failed, later] = part('keep');
  assert.deepEqual(failed, {
    ...{ id: 2, at: since, ended_at: since, principal: 'ada', action: 'release_lock', target: 'shop/a.ts' },
    ...{ agent: 'agent-1', request: { filepath: 'shop/a.ts', content: 'secret' }, outcome: 'failed' },
    detail: 'EACCES …/y',
  });
  assert.deepEqual(
    [later?.outcome, later?.ended_at],
    ['started', null],
    'what is known only after the range is not in it',
  );
  const [blanked] = part('blank');
  assert.deepEqual(blanked, {
    ...failed,
    principal: null,
    request: { filepath: 'shop/a.ts', content: '(6 characters left out)' },
    detail: '(10 characters left out)',
  });
});
