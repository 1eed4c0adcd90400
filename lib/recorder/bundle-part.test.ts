import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Bundle } from '../contract/bundle-schemas';
import { History } from '../history/history';
import { Journal } from '../history/journal';
import { bundlePart } from './bundle-part';

test('what wants a person about a source leaves the machine without the paths of its sentence', () => {
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
  // What somebody wrote stays as it is.
  const later: [string, string][] = [
    ['a', `${entry('source_unreadable').slice(0, -1)},"later":true}`],
    ['b', entry('question_unanswered')],
  ];
  journal.record({
    at: now + 1,
    complete: [],
    changed: later.map(([subject, body]) => ['attention', subject, body] as const),
  });
  const part = (name: 'head' | 'journal') =>
    bundlePart(history, { part: name, since: now, until: now + 1, text: 'keep', root: '/srv/x', after: 0 }).json;
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
