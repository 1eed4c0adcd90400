import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commandFor, type KeyPress, register, registered } from './shortcuts';

const press = (key: string, more: Partial<KeyPress> = {}): KeyPress => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  repeat: false,
  isComposing: false,
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

test('registered(): the same array while nothing changes', () => {
  assert.equal(registered(), registered());
});
