import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { findComposer, showsText } from './composer';
import { longestPlain } from './pane-input';

const SCREENS = join(import.meta.dirname, '../../../test/fixtures/claude-code/screens');

/** @returns the composer on a captured screen, with the cursor in its first line, or where it is in dialogs */
function composerOn(name: string, x = 2) {
  const lines = readFileSync(join(SCREENS, `${name}.ansi`), 'utf8').split('\n');
  const y = lines.findIndex((line) => stripVTControlCharacters(line).startsWith('❯\u00a0'));
  return findComposer({ lines, cursor: { x, y: y < 0 ? lines.length - 3 : y } });
}

test('findComposer(): an empty composer, also with a dim hint in it', () => {
  for (const name of [
    ...['composer-empty-first', 'idle-after-turn', 'busy-thinking', 'busy-tool', 'composer-ctrl-c-armed'],
    ...['busy-queued', 'idle-api-error-placeholder', 'narrow-60x18-idle'],
  ]) {
    assert.deepEqual(composerOn(name), { kind: 'empty' }, name);
  }
});

test('findComposer(): a draft, also with the cursor at its beginning', () => {
  for (const x of [18, 2]) {
    assert.deepEqual(composerOn('composer-draft', x), {
      kind: 'text',
      text: 'a half typed draft',
      first: 'a half typed draft',
    });
  }
  assert.deepEqual(composerOn('composer-draft-3-lines', 8), {
    kind: 'text',
    text: 'line 1\nline 2\nline 3',
    first: 'line 1',
  });
});

test('findComposer(): dialogs, menus, shell mode and other views are no composer', () => {
  for (const name of [
    ...['dialog-bash', 'dialog-bash-3-options', 'dialog-bash-amend', 'dialog-ask-single', 'dialog-ask-two-questions'],
    ...['dialog-config', 'dialog-edit-diff', 'dialog-model-switch', 'dialog-webfetch', 'composer-bash-mode'],
    'transcript-view-ctrl-o',
  ]) {
    const lines = readFileSync(join(SCREENS, `${name}.ansi`), 'utf8').split('\n');
    for (let y = 0; y < lines.length; y += 1) {
      for (const x of [0, 1, 2]) assert.equal(findComposer({ lines, cursor: { x, y } }).kind, 'absent', `${name} ${y}`);
    }
  }
});

test('showsText(): the whole text, as much as fits, or its placeholder; nothing else', () => {
  const pasted = '[MESSAGE] [operator][2026-02-03 10:01:02][INFO]: one two\nthree';
  const shows = (text: string) => showsText({ text }, pasted);
  assert.ok(shows('[MESSAGE] [operator][2026-02-03\n10:01:02][INFO]: one two\nthree'));
  assert.ok(shows('02][INFO]: one two\nthree'));
  assert.ok(shows('[Pasted text #2 +7 lines]'));
  assert.ok(!shows('draft [Pasted text #2 +7 lines]'));
  assert.ok(!shows(`draft ${pasted}`));
  assert.ok(!shows('three'));
});

test('longestPlain(): contains nothing that a format or a pattern of tmux reads', () => {
  assert.equal(longestPlain('[MESSAGE] [a][2026-02-03 10:01:02][INFO]: x, y}'), '2026-02-03 10:01:02');
  assert.equal(longestPlain('#{x}*?[]'), 'x');
  assert.equal(longestPlain('日本'), '');
});
