import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import fc from 'fast-check';
import { mockTabTimers, restoreTimers } from '../../test/support/fake-process';
import { FakeBrowser, type FakeTab } from '../../test/support/fake-tabs';

beforeEach(mockTabTimers);
afterEach(restoreTimers);

const SETTLED_MS = 5000;

/** Tabs that follow one browser's stream. */
async function openTabs(count: number, browser = new FakeBrowser()): Promise<[FakeBrowser, ...FakeTab[]]> {
  const tabs: FakeTab[] = [];
  browser.server.send(3);
  for (let opened = 0; opened < count; opened++) {
    tabs.push(browser.open());
    await browser.pass(500);
  }
  return [browser, ...tabs];
}

/** Each tab has the server's state and got each message after its page once, in order; one stream is open. */
function assertWhole(browser: FakeBrowser, tabs: readonly FakeTab[] = browser.tabs): void {
  const { server } = browser;
  assert.equal(server.open, 1, 'one stream is open');
  assert.equal(browser.leaders.length, 1, 'one tab is the leader');
  for (const tab of tabs) {
    const missing = Array.from({ length: server.head - tab.from }, (_, index) => tab.from + index + 1);
    assert.deepEqual(tab.got, missing, 'each message once');
    assert.equal(tab.view.swarm.stats.message_count, server.head);
    assert.equal(tab.view.gap, null);
    assert.equal(tab.state, 'live');
  }
}

for (const locks of [true, false]) {
  const where = locks ? 'with locks' : 'without locks';

  test(`SharedStream: twenty tabs share one stream, ${where}`, async () => {
    const [browser] = await openTabs(20, new FakeBrowser({ locks }));
    browser.server.send(3);
    await browser.pass(SETTLED_MS);
    assertWhole(browser);
    assert.equal(browser.server.opened, 1);
  });

  test(`SharedStream: tabs that are opened in the same moment share one stream, ${where}`, async () => {
    const browser = new FakeBrowser({ locks });
    for (let count = 0; count < 20; count++) browser.open();
    await browser.pass(SETTLED_MS);
    browser.server.send(3);
    await browser.pass(SETTLED_MS);
    assertWhole(browser);
  });

  for (const end of ['close', 'crash'] as const) {
    test(`SharedStream: after a ${end} of the leader another takes over within 2 s, ${where}`, async () => {
      const [browser, leader] = await openTabs(5, new FakeBrowser({ locks }));
      browser.server.send(2);
      leader?.[end]();
      browser.server.send(2);
      await browser.pass(2000);
      assertWhole(browser);
      assert.ok(browser.tabs.every(({ states }) => states.join() === 'live'));
    });
  }

  test(`SharedStream: a frozen leader is replaced within 2 s and stops when it wakes, ${where}`, async () => {
    const [browser, leader, ...others] = await openTabs(5, new FakeBrowser({ locks }));
    leader?.process.freeze();
    browser.server.send(2);
    await browser.pass(2000);
    assert.equal(others.filter(({ isLeader }) => isLeader).length, 1);
    for (const { got, state } of others) assert.deepEqual([got, state], [[4, 5], 'live']);
    browser.server.send(2);
    await browser.pass(60_000);
    leader?.process.thaw();
    await browser.pass(1000);
    assertWhole(browser);
    assert.equal(leader?.isLeader, false);
  });

  test(`SharedStream: a follower that was frozen gets what it missed once, ${where}`, async () => {
    const [browser, , follower] = await openTabs(3, new FakeBrowser({ locks }));
    follower?.process.freeze();
    for (let round = 0; round < 20; round++) {
      browser.server.send(5);
      await browser.pass(1000);
    }
    follower?.process.thaw();
    await browser.pass(1000);
    assertWhole(browser);
    assert.equal(browser.server.opened, 1, 'the leader had it');
  });

  test(`SharedStream: what the leader no longer has is asked of the server, ${where}`, async () => {
    const [browser, , follower] = await openTabs(3, new FakeBrowser({ locks }));
    follower?.process.freeze();
    browser.server.send(1500);
    await browser.pass(10_000);
    follower?.process.thaw();
    await browser.pass(SETTLED_MS);
    assertWhole(browser);
    assert.equal(browser.server.opened, 2);
  });

  test(`SharedStream: what nobody has any more is a gap in the tab that missed it alone, ${where}`, async () => {
    const [browser, leader, follower] = await openTabs(2, new FakeBrowser({ locks }));
    follower?.process.freeze();
    browser.server.send(1500);
    browser.server.oldest = 400;
    await browser.pass(10_000);
    follower?.process.thaw();
    await browser.pass(SETTLED_MS);
    assert.notEqual(follower?.view.gap, null);
    assert.equal(leader?.view.gap, null);
    assert.equal(leader?.got.length, 1500);
    assert.equal(follower?.view.swarm.messages.at(-1)?.seq, 1503);
    assert.equal(browser.server.open, 1);
  });

  test(`SharedStream: a visible tab takes over from a hidden leader, which then has no stream, ${where}`, async () => {
    const [browser, leader, other] = await openTabs(3, new FakeBrowser({ locks }));
    other?.show(false);
    leader?.show(false);
    browser.server.send(1);
    await browser.pass(1000);
    assert.equal(browser.leaders[0]?.visible, true);
    assertWhole(browser);
  });

  test(`SharedStream: where every tab is hidden one of them has the stream, ${where}`, async () => {
    const [browser, ...tabs] = await openTabs(3, new FakeBrowser({ locks }));
    for (const tab of tabs) tab.show(false);
    browser.server.send(1);
    await browser.pass(SETTLED_MS);
    assertWhole(browser);
    assert.equal(browser.server.opened, 1);
    tabs[2]?.show(true);
    await browser.pass(1000);
    assert.equal(tabs[2]?.isLeader, true);
    assertWhole(browser);
  });

  test(`SharedStream: a server that starts again with another history, ${where}`, async () => {
    const [browser, , follower] = await openTabs(4, new FakeBrowser({ locks }));
    browser.server.send(3);
    await browser.pass(500);
    follower?.process.freeze();
    browser.server.restart('f');
    browser.server.send(2);
    await browser.pass(SETTLED_MS);
    const fresh = browser.open();
    browser.server.send(1);
    await browser.pass(SETTLED_MS);
    follower?.process.thaw();
    await browser.pass(SETTLED_MS);
    for (const { view, state } of browser.tabs) {
      assert.deepEqual(
        view.swarm.messages.map(({ content }) => content),
        ['f 1', 'f 2', 'f 3'],
      );
      assert.equal(view.swarm.lastEventId, 'f.3');
      assert.equal(state, 'live');
    }
    assert.deepEqual(
      browser.tabs.map(({ view }) => view.gap !== null),
      browser.tabs.map((tab) => tab !== fresh),
    );
    assert.equal(browser.server.open, 1);
  });

  test(`SharedStream: while the server is away every tab says so, and no tab shows old states as new, ${where}`, async () => {
    const [browser, leader, follower] = await openTabs(2, new FakeBrowser({ locks }));
    browser.server.up = false;
    browser.server.restart();
    await browser.pass(100);
    assert.deepEqual([leader?.state, follower?.state], ['reconnecting', 'reconnecting']);
    browser.server.send(4);
    browser.server.up = true;
    // Its page is newer than what the leader has.
    const fresh = browser.open();
    await browser.pass(100);
    assert.equal(fresh.view.swarm.stats.message_count, 7);
    await browser.pass(SETTLED_MS);
    assertWhole(browser);
  });

  test(`SharedStream: any order of events leaves every tab whole, ${where}`, async () => {
    const act = fc.record({
      what: fc.constantFrom('send', 'open', 'close', 'crash', 'freeze', 'thaw', 'show', 'hide', 'drop'),
      which: fc.nat(5),
      ms: fc.constantFrom(0, 5, 50, 400, 1600, 3000),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 30 }), async (acts) => {
        restoreTimers();
        mockTabTimers();
        const [browser] = await openTabs(2, new FakeBrowser({ locks }));
        for (const { what, which, ms } of acts) {
          const tab = browser.tabs[which % Math.max(1, browser.tabs.length)];
          if (what === 'send') browser.server.send(which + 1);
          else if (what === 'drop') browser.server.restart();
          else if (what === 'open') browser.open({ visible: which > 2 });
          else if (what === 'show' || what === 'hide') tab?.show(what === 'show');
          else if (what === 'freeze' || what === 'thaw') tab?.process[what]();
          else tab?.[what]();
          await browser.pass(ms);
        }
        for (const { process } of browser.tabs) process.thaw();
        browser.open();
        await browser.pass(SETTLED_MS);
        browser.server.send(1);
        await browser.pass(SETTLED_MS);
        assertWhole(browser);
      }),
      { numRuns: 25 },
    );
  });
}

test('SharedStream: tabs whose clocks differ, and one whose clock is set, follow as well', async () => {
  const [browser, leader, follower] = await openTabs(3);
  if (leader) leader.process.clockOffset = 3_600_000;
  if (follower) follower.process.clockOffset = -600_000;
  browser.server.send(1);
  await browser.pass(SETTLED_MS);
  browser.server.send(1);
  await browser.pass(SETTLED_MS);
  assertWhole(browser);
});

test('SharedStream: where locks are refused the tabs do without them', async () => {
  const browser = new FakeBrowser({ locks: true });
  const refused = { request: () => Promise.reject(new DOMException('denied', 'SecurityError')) };
  if (browser.locks) browser.locks.for = () => refused as unknown as ReturnType<typeof browser.locks.for>;
  await openTabs(3, browser);
  browser.server.send(2);
  await browser.pass(SETTLED_MS);
  assertWhole(browser);
});

test('SharedStream: without a channel each tab streams, and gives its stream back while it is hidden', async () => {
  const [browser, first, second] = await openTabs(2, new FakeBrowser({ locks: true, channel: false }));
  assert.equal(browser.server.open, 2);
  first?.show(false);
  browser.server.send(3);
  await browser.pass(SETTLED_MS);
  assert.equal(browser.server.open, 1);
  assert.deepEqual([first?.got, first?.state], [[], 'reconnecting']);
  first?.show(true);
  await browser.pass(100);
  assert.deepEqual(
    [first?.got, second?.got],
    [
      [4, 5, 6],
      [4, 5, 6],
    ],
  );
  assert.equal(first?.state, 'live');
});

test('SharedStream: a tab that was stopped has no stream, and goes on from where it was', async () => {
  const [browser, leader] = await openTabs(1);
  browser.server.send(1);
  await browser.pass(100);
  leader?.process.run(() => leader.stream.stop());
  browser.server.send(2);
  await browser.pass(SETTLED_MS);
  assert.equal(browser.server.open, 0);
  leader?.process.run(() => leader.stream.start());
  await browser.pass(100);
  assertWhole(browser);
});
