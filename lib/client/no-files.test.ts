import assert from 'node:assert/strict';
import { test } from 'node:test';
import { missingSources } from '../contract/defaults';
import { EMPTY_STATES } from '../contract/empty-states';
import type { SwarmState } from '../contract/events';
import { hasNoFiles, startCommand } from './no-files';

const SINCE = '2026-03-01T12:00:00.000+00:00';
const EMPTY = {
  ...EMPTY_STATES,
  sources: missingSources('There is no file.', SINCE),
  messages: [],
} as unknown as SwarmState;

test('hasNoFiles(): only while every file is missing and nothing is known from before', () => {
  assert.equal(hasNoFiles(EMPTY), true);
  for (const kind of ['registry', 'locks', 'log'] as const) {
    const changed = (change: object) =>
      ({ ...EMPTY, sources: { ...EMPTY.sources, [kind]: { ...EMPTY.sources[kind], ...change } } }) as SwarmState;
    assert.equal(hasNoFiles(changed({ state: 'ok' })), false, kind);
    assert.equal(hasNoFiles(changed({ state: 'unreadable' })), false, kind);
    assert.equal(hasNoFiles(changed({ kept_from: SINCE })), false, kind);
  }
  assert.equal(hasNoFiles({ ...EMPTY, messages: [{}] } as unknown as SwarmState), false);
});

test('startCommand(): quotes what a shell would read otherwise, and gives nothing that must not be pasted', () => {
  assert.equal(startCommand('/srv/shop-2'), 'npm start -- /srv/shop-2');
  assert.equal(startCommand('/srv/my shop'), "npm start -- '/srv/my shop'");
  assert.equal(startCommand("/srv/it's $HOME"), "npm start -- '/srv/it'\\''s $HOME'");
  assert.equal(startCommand('/srv/a\nb'), null);
  assert.equal(startCommand('/srv/\u202etxt'), null);
});
