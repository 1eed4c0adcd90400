import assert from 'node:assert/strict';
import { beforeEach, mock, test } from 'node:test';
import { whenHidden } from './when-hidden';

class FakePage extends EventTarget {
  visibilityState: DocumentVisibilityState = 'visible';

  become(state: DocumentVisibilityState): void {
    this.visibilityState = state;
    this.dispatchEvent(new Event('visibilitychange'));
  }
}

let page: FakePage;
let calls: number;
const start = () =>
  whenHidden(
    60_000,
    () => {
      calls += 1;
    },
    page as unknown as Document,
  );

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  page = new FakePage();
  calls = 0;
});

test('whenHidden(): called after the time, not for a page that was visible in between', () => {
  start();
  page.become('hidden');
  mock.timers.tick(59_999);
  page.become('visible');
  page.become('hidden');
  mock.timers.tick(59_999);
  assert.equal(calls, 0);
  mock.timers.tick(1);
  assert.equal(calls, 1);
  page.become('visible');
  assert.equal(calls, 1, 'once for each time');
});

test('whenHidden(): a page whose timers stood still is noticed when it is visible again', () => {
  start();
  page.become('hidden');
  mock.timers.setTime(120_000);
  calls = 0;
  page.become('visible');
  assert.equal(calls, 1);
});

test('whenHidden(): nothing is called once it has ended', () => {
  const end = start();
  page.become('hidden');
  end();
  mock.timers.tick(120_000);
  page.become('visible');
  assert.equal(calls, 0);
});
