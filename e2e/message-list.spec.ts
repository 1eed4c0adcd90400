import type { Page } from '@playwright/test';
import { expect, faults, openLive, panel, test } from './fixtures';

const list = (page: Page) => page.getByRole('region', { name: 'List of messages' });
const rows = (page: Page) => panel(page, 'Messages').locator('li[data-seq]');
const row = (page: Page, text: string | RegExp) => rows(page).filter({ hasText: text });
const search = (page: Page) => page.getByRole('searchbox', { name: 'Search messages' });
const follow = (page: Page) => page.getByRole('button', { name: 'Follow the newest' });
const many = (count: number) => Array.from({ length: count }, () => ({}));

/** The number of the message under a point of the page. */
function messageAt(page: Page, x: number, y: number): Promise<string | null> {
  return page.evaluate(
    ([left, top]) => document.elementFromPoint(left, top)?.closest('[data-seq]')?.getAttribute('data-seq') ?? null,
    [x, y] as const,
  );
}

/** The middle of a row. */
async function middle(page: Page, text: string): Promise<{ x: number; y: number }> {
  const box = await row(page, text).boundingBox();
  if (box === null) throw new Error(`The row with "${text}" is not in view.`);
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

test('following waits under a resting pointer, counts what comes, says why, and goes on', async ({
  page,
  swarm,
  server,
}) => {
  swarm.send(...many(40));
  await server.start();
  await openLive(page, server);
  const { x, y } = await middle(page, 'message 38.');
  await page.mouse.move(x, y);
  await expect(follow(page)).toHaveText('Paused');
  await expect(follow(page)).toHaveAttribute(
    'title',
    'Paused while the pointer is over a message; show the newest (F)',
  );
  const before = await messageAt(page, x, y);
  swarm.send(...many(3));
  const waiting = page.getByRole('button', { name: '3 new, waiting while the pointer is over a message' });
  await expect(waiting).toBeVisible();
  expect(await messageAt(page, x, y)).toBe(before);
  await expect(row(page, 'message 41.')).toHaveCount(0);
  expect(await faults(page, { part: '#messages' })).toEqual([]);
  await page.mouse.move(5, 5);
  await expect(row(page, 'message 43.')).toBeInViewport();
  await expect(follow(page)).toHaveText('Following');
  await expect(waiting).toHaveCount(0);
});

test('following waits while text in the list is selected', async ({ page, swarm, server }) => {
  swarm.send(...many(40));
  await server.start();
  await openLive(page, server);
  const selected = () => page.evaluate(() => document.getSelection()?.toString());
  await row(page, 'message 39.').evaluate((element) => {
    const text = element.querySelector('[dir="auto"]');
    if (text) document.getSelection()?.selectAllChildren(text);
  });
  await expect(follow(page)).toHaveText('Paused');
  swarm.send(...many(60));
  await expect(page.getByRole('button', { name: '60 new, waiting while text is selected' })).toBeVisible();
  expect(await selected()).toBe('message 39.');
  await expect(row(page, 'message 39.')).toBeInViewport();
  await page.evaluate(() => document.getSelection()?.removeAllRanges());
  await expect(row(page, 'message 100.')).toBeInViewport();
});

test('following waits while a message has the focus; End goes on', async ({ page, swarm, server }) => {
  swarm.send(...many(40));
  await server.start();
  await openLive(page, server);
  await row(page, 'message 40.').focus();
  await expect(follow(page)).toHaveText('Paused');
  swarm.send(...many(2));
  await expect(page.getByRole('button', { name: '2 new, waiting while a message has the focus' })).toBeVisible();
  await expect(row(page, 'message 40.')).toBeFocused();
  await page.keyboard.press('End');
  await expect(row(page, 'message 42.')).toBeInViewport();
  await expect(follow(page)).toHaveText('Following');
  swarm.send({});
  await expect(row(page, 'message 43.')).toBeInViewport();
});

test('Tab stops once in the list, at the newest message in view, and moves nothing', async ({
  page,
  swarm,
  server,
}) => {
  swarm.send(
    ...Array.from({ length: 300 }, (_, index) => ({
      content: `message ${index + 1}. See https://docs.example/${index}`,
    })),
  );
  await server.start();
  await openLive(page, server);
  const top = () => list(page).evaluate((element) => element.scrollTop);
  const focused = () => page.evaluate(() => document.activeElement?.closest('[data-seq]')?.getAttribute('data-seq'));
  await follow(page).focus();
  await page.keyboard.press('Tab');
  await expect(row(page, 'message 300.')).toBeFocused();
  expect(await top()).toBe(0);

  await list(page).evaluate((element) => element.scrollTo({ top: -2000 }));
  await expect(follow(page)).toHaveText('Paused');
  const before = await top();
  await follow(page).focus();
  await page.keyboard.press('Tab');
  const newest = await list(page).evaluate((element) => {
    const { bottom } = element.getBoundingClientRect();
    const whole = [...element.querySelectorAll('[data-seq]')].filter(
      (one) => one.getBoundingClientRect().bottom <= bottom + 1,
    );
    return whole.at(-1)?.getAttribute('data-seq');
  });
  expect(await focused()).toBe(newest);
  expect(await top()).toBe(before);
  // The link in this row, and then out of the list.
  await page.keyboard.press('Tab');
  expect(await focused()).toBe(newest);
  await page.keyboard.press('Tab');
  expect(await list(page).evaluate((element) => element.contains(document.activeElement))).toBe(false);
  expect(await top()).toBe(before);
});

test('Escape and Enter in a composition belong to the input method', async ({ page, context, swarm, server }) => {
  swarm.send({ msg_type: 'QUESTION', content: 'text of a question' });
  await server.start();
  await page.goto(`${server.url}/?type=QUESTION`);
  await expect(row(page, 'text of a question')).toBeVisible();
  const browser = await context.newCDPSession(page);
  await search(page).focus();
  await page.keyboard.type('text ');
  await browser.send('Input.imeSetComposition', { text: 'にほん', selectionStart: 3, selectionEnd: 3 });
  for (const [key, windowsVirtualKeyCode] of [
    ['Escape', 27],
    ['Enter', 13],
  ] as const) {
    await browser.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', key, code: key, windowsVirtualKeyCode });
    await expect(search(page)).toHaveValue(/^text /);
    await expect(page).toHaveURL(/type=QUESTION/);
  }
});

test('a megabyte of text is unfolded piece by piece, whole, and can be broken anywhere', async ({
  page,
  swarm,
  server,
}) => {
  const word = 'x'.repeat(60_000);
  swarm.send(
    { content: `${'a line of text\n'.repeat(50_000)}${word} end of it` },
    { content: `e${'\u0301'.repeat(50_000)}` },
  );
  await server.start();
  await openLive(page, server);
  await row(page, '50,001 characters')
    .getByRole('button', { name: /^Show all/ })
    .click();
  await expect(page.getByTitle(/more combining marks/).first()).toBeVisible();
  await row(page, '50,001 lines')
    .getByRole('button', { name: /^Show all/ })
    .click();
  const long = row(page, 'a line of text').locator('[dir="auto"]');
  await expect(long.locator('[aria-busy]')).toHaveCount(0, { timeout: 30_000 });
  expect(await long.evaluate((element) => element.textContent?.length)).toBe(15 * 50_000 + 60_000 + 10);
  expect(await long.locator('wbr').count()).toBeGreaterThan(800);
});
