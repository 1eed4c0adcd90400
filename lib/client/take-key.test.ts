import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runInNewContext } from 'node:vm';
import { KEY_ARRIVED, KEY_NAME, UNSTORED_KEY } from './operator-key';
import { TAKE_KEY } from './take-key';

const KEY = `${'k'.repeat(41)}-_`;

/** Runs the script as a page at an address would. */
function open(address: string, { blocked = false } = {}) {
  const stored = new Map<string, string>();
  const listeners = new Map<string, () => void>();
  const events: string[] = [];
  const location = new URL(address);
  const history = {
    state: { kept: true },
    replaceState: (state: unknown, _title: string, url: string) => {
      assert.equal(state, history.state);
      location.href = new URL(url, location).href;
    },
  };
  const window: Record<string, unknown> = {};
  const page = {
    ...{ window, location, history },
    localStorage: {
      setItem: (name: string, value: string) => {
        if (blocked) throw new Error('The operation is insecure.');
        stored.set(name, value);
      },
    },
    Event: class {
      constructor(readonly type: string) {}
    },
    addEventListener: (name: string, listener: () => void) => listeners.set(name, listener),
    dispatchEvent: ({ type }: { type: string }) => events.push(type),
  };
  runInNewContext(TAKE_KEY, page);
  return {
    window,
    events,
    kept: () => stored.get(KEY_NAME) ?? null,
    address: () => location.href,
    goTo: (fragment: string, event: string) => {
      location.hash = fragment;
      listeners.get(event)?.();
    },
  };
}

test('TAKE_KEY: takes the key out of the address, keeps everything else of it, and says so', () => {
  for (const [address, left] of [
    [`http://h/#key=${KEY}`, 'http://h/'],
    [`http://h/base?at=1&q=%23key#key=${KEY}`, 'http://h/base?at=1&q=%23key'],
    [`http://h/#a=1&key=${KEY}&b`, 'http://h/#a=1&b'],
    [`http://h/#key=${KEY}&key=${KEY}`, 'http://h/'],
  ] as const) {
    const page = open(address);
    assert.equal(page.address(), left);
    assert.equal(page.kept(), KEY);
    assert.deepEqual(page.events, [KEY_ARRIVED]);
  }
});

test('TAKE_KEY: an address without a key stays as it is', () => {
  for (const address of ['http://h/', 'http://h/?key=a', 'http://h/#keys=1', 'http://h/#monkey=1&a']) {
    const page = open(address);
    assert.equal(page.address(), address);
    assert.deepEqual([page.kept(), page.events], [null, []]);
  }
});

test('TAKE_KEY: a damaged key is removed from the address and not kept', () => {
  for (const key of ['', 'short', `${KEY}x`, `${KEY.slice(1)}%`]) {
    const page = open(`http://h/#key=${key}`);
    assert.equal(page.address(), 'http://h/');
    assert.deepEqual([page.kept(), page.events], [null, []]);
  }
});

test('TAKE_KEY: a link opened in a page that is there already is taken too', () => {
  for (const event of ['popstate', 'hashchange']) {
    const page = open('http://h/?a=1');
    page.goTo(`key=${KEY}`, event);
    assert.equal(page.address(), 'http://h/?a=1');
    assert.equal(page.kept(), KEY);
  }
});

test('TAKE_KEY: where the browser stores nothing, the key is handed to the page', () => {
  const page = open(`http://h/#key=${KEY}`, { blocked: true });
  assert.equal(page.address(), 'http://h/');
  assert.equal(page.window[UNSTORED_KEY], KEY);
  assert.deepEqual(page.events, [KEY_ARRIVED]);
});
