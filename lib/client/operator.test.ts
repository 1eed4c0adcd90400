import assert from 'node:assert/strict';
import { beforeEach, type TestContext, test } from 'node:test';
import type { Me } from '../contract/action-schemas';
import { followOperator, forgetKey, keepKey, type Standing, storedKey } from './operator';
import { KEY_ARRIVED, KEY_NAME, UNSTORED_KEY } from './operator-key';

const KEY = 'k'.repeat(43);
const OTHER = 'o'.repeat(43);
const READER: Me = { name: null, via: null, scope: 'read', actions: [], reason: 'Open the link.', accepts_key: true };
const OPERATOR: Me = {
  ...{ name: 'operator', via: 'operator_key', scope: 'write', actions: ['locks'], reason: null, accepts_key: false },
};

let stored: Map<string, string>;
let page: EventTarget & Record<string, unknown>;
beforeEach(() => {
  stored = new Map();
  page = Object.assign(new EventTarget(), {
    localStorage: {
      getItem: (name: string) => stored.get(name) ?? null,
      setItem: (name: string, value: string) => void stored.set(name, value),
      removeItem: (name: string) => void stored.delete(name),
    },
  }) as unknown as EventTarget & Record<string, unknown>;
  Object.assign(globalThis, { window: page, location: { origin: 'http://host' } });
});

/** A server; `sent` has the header of each question. */
function serve(context: TestContext, meOf: (authorization: string | null) => Me | null) {
  const sent: (string | null)[] = [];
  context.mock.method(globalThis, 'fetch', async (url: string, init: RequestInit) => {
    assert.equal(url, 'http://host/api/me');
    const authorization = new Headers(init.headers).get('authorization');
    sent.push(authorization);
    const me = meOf(authorization);
    if (me === null) throw new TypeError('Failed to fetch');
    return Response.json(me);
  });
  return sent;
}

/** Follows, and gives each standing in turn. */
function follow(context: TestContext) {
  const waiting: ((standing: Standing) => void)[] = [];
  const early: Standing[] = [];
  const end = followOperator((standing) => {
    const take = waiting.shift();
    if (take) take(standing);
    else early.push(standing);
  });
  context.after(end);
  return (): Promise<Standing> => {
    const known = early.shift();
    return known ? Promise.resolve(known) : new Promise((resolve) => waiting.push(resolve));
  };
}

const byKey = (authorization: string | null) => (authorization === `Bearer ${KEY}` ? OPERATOR : READER);

test('followOperator(): without a key of this browser one question is asked, without credentials', async (context) => {
  const sent = serve(context, byKey);
  assert.deepEqual(await follow(context)(), { me: READER, key: null });
  assert.deepEqual(sent, [null]);
});

test('followOperator(): a key is sent where the server asks nothing else, and used if it is right', async (context) => {
  stored.set(KEY_NAME, KEY);
  serve(context, byKey);
  const next = follow(context);
  assert.deepEqual(await next(), { me: OPERATOR, key: KEY });
  stored.set(KEY_NAME, OTHER);
  page.dispatchEvent(Object.assign(new Event('storage'), { key: KEY_NAME }));
  assert.deepEqual(await next(), { me: READER, key: null }, 'another tab has stored a wrong one');
  stored.set(KEY_NAME, KEY);
  page.dispatchEvent(new Event(KEY_ARRIVED));
  assert.deepEqual(await next(), { me: OPERATOR, key: KEY }, 'a link was opened here');
  forgetKey();
  assert.deepEqual(await next(), { me: READER, key: null });
  assert.equal(storedKey(), null);
});

test('followOperator(): a server with credentials never gets the key', async (context) => {
  stored.set(KEY_NAME, KEY);
  const anna: Me = { ...OPERATOR, name: 'anna', via: 'basic' };
  const sent = serve(context, () => anna);
  assert.deepEqual(await follow(context)(), { me: anna, key: null });
  assert.deepEqual(sent, [null]);
});

test('followOperator(): asks again while the server does not answer', async (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  let answers = false;
  let asked: () => void = () => {};
  const failed = new Promise<void>((resolve) => {
    asked = resolve;
  });
  serve(context, () => {
    if (!answers) asked();
    return answers ? READER : null;
  });
  const next = follow(context);
  await failed;
  answers = true;
  // The failure is noticed some turns later.
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  context.mock.timers.tick(5000);
  assert.deepEqual(await next(), { me: READER, key: null });
});

test('keepKey(): takes a key, or the link with it, and nothing else', () => {
  for (const text of [KEY, ` ${KEY}\n`, `http://127.0.0.1:8000/#key=${KEY}`, `http://h/base?x#a=1&key=${KEY}`]) {
    stored.clear();
    assert.equal(keepKey(text), true, text);
    assert.equal(storedKey(), KEY);
  }
  for (const text of ['', 'x', `${KEY}x`, `http://h/#key=${KEY}x`, `http://h/?key=${KEY}`]) {
    stored.clear();
    assert.equal(keepKey(text), false, text);
    assert.equal(storedKey(), null);
  }
});

test('storedKey(): a key that the browser refuses to store is kept for this page', () => {
  page.localStorage = {
    getItem: () => null,
    setItem: () => {
      throw new Error('The operation is insecure.');
    },
    removeItem: () => {},
  };
  page[UNSTORED_KEY] = KEY;
  assert.equal(storedKey(), KEY);
  assert.equal(page[UNSTORED_KEY], undefined);
  assert.equal(storedKey(), KEY);
  forgetKey();
  assert.equal(storedKey(), null);
});
