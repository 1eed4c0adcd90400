import type { Page } from '@playwright/test';
import { busy } from './busy';
import { connection, expect, faults, openLive, panel, test } from './fixtures';

/** Chrome's translator puts new text into its elements, others move the page's own text nodes there. */
const TRANSLATORS = ['replaces', 'moves'] as const;

/** Translates all texts on the page as a browser does it: each is then in « ». */
function translate(page: Page, way: (typeof TRANSLATORS)[number]): Promise<void> {
  return page.evaluate((how) => {
    const texts: Text[] = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const text = walker.currentNode as Text;
      const kept = text.parentElement?.closest('script, style, font, [translate="no"]');
      if (text.data.trim() !== '' && !kept) texts.push(text);
    }
    for (const text of texts) {
      const [outer, inner] = [document.createElement('font'), document.createElement('font')];
      outer.append(inner);
      if (how === 'replaces') {
        inner.textContent = `«${text.data}»`;
        text.replaceWith(outer);
      } else {
        text.before(outer);
        inner.append(text);
        text.data = `«${text.data}»`;
      }
    }
  }, way);
}

/** Shows the original texts again, each in a new node. */
function untranslate(page: Page): Promise<void> {
  return page.evaluate(() => {
    for (const outer of document.querySelectorAll('font:has(> font)')) {
      outer.replaceWith((outer.textContent ?? '').replace(/^«|»$/g, ''));
    }
  });
}

const lockCount = (page: Page) => page.locator('#locks header > span').first();

for (const way of TRANSLATORS) {
  test(`a translated page goes on with true texts, where the translator ${way} text nodes`, async ({
    page,
    swarm,
    server,
    complaints,
  }) => {
    busy(swarm);
    await server.start();
    await openLive(page, server);
    await translate(page, way);
    await expect(lockCount(page)).toHaveText('«3»');
    // By their ids: the translator also changes the names of the panels.
    const locks = page.locator('#locks li');
    const messages = page.locator('#messages');

    swarm.release('README.md', 'agent-4');
    await expect(lockCount(page)).toHaveText('2');
    await expect(locks).toHaveCount(2);
    swarm.lock('src/new.ts', 'agent-1');
    await expect(locks).toHaveCount(3);
    await expect(lockCount(page)).toHaveText('3');
    swarm.send({ content: 'after the translation' });
    await expect(messages).toContainText('after the translation');
    await translate(page, way);
    await expect(page.locator('#locks').locator('code').first()).not.toContainText('«');

    // Opens and closes what is shown on demand, and changes the page's mode.
    await page.locator('#locks').locator('[data-row]').first().click();
    await translate(page, way);
    await page.keyboard.press('Escape');
    await page.keyboard.press('p');
    await translate(page, way);
    await page.keyboard.press('l');
    await expect(connection(page)).toContainText('Live');
    await translate(page, way);

    complaints.allow(/Failed to load resource|ERR_/);
    await server.stop();
    await expect(connection(page)).toContainText('Disconnected');
    await expect(page.locator('body')).not.toContainText('could not be shown');
  });
}

test('a page that shows the original texts again shows each once, and goes on', async ({ page, swarm, server }) => {
  busy(swarm);
  await server.start();
  await openLive(page, server);
  const heading = page.locator('#locks header');
  const original = await heading.textContent();
  await translate(page, 'replaces');
  await expect(heading).toContainText('«Locks»');
  await untranslate(page);
  await expect(heading).toHaveText(original ?? '');
  await expect(page.locator('font')).toHaveCount(0);
  swarm.lock('src/new.ts', 'agent-1');
  await expect(lockCount(page)).toHaveText('4');
});

test('a panel that fails leaves the others as they are and comes back by itself', async ({
  page,
  swarm,
  server,
  complaints,
}) => {
  complaints.allow(/broken on purpose/);
  busy(swarm);
  await server.start();
  await page.addInitScript(() => {
    const sorted = Array.prototype.toSorted;
    Array.prototype.toSorted = function toSorted(this: unknown[], ...compare) {
      const [first] = this as { lock_file?: string }[];
      if (first?.lock_file !== undefined && 'locksFail' in window) throw new Error('broken on purpose');
      return sorted.apply(this, compare);
    };
  });
  await openLive(page, server);
  await page.evaluate(() => Object.assign(window, { locksFail: true }));
  swarm.lock('src/new.ts', 'agent-1');
  const notice = page.getByRole('alert').filter({ hasText: 'Locks could not be shown.' });
  await expect(notice).toBeVisible();
  await expect(panel(page, 'Locks')).toHaveCount(0);
  await page.keyboard.press('3');
  await expect(page.locator('#locks')).toBeFocused();
  expect(await faults(page)).toEqual([]);
  swarm.send({ content: 'the others go on' });
  await expect(panel(page, 'Messages')).toContainText('the others go on');
  await page.getByRole('button', { name: 'Try now' }).click();
  await expect(notice).toBeVisible();
  await page.evaluate(() => Reflect.deleteProperty(window, 'locksFail'));
  await expect(panel(page, 'Locks').getByRole('listitem')).toHaveCount(4);
  await expect(notice).toHaveCount(0);
});

test('a part whose script cannot be loaded is loaded again once the server answers', async ({
  page,
  swarm,
  server,
  complaints,
}) => {
  complaints.allow(/Failed to load|ERR_FAILED|ChunkLoadError/);
  busy(swarm);
  await server.start();
  await openLive(page, server);
  await page.route('**/_next/static/**', (route) => route.abort());
  await panel(page, 'Agents').locator('[data-row]').first().click();
  const notice = page.getByRole('alert').filter({ hasText: 'Agent could not be shown.' });
  await expect(notice).toBeVisible();
  await expect(panel(page, 'Agents')).toBeVisible();
  await page.unroute('**/_next/static/**');
  await expect(page.getByRole('complementary')).toContainText('Signs of life');
});

/** Notifications with permission; with `throwing`, showing one fails as in Chrome on Android. */
function fakeNotifications(page: Page, throwing: boolean): Promise<unknown> {
  return page.addInitScript((throws) => {
    class FakeNotification {
      static permission = 'granted';
      static requestPermission = () => Promise.resolve('granted');
      constructor() {
        if (throws) throw new TypeError('Illegal constructor. Use ServiceWorkerRegistration.showNotification().');
      }
    }
    Object.assign(window, { Notification: FakeNotification });
    document.hasFocus = () => false;
  }, throwing);
}

test('a browser that refuses to show a notification costs nothing, and the switch says so', async ({
  page,
  swarm,
  server,
}) => {
  swarm.register([{ id: 'agent-0' }]);
  await server.start();
  await fakeNotifications(page, true);
  await openLive(page, server);
  await page.getByRole('button', { name: 'Notify me of new items' }).click();
  await expect(page.getByRole('button', { name: 'Notifications are on' })).toBeVisible();
  swarm.lock('docs/a.md', 'ghost-1');
  await expect(page.getByRole('button', { name: 'This browser does not support notifications' })).toBeDisabled();
  await expect(page.getByRole('region', { name: 'Needs you' }).getByRole('link')).toHaveCount(1);
  swarm.send({ content: 'still live' });
  await expect(panel(page, 'Messages')).toContainText('still live');
});

test('blocked storage costs nothing: settings hold for the page', async ({ page, swarm, server }) => {
  swarm.register([{ id: 'agent-0' }]);
  await server.start();
  await fakeNotifications(page, false);
  await page.addInitScript(() => {
    const refuse = () => {
      throw new DOMException('Access is denied for this document.', 'SecurityError');
    };
    Object.defineProperty(window, 'localStorage', { get: refuse });
    Object.defineProperty(document, 'cookie', { get: refuse, set: refuse });
  });
  await openLive(page, server);
  await page.getByRole('button', { name: 'Notify me of new items' }).click();
  await expect(page.getByRole('button', { name: 'Notifications are on' })).toBeVisible();
  await page.keyboard.press('t');
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'light');
});

test('notifications that are switched in one tab are switched in all', async ({ page, context, swarm, server }) => {
  swarm.register([{ id: 'agent-0' }]);
  await server.start();
  const other = await context.newPage();
  for (const tab of [page, other]) {
    await fakeNotifications(tab, false);
    await openLive(tab, server);
  }
  await page.getByRole('button', { name: 'Notify me of new items' }).click();
  await expect(other.getByRole('button', { name: 'Notifications are on' })).toBeVisible();
  await other.getByRole('button', { name: 'Notifications are on' }).click();
  await expect(page.getByRole('button', { name: 'Notify me of new items' })).toBeVisible();
});

/** The scrolling parts of the page that show less than their content. */
function cutParts(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll('*')]
      .filter((part) => ['auto', 'scroll', 'hidden'].includes(getComputedStyle(part).overflowY))
      .filter((part) => part.clientHeight > 40 && part.scrollHeight > part.clientHeight + 4)
      .map((part) => part.outerHTML.slice(0, 100)),
  );
}

for (const width of [1400, 720]) {
  test(`print: every panel has its whole length, ${width} px wide`, async ({ page, swarm, server }) => {
    busy(swarm);
    for (let number = 0; number < 250; number++) swarm.lock(`src/part-${number}.ts`, 'agent-0');
    await server.start();
    await page.setViewportSize({ width, height: 900 });
    await openLive(page, server);
    const rows = page.locator('#locks li');
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    await expect(rows).toHaveCount(253);
    expect(await cutParts(page)).toEqual([]);
    for (const name of ['Agents', 'Messages', 'Locks'] as const) await expect(panel(page, name)).toBeVisible();
    await expect(page.getByRole('region', { name: 'Needs you' })).toBeVisible();
    // The messages that the page has loaded: 50 at first.
    expect(await page.locator('#messages [data-seq]').count()).toBeGreaterThanOrEqual(50);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    await page.emulateMedia({ media: null, colorScheme: null });
    // On a narrow screen the list is behind a tab, and has no rows.
    await page.setViewportSize({ width: 1400, height: 900 });
    await expect.poll(() => rows.count()).toBeLessThan(200);
    expect(await rows.count()).toBeGreaterThan(0);
    // A printer's dialog also asks for all rows, before the browser lays out the pages.
    const printed = await page.evaluate(async () => {
      window.dispatchEvent(new Event('beforeprint'));
      await Promise.resolve();
      const count = document.querySelectorAll('#locks li').length;
      window.dispatchEvent(new Event('afterprint'));
      return count;
    });
    expect(printed).toBe(253);
  });
}
