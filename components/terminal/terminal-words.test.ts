import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NO_STATUS, type TerminalStatus } from '@/lib/client/terminal-link';
import { UNKNOWN_AGENT_FACTS } from '@/lib/contract/defaults';
import type { Agent } from '@/lib/contract/schemas';
import { type TerminalState, terminalState } from '@/lib/contract/terminal-schemas';
import { dialogNotice, foregroundNotice, terminalNotice } from './terminal-words';

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

const DIALOG = { question: 'Do you want to proceed?', options: [{ key: '1', label: 'Yes' }] };

function agentWith(fields: Partial<Agent> = {}): Agent {
  const own = { id: 'a', health: 'active' as const, health_reason: 'Because.', last_evidence_at: null };
  return { ...UNKNOWN_AGENT_FACTS, ...own, ...fields };
}

/** A terminal that is shown live and certainly shows a dialog. */
function atDialog(fields: Partial<TerminalStatus> = {}, state: Partial<TerminalState> = {}): TerminalStatus {
  const open = { ...(statusOf('open').state as TerminalState), foreground: 'agent' as const, ...state };
  return { ...statusOf('open'), state: open, view: { composer: 'absent', dialog: DIALOG }, ...fields };
}

test('dialogNotice(): an agent without a session waits at the dialog that its screen certainly shows', () => {
  const notice = dialogNotice(agentWith(), atDialog());
  assert.equal(notice?.question, 'Do you want to proceed?');
  assert.match(notice?.evidence ?? '', /^Its screen shows a dialog\. No session file .* says so\.$/);
  assert.ok(dialogNotice(agentWith({ health: 'stale' }), atDialog({}, { foreground: 'unknown' })));
  const blocked = { state: 'blocked', since: null, reason: 'It said so.', source: 'swarm' } as const;
  assert.ok(dialogNotice(agentWith({ activity: blocked }), atDialog()));
});

test('dialogNotice(): what a session or a team says counts alone, and an agent without a process waits for nothing', () => {
  const words = { session_id: 's', name: null, version: null, kind: null, status: null, waiting_for: null };
  const more = {
    status_since: null,
    model: null,
    permission_mode: null,
    cwd: null,
    git_branch: null,
    entrypoint: null,
  };
  const session = { ...words, ...more };
  const working = (source: Agent['activity']['source']): Partial<Agent> => ({
    activity: { ...UNKNOWN_AGENT_FACTS.activity, state: 'working', source },
  });
  const process = (state: Agent['process']['state']): Partial<Agent> => ({
    process: { ...UNKNOWN_AGENT_FACTS.process, state },
  });
  const others: Partial<Agent>[] = [
    { session },
    ...(['session', 'transcript', 'hook', 'team'] as const).map(working),
    ...(['suspended', 'exited', 'gone'] as const).map(process),
    { health: 'dead' },
    { health: 'moved' },
  ];
  for (const fields of others) {
    assert.equal(dialogNotice(agentWith(fields), atDialog()), null, JSON.stringify(fields));
  }
  assert.equal(dialogNotice(undefined, atDialog()), null, 'not listed');
});

test('dialogNotice(): nothing is said of a screen that may be old, is not known or belongs to another program', () => {
  const agent = agentWith();
  for (const link of ['connecting', 'reconnecting', 'paused', 'waiting'] as const) {
    assert.equal(dialogNotice(agent, atDialog({ link })), null, link);
  }
  for (const state of STATES.filter((one) => one !== 'open')) {
    assert.equal(dialogNotice(agent, atDialog({}, { state })), null, state);
  }
  for (const foreground of ['shell', 'other'] as const) {
    assert.equal(dialogNotice(agent, atDialog({}, { foreground })), null, foreground);
  }
  assert.equal(dialogNotice(agent, atDialog({ problem: 'Terminals are off.' })), null);
  assert.equal(dialogNotice(agent, atDialog({ screen: null })), null);
  assert.equal(dialogNotice(agent, atDialog({ state: null })), null);
  assert.equal(dialogNotice(agent, atDialog({ view: null })), null);
  assert.equal(dialogNotice(agent, atDialog({ view: { composer: 'empty', dialog: null } })), null);
});
