import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SwarmWatcher } from '../sources/claudeswarm/watcher';
import type { ReaderStatus } from '../sources/source-status';
import { HookEvents } from './hook-events';
import { SwarmSources } from './source-status';

const status: ReaderStatus = { state: 'ok', reason: null, since: 0, keptFrom: null, skipped: [] };
const watcher = { status: { ...status, mode: 'events' } } as unknown as SwarmWatcher;
const readers = { registry: { status }, locks: { status }, watcher, config: { status }, hooks: new HookEvents() };

test('now(): an unusable zone and one that arriving messages contradict are one source; the messages come first', () => {
  const zone = { zone: 'Etc/GMT+2', notice: 'TZ names no zone that fits.' };
  const sources = new SwarmSources({ ...readers, zone });
  const { state, reason, suggested } = sources.now().zone;
  assert.deepEqual([state, reason, suggested], ['degraded', zone.notice, null]);
  sources.zoneMismatch = { reason: 'Messages lie 3 h ahead.', suggested: 'UTC+1' };
  assert.equal(sources.now().zone.reason, 'Messages lie 3 h ahead.');
  assert.equal(sources.now().zone.suggested, 'UTC+1');
  sources.zoneMismatch = null;
  assert.equal(sources.now().zone.reason, zone.notice);
  assert.equal(new SwarmSources({ ...readers, zone: { ...zone, notice: null } }).now().zone.state, 'ok');
});

test('now(): Claude Code is a source of its own, and missing where nothing reads it', () => {
  const zone = { zone: 'UTC', notice: null };
  assert.equal(new SwarmSources({ ...readers, zone }).now().claude_code.state, 'missing');
  const fault = { ...status, state: 'unreadable' as const, reason: 'It belongs to another user.' };
  const { claude_code } = new SwarmSources({ ...readers, zone, claudeCode: { status: fault } }).now();
  assert.deepEqual([claude_code.state, claude_code.reason], ['unreadable', fault.reason]);
});

test('now(): hooks are missing until the first event, and say what to do', () => {
  const hooks = new HookEvents();
  const sources = new SwarmSources({ ...readers, hooks, zone: { zone: 'UTC', notice: null } });
  const { state, reason, kept_from } = sources.now().hooks;
  assert.deepEqual([state, kept_from], ['missing', null]);
  assert.match(reason ?? '', /only files are used.*hooks install/);
  hooks.take({ hook_event_name: 'SessionEnd', session_id: 'a' }, 1_000);
  hooks.take({ hook_event_name: 'SessionEnd', session_id: 'a' }, 2_000);
  assert.deepEqual(sources.now().hooks, {
    ...{ state: 'ok', reason: null, since: '1970-01-01T00:00:01.000+00:00', kept_from: null, skipped: [] },
  });
});
