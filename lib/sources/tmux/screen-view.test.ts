import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { readTerminalView } from './screen-view';

const SCREENS = join(import.meta.dirname, '../../../test/fixtures/claude-code/screens');
const names = readdirSync(SCREENS).map((file) => file.replace('.ansi', ''));
const linesOf = (name: string) => readFileSync(join(SCREENS, `${name}.ansi`), 'utf8').split('\n');

/** What is read from a captured screen, with the cursor in its composer, or where it is in dialogs. */
function viewOf(lines: string[], x = 2) {
  const y = lines.findIndex((line) => stripVTControlCharacters(line).startsWith('❯\u00a0'));
  return readTerminalView({ lines, cursor: { x, y: y < 0 ? lines.length - 3 : y } });
}

const optionsOf = (name: string) => viewOf(linesOf(name)).dialog?.options.map(({ key, label }) => `${key} ${label}`);

const RULE = 'Yes, and don’t ask again for: sh -c "echo d > D1"';
const AUTO = 'Yes, and switch to auto mode · auto mode handles these prompts for you';
const DIALOGS: Record<string, string[]> = {
  'dialog-bash': ['1 Yes', `2 ${RULE}`, `3 ${AUTO}`, '4 No'],
  'dialog-bash-3-options': ['1 Yes', `2 ${AUTO}`, '3 No'],
  'dialog-bash-amend': ['1 Yes, and tell Claude what to do next', `2 ${RULE}`, `3 ${AUTO}`, '4 No'],
  'dialog-edit-diff': [
    '1 Yes',
    '2 Yes, and switch to accept edits (auto-approve file edits and common file commands) for this session (shift+tab)',
    '3 No',
  ],
  'dialog-webfetch': [
    '1 Yes',
    "2 Yes, and don't ask again for 127.0.0.1",
    '3 No, and tell Claude what to do differently (esc)',
  ],
  'dialog-model-switch': ['1 Yes, switch to Sonnet 5.5', '2 No, go back'],
  'dialog-ask-single': ['1 SQLite', '2 PostgreSQL', '3 Type something.', '4 Chat about this'],
  'dialog-ask-two-questions': ['1 SQLite', '2 PostgreSQL', '3 Type something.', '4 Chat about this'],
  'dialog-ask-second-multi': [
    '1 [ ] Metrics',
    '2 [ ] Tracing',
    '3 [ ] Logs',
    '4 [ ] Type something',
    '5 Chat about this',
  ],
  'dialog-ask-second-multi-checked': [
    ...['1 [✔] Metrics', '2 [ ] Tracing', '3 [ ] Logs', '4 [ ] Type something', '5 Chat about this'],
  ],
};

test('readTerminalView(): each captured dialog has its options, whatever the cursor', () => {
  for (const [name, options] of Object.entries(DIALOGS)) {
    for (const x of [0, 1, 2]) assert.equal(viewOf(linesOf(name), x).composer, 'absent', name);
    assert.deepEqual(optionsOf(name), options, name);
  }
});

test('readTerminalView(): every other captured screen has no dialog', () => {
  for (const name of names.filter((one) => DIALOGS[one] === undefined)) {
    assert.equal(viewOf(linesOf(name)).dialog, null, name);
  }
});

test('readTerminalView(): a dialog asks what is right above its options, and nothing that is uncertain', () => {
  const questions = Object.keys(DIALOGS).map((name) => [name, viewOf(linesOf(name)).dialog?.question]);
  assert.deepEqual(Object.fromEntries(questions), {
    'dialog-bash': 'Do you want to proceed?',
    'dialog-bash-3-options': 'Do you want to proceed?',
    'dialog-bash-amend': 'Do you want to proceed?',
    'dialog-edit-diff': 'Do you want to make this edit to f.txt?',
    'dialog-webfetch': 'Do you want to allow Claude to fetch this content?',
    // A sentence is right above its options.
    'dialog-model-switch': null,
    'dialog-ask-single': 'Which database shall I use?',
    'dialog-ask-two-questions': 'Which database shall I use?',
    'dialog-ask-second-multi': 'Which extras?',
    'dialog-ask-second-multi-checked': 'Which extras?',
  });
  const options = ['\u001b[38;5;153m❯\u001b[39m 1. Yes', '  2. No'];
  const asked = (...above: string[]) => viewOf([...above, ...options]).dialog?.question;
  const rule = '─'.repeat(60);
  assert.equal(asked(rule, 'Bash command', '', 'Shall the totals of the', 'cart be tested?', ''), WRAPPED, 'wrapped');
  assert.equal(
    asked(rule, '   rm -rf build', ' Do you want to proceed?'),
    'Do you want to proceed?',
    'another indentation',
  );
  assert.equal(asked('Why?', rule), null, 'above the rule is the conversation');
  assert.equal(asked(rule, ' Is it right?', '╌'.repeat(60)), null, 'above what the dialog is about');
  assert.equal(asked(rule, ...Array.from({ length: 7 }, () => 'Is it right?')), null, 'too long');
});

const WRAPPED = 'Shall the totals of the cart be tested?';

test('readTerminalView(): a composer is empty, has a draft or is absent', () => {
  const composer = (name: string, x?: number) => viewOf(linesOf(name), x).composer;
  assert.equal(composer('idle-after-turn'), 'empty');
  assert.equal(composer('composer-draft', 18), 'draft');
  assert.equal(composer('transcript-view-ctrl-o'), 'absent');
  assert.equal(composer('composer-bash-mode'), 'absent');
});

test('readTerminalView(): a dialog that a program shows as text is none', () => {
  const dialog = linesOf('dialog-bash');
  // Below it a shell waits.
  assert.equal(viewOf([...dialog, 'user@host:~$ ']).dialog, null, 'printed in a shell');
  // As text, in a pager or an answer: without the colours of the pointer.
  assert.equal(viewOf(dialog.map((line) => stripVTControlCharacters(line))).dialog, null, 'without attributes');
  const quoted = dialog.map((line) => (line.includes('1. ') ? stripVTControlCharacters(line) : line));
  assert.equal(viewOf(quoted).dialog, null, 'quoted');
});

test('readTerminalView(): a numbered list of a conversation is no dialog', () => {
  const list = [
    '● I would:',
    '  1. Delete the table',
    '  2. Create it',
    '',
    '─'.repeat(60),
    '  Showing detailed transcript',
  ];
  assert.equal(viewOf(list).dialog, null);
  const coloured = '\u001b[38;5;153m❯\u001b[39m 1. Delete the table';
  assert.equal(viewOf(['─'.repeat(60), '● I would:', coloured, '  2. Create it']).dialog, null, 'below an answer');
  assert.equal(viewOf([coloured, '  2. Create it']).dialog, null, 'without a rule');
  assert.equal(viewOf(['─'.repeat(60), coloured]).dialog, null, 'one option');
  assert.equal(viewOf(['─'.repeat(60), coloured, '  3. Create it']).dialog, null, 'a gap');
  assert.equal(viewOf(['─'.repeat(60), coloured, 'or', '  2. Create it']).dialog, null, 'text between');
  assert.deepEqual(viewOf(['─'.repeat(60), coloured, '  2. Create it']).dialog?.options.length, 2, 'control');
});
