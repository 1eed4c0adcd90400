import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NO_STATUS, type TerminalStatus } from '@/lib/client/terminal-link';
import { type TerminalState, terminalState } from '@/lib/contract/terminal-schemas';
import { foregroundNotice, terminalNotice } from './terminal-words';

const SCREEN = { columns: 80, rows: 24, title: '', alternate: false };
const STATES = terminalState.shape.state.options;
const statusOf = (state: TerminalState['state'], detail = ''): TerminalStatus => ({
  ...{ ...NO_STATUS, link: 'live', screen: SCREEN },
  state: { state, detail, pane: '%1', server: null, command: null, foreground: 'unknown' },
});

test('terminalNotice(): every state but the open one is said, with what to do', () => {
  for (const state of STATES) {
    const notice = terminalNotice(statusOf(state));
    if (state === 'open') assert.equal(notice, null);
    else assert.ok(notice && /^[A-Z].*\.$/.test(notice.title) && /^[A-Z].*\.$/.test(notice.detail), state);
  }
});

test('terminalNotice(): the evidence of the server comes first', () => {
  assert.equal(terminalNotice(statusOf('dead', 'claude ended with 1.'))?.detail, 'claude ended with 1.');
});

test('terminalNotice(): a last screen is named only where there is one', () => {
  assert.match(terminalNotice(statusOf('dead'))?.title ?? '', /This is its last known screen\.$/);
  assert.match(terminalNotice(statusOf('unreachable'))?.title ?? '', /This is its last known screen\.$/);
  assert.equal(terminalNotice({ ...statusOf('dead'), screen: null })?.title, 'Its process has ended.');
  assert.equal(terminalNotice(statusOf('no_pane'))?.title, 'No pane of this agent is known.');
});

test('terminalNotice(): the last screen stays beside a lost connection, and nothing is said to be shown without one', () => {
  const lost = terminalNotice({ ...statusOf('open'), link: 'reconnecting' });
  assert.deepEqual([lost?.instead, lost?.tone], [false, 'warn']);
  assert.deepEqual(terminalNotice({ ...statusOf('open'), link: 'connecting' }), lost);
  assert.equal(terminalNotice({ ...NO_STATUS, link: 'reconnecting' })?.instead, true);
  assert.equal(terminalNotice(NO_STATUS)?.title, 'Loading the screen…');
  assert.equal(terminalNotice({ ...statusOf('open'), problem: 'Terminals are off.' })?.detail, 'Terminals are off.');
  assert.match(terminalNotice({ ...NO_STATUS, link: 'waiting' })?.title ?? '', /no connection left/);
});

test('foregroundNotice(): every program but the agent is named, and one that is certainly another blocks typing', () => {
  const noticeOf = (foreground: TerminalState['foreground'], command: string | null = 'vim') =>
    foregroundNotice({ state: 'open', detail: '', pane: '%1', server: null, command, foreground });
  assert.equal(noticeOf('agent'), null);
  assert.equal(noticeOf('unknown', null), null);
  assert.equal(foregroundNotice(null), null);
  for (const foreground of ['shell', 'other', 'unknown'] as const) {
    const notice = noticeOf(foreground);
    assert.match(notice?.text ?? '', /^Foreground program: vim\. [A-Z].*\.$/);
    assert.equal(notice?.blocks, foreground !== 'unknown');
  }
});
