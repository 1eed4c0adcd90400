import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TerminalEvent } from '../contract/terminal-schemas';
import { receive, type TerminalAct, type TerminalModel, UNKNOWN_TERMINAL } from './terminal-model';

const screen = (id: string, content: string): TerminalEvent => ({
  event: 'screen',
  id,
  data: { columns: 80, rows: 24, title: 'vim', alternate: false, content },
});
const output = (id: string, content: string): TerminalEvent => ({ event: 'output', id, data: { content } });
const state: TerminalEvent = {
  event: 'state',
  id: null,
  data: {
    state: 'open',
    detail: 'Its pane is %3.',
    pane: '%3',
    server: '/tmp/t',
    command: 'claude',
    foreground: 'agent',
  },
};

/** @returns the model and everything that was drawn after some events */
function after(events: TerminalEvent[], first: TerminalModel = UNKNOWN_TERMINAL) {
  const drawn: TerminalAct[] = [];
  let gaps = 0;
  const model = events.reduce((known, event) => {
    const received = receive(known, event);
    if (received.act) drawn.push(received.act);
    if (received.gap) gaps += 1;
    return received.model;
  }, first);
  const text = drawn.map((act) => (act.kind === 'screen' ? `[${act.screen.content}]` : act.content)).join('');
  return { model, text, gaps };
}

test('receive(): a screen replaces everything, output continues it', () => {
  const { model, text, gaps } = after([state, screen('e.1', 'one'), output('e.2', 'two'), screen('e.9', 'three')]);
  assert.deepEqual([text, gaps, model.lastId, model.state?.pane], ['[one]two[three]', 0, 'e.9', '%3']);
  assert.deepEqual(model.screen, { columns: 80, rows: 24, title: 'vim', alternate: false });
});

test('receive(): output that was received before is not drawn again', () => {
  const { text, gaps, model } = after([
    screen('e.5', 'one'),
    output('e.5', 'old'),
    output('e.6', 'new'),
    output('e.6', 'new'),
  ]);
  assert.deepEqual([text, gaps, model.lastId], ['[one]new', 0, 'e.6']);
});

test('receive(): output without a screen, or of another epoch, asks for the whole screen and draws nothing', () => {
  assert.deepEqual(pick(after([output('e.1', 'lost')])), ['', 1, null]);
  assert.deepEqual(pick(after([screen('e.5', 'one'), output('f.6', 'other')])), ['[one]', 1, null]);
  assert.deepEqual(pick(after([screen('e.5', 'one'), output('no id', 'other')])), ['[one]', 1, null]);
});

test('receive(): the state and what the screen shows change nothing that is drawn', () => {
  const view: TerminalEvent = { event: 'view', id: null, data: { composer: 'draft', dialog: null } };
  const { model, text } = after([screen('e.5', 'one'), state, view]);
  assert.deepEqual([text, model.lastId, model.view?.composer], ['[one]', 'e.5', 'draft']);
});

test('receive(): after another state nothing is certain from the screen until the view follows', () => {
  const view: TerminalEvent = { event: 'view', id: null, data: { composer: 'draft', dialog: null } };
  assert.equal(after([state, screen('e.5', 'one'), view, state]).model.view, null);
  assert.equal(after([state, view, state, view]).model.view?.composer, 'draft');
});

function pick({ text, gaps, model }: ReturnType<typeof after>) {
  return [text, gaps, model.lastId];
}
