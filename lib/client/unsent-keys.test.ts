import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TERMINAL_KEYS } from '../contract/terminal-keys';
import { type KeyPress, SENT_KEYS, unsentKey } from './unsent-keys';

/** @param written such as `Ctrl+Shift+Home` */
function press(written: string): KeyPress {
  const names = written.split(/(?<=.)\+/);
  const key = names.pop() ?? '';
  const holds = (name: string) => names.includes(name);
  return {
    key,
    ...{ ctrlKey: holds('Ctrl'), altKey: holds('Alt'), metaKey: holds('Meta'), shiftKey: holds('Shift') },
    altGraph: holds('AltGr'),
  };
}

const named = (written: string, isMac = false) => unsentKey(press(written), isMac);

test('unsentKey(): keys that the contract does not have are named', () => {
  const keys = ['Home', 'End', 'PageUp', 'PageDown', 'Delete', 'Insert', 'F1', 'F12', 'Shift+Tab', 'Ctrl+ArrowLeft'];
  assert.deepEqual(
    keys.map((key) => named(key)),
    ['Home', 'End', 'Page Up', 'Page Down', 'Delete', 'Insert', 'F1', 'F12', 'Shift+Tab', 'Ctrl+Left'],
  );
  assert.deepEqual(
    ['Ctrl+a', 'Ctrl+z', 'Ctrl+ ', 'Alt+b', 'Shift+Home'].map((key) => named(key)),
    ['Ctrl+A', 'Ctrl+Z', 'Ctrl+Space', 'Alt+B', 'Shift+Home'],
  );
});

test('unsentKey(): a key of which a terminal makes another one is named, above all one that would submit or deny', () => {
  for (const key of [
    'Shift+Enter',
    'Alt+Enter',
    'Ctrl+Enter',
    'Shift+Escape',
    'Ctrl+j',
    'Ctrl+m',
    'Ctrl+3',
    'Ctrl+[',
  ]) {
    assert.notEqual(named(key), null, key);
  }
});

test('unsentKey(): text and the keys of the contract are sent', () => {
  const sent = ['Enter', 'Escape', 'Tab', 'Backspace', 'ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight'];
  for (const key of [...sent, 'Shift+Backspace', 'a', 'Shift+A', 'ü', '漢', '👍', ' ', 'AltGr+@', 'Ctrl+Alt+AltGr+@']) {
    assert.equal(named(key), null, key);
  }
  const control = TERMINAL_KEYS.filter((key) => key.startsWith('C-')).map((key) => key.slice(2));
  for (const letter of control) assert.equal(named(`Ctrl+${letter}`), null, letter);
  assert.match(
    SENT_KEYS,
    new RegExp(
      `Ctrl with ${control
        .sort()
        .join(', ')
        .toUpperCase()
        .replace(/, (.)$/, ' or $1')}$`,
    ),
  );
});

test('unsentKey(): on a Mac Option makes letters', () => {
  assert.equal(named('Alt+@', true), null);
  assert.equal(named('Alt+ArrowLeft', true), 'Alt+Left');
});

test('unsentKey(): what the browser acts on, and keys that mean nothing by themselves, are not named', () => {
  for (const key of ['Meta+c', 'Ctrl+Shift+i', 'Ctrl+-', 'Ctrl+0', 'Shift+Insert', 'Ctrl+Insert', 'Shift+PageUp']) {
    assert.equal(named(key), null, key);
  }
  for (const key of ['Shift', 'Control', 'Alt', 'CapsLock', 'Dead', 'Process', 'Unidentified', 'AudioVolumeUp']) {
    assert.equal(named(key), null, key);
  }
});
