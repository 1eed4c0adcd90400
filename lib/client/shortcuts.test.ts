import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commandFor, type KeyPress, register, registered } from './shortcuts';

const press = (key: string, more: Partial<KeyPress> = {}): KeyPress => ({
  key,
  code: '',
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  repeat: false,
  isComposing: false,
  keyCode: 0,
  defaultPrevented: false,
  ...more,
});
const command = (keys: string | null, description: string) => ({
  keys,
  description,
  group: 'Page',
  inPalette: true,
  run: () => {},
});
const meant = (pressed: KeyPress, writing = false) => commandFor(pressed, writing)?.description;

test('commandFor(): the newest command with the keys, and the previous one after its removal', () => {
  const removeFirst = register(command('Escape', 'close the detail'));
  const removeSecond = register(command('Escape', 'clear the filter'));
  assert.equal(meant(press('Escape')), 'clear the filter');
  removeSecond();
  assert.equal(meant(press('Escape')), 'close the detail');
  removeFirst();
  assert.equal(meant(press('Escape')), undefined);
  assert.deepEqual(registered(), []);
});

test('commandFor(): keys typed into a field are text, except Escape and those with Ctrl or Command', () => {
  const removals = [register(command('f', 'follow')), register(command('Escape', 'leave'))];
  removals.push(register(command('mod+k', 'palette')));
  assert.equal(meant(press('f'), true), undefined);
  assert.equal(meant(press('Escape'), true), 'leave');
  assert.equal(meant(press('k', { ctrlKey: true }), true), 'palette');
  assert.equal(meant(press('k', { metaKey: true })), 'palette');
  for (const remove of removals) remove();
});

test('commandFor(): keys of the browser and handled key presses are ignored', () => {
  const removals = [register(command('f', 'follow')), register(command(null, 'no key'))];
  assert.equal(meant(press('f', { ctrlKey: true })), undefined);
  assert.equal(meant(press('f', { altKey: true })), undefined);
  assert.equal(meant(press('f', { repeat: true })), undefined);
  assert.equal(meant(press('f', { defaultPrevented: true })), undefined);
  assert.equal(meant(press('F')), 'follow');
  for (const remove of removals) remove();
});

test('commandFor(): on a layout without Latin letters the place of the key counts', () => {
  const removals = ['f', 'mod+k', '/', '?', '1'].map((keys) => register(command(keys, keys)));
  const russian = (key: string, code: string, more: Partial<KeyPress> = {}) => meant(press(key, { code, ...more }));
  assert.equal(russian('а', 'KeyF'), 'f');
  assert.equal(russian('А', 'KeyF', { shiftKey: true }), 'f');
  assert.equal(russian('л', 'KeyK', { ctrlKey: true }), 'mod+k');
  assert.equal(russian('.', 'Slash'), '/');
  assert.equal(russian(',', 'Slash', { shiftKey: true }), '?');
  assert.equal(russian('ظ', 'Slash'), '/', 'Arabic');
  assert.equal(russian('ด', 'KeyF'), 'f', 'Thai');
  assert.equal(russian('&', 'Digit1'), '1', 'French');
  assert.equal(russian('١', 'Digit1'), '1', 'Arabic');
  assert.equal(meant(press('а', { code: 'KeyF' }), true), undefined, 'text in a field');
  for (const remove of removals) remove();
});

test('commandFor(): on a layout with Latin letters their places do not count', () => {
  const removals = ['f', 'y', '/', '?', '1'].map((keys) => register(command(keys, keys)));
  assert.equal(meant(press('z', { code: 'KeyY' })), undefined, 'German');
  assert.equal(meant(press('u', { code: 'KeyF' })), undefined, 'Dvorak');
  assert.equal(meant(press('f', { code: 'KeyY' })), 'f', 'Dvorak');
  assert.equal(meant(press('-', { code: 'Slash' })), undefined, 'German');
  assert.equal(meant(press('/', { code: 'Digit7', shiftKey: true })), '/', 'German');
  assert.equal(meant(press('!', { code: 'Digit1', shiftKey: true })), undefined, 'US');
  for (const remove of removals) remove();
});

test('commandFor(): a key press that belongs to an input method is not a command', () => {
  const remove = register(command('Escape', 'leave'));
  assert.equal(meant(press('Escape', { isComposing: true }), true), undefined);
  assert.equal(meant(press('Escape', { keyCode: 229 }), true), undefined, 'Safari');
  assert.equal(meant(press('Escape', { keyCode: 27 }), true), 'leave');
  remove();
});

test('registered(): the same array while nothing changes', () => {
  assert.equal(registered(), registered());
});
