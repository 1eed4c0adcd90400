import type { Page } from '@playwright/test';
import { connection, expect, faults, openLive, panel, test } from './fixtures';

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
  // Paused already by the focus: that the list has seen the scrolling shows in the row that Tab would reach.
  await expect(list(page).locator('[data-seq][tabindex="0"]')).toBeInViewport();
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
  // What is typed before the page's script runs may be lost.
  await expect(connection(page)).toHaveText(/Live/);
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
  await openLive(page, server);
  await expect(row(page, 'text of a question')).toBeVisible();
  await page.keyboard.press('Control+k');
  const palette = page.getByRole('dialog', { name: 'Command palette' });
  await expect(palette.getByRole('combobox')).toBeFocused();
  await browser.send('Input.imeSetComposition', { text: 'あ', selectionStart: 1, selectionEnd: 1 });
  await browser.send('Input.dispatchKeyEvent', {
    type: 'rawKeyDown',
    key: 'Escape',
    code: 'Escape',
    windowsVirtualKeyCode: 27,
  });
  await expect(palette.getByRole('combobox')).toHaveValue('あ');
  await expect(palette).toBeVisible();
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

test('messages: the type first, a broadcast as everyone with its names on demand, a hue for each agent, short lines', async ({
  page,
  swarm,
  server,
}) => {
  swarm.register(Array.from({ length: 6 }, (_, index) => ({ id: `agent-${index}` })));
  const others = ['agent-1', 'agent-2', 'agent-3', 'agent-4', 'agent-5'];
  const sent = { delivery_status: Object.fromEntries(others.map((name) => [name, true])) };
  swarm.send(
    { content: 'To all.', recipients: others, ...sent },
    { content: 'To most.', recipients: others.slice(1), msg_type: 'QUESTION' },
    { content: 'To one.', msg_type: 'COMPLETED' },
    { sender: 'agent-1', content: 'running words of a text '.repeat(40) },
  );
  await server.start();
  await openLive(page, server);
  await expect(row(page, 'To all.')).toContainText('INFO agent-0 → everyone (5)');
  await expect(row(page, 'To most.')).toContainText('QUESTION agent-0 → 4 agents');
  await expect(row(page, 'To one.')).toContainText('COMPLETED agent-0 → agent-1');
  await row(page, 'To all.').getByRole('button', { name: 'everyone (5)' }).click();
  await expect(row(page, 'To all.')).toContainText('everyone (5): agent-1, agent-2, agent-3, agent-4, agent-5');

  const colour = (text: string, word: string) =>
    row(page, text)
      .getByText(word, { exact: true })
      .first()
      .evaluate((element) => getComputedStyle(element).color);
  expect(await colour('To one.', 'agent-0')).not.toBe(await colour('running words', 'agent-1'));
  expect(await colour('To one.', 'COMPLETED')).toBe(await colour('To all.', 'INFO'));
  expect(await colour('To most.', 'QUESTION')).not.toBe(await colour('To all.', 'INFO'));

  const longest = await row(page, 'running words')
    .locator('[dir="auto"]')
    .evaluate((element) => {
      const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
      const lines = new Map<number, number>();
      while (walker.nextNode()) {
        const range = document.createRange();
        for (let at = 0; at < (walker.currentNode as Text).data.length; at++) {
          range.setStart(walker.currentNode, at);
          range.setEnd(walker.currentNode, at + 1);
          const top = Math.round(range.getBoundingClientRect().top);
          lines.set(top, (lines.get(top) ?? 0) + 1);
        }
      }
      return Math.max(...lines.values());
    });
  expect(longest).toBeLessThanOrEqual(81);
  expect(longest).toBeGreaterThan(60);
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    expect(await faults(page, { part: '#messages' })).toEqual([]);
  }
});

test('what came while the page was hidden begins with a line that moves nothing', async ({ page, swarm, server }) => {
  swarm.send(...many(5));
  await server.start();
  await openLive(page, server);
  const show = (state: 'hidden' | 'visible') =>
    page.evaluate((value) => {
      Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => value });
      document.dispatchEvent(new Event('visibilitychange'));
    }, state);
  await show('hidden');
  swarm.send(...many(3));
  await expect(row(page, 'message 8.')).toBeAttached();
  const before = await row(page, 'message 6.').boundingBox();
  await show('visible');
  await expect(row(page, 'message 6.')).toContainText('New since you last looked');
  expect(await row(page, 'message 6.').boundingBox()).toEqual(before);
  await expect(page.getByText('New since you last looked')).toHaveCount(1);
  // Seen coming: no line.
  await show('hidden');
  await show('visible');
  await expect(page.getByText('New since you last looked')).toHaveCount(0);
  swarm.send({});
  await expect(row(page, 'message 9.')).toBeVisible();
  await expect(page.getByText('New since you last looked')).toHaveCount(0);
});

test('searches: the number of matches, the end of the matches, and what cannot be searched for', async ({
  page,
  swarm,
  server,
}) => {
  swarm.send(...many(30), { content: 'deploy done 👍' }, ...many(3));
  await server.start();
  await openLive(page, server);
  await search(page).fill('message');
  await expect(panel(page, 'Messages')).toContainText('33 matches');
  await list(page).evaluate((element) => element.scrollTo({ top: -element.scrollHeight }));
  await expect(page.getByText('No earlier matches.')).toBeInViewport();
  await expect(page.getByText('This is the first message kept.')).toHaveCount(0);
  await search(page).fill('👍');
  await expect(
    page.getByText('Cannot search for “👍”: only letters and digits are searched. Add a word.'),
  ).toBeVisible();
  await expect(page.getByText('Nothing to search for.')).toBeVisible();
  await expect(page.getByText('No message matches.')).toHaveCount(0);
  await search(page).fill('deploy 👍');
  await expect(page.getByText('Ignored: “👍”. Only letters and digits are searched.')).toBeVisible();
  await expect(rows(page)).toHaveCount(1);
  expect(await faults(page, { part: '#messages' })).toEqual([]);
  await search(page).fill('');
  const today = await page.evaluate(() => new Date().toLocaleDateString('sv-SE'));
  await search(page).fill(`since:${today} until:${today} `);
  await expect(search(page)).toHaveValue('');
  await expect(row(page, 'deploy done')).toBeVisible();
});

test('filters: failed deliveries, open questions, a missing type and an excluded type', async ({
  page,
  swarm,
  server,
}) => {
  const asked = '44444444-4444-4444-8444-444444444444';
  swarm.register([{ id: 'agent-0' }, { id: 'agent-1' }]);
  swarm.send(
    { content: 'plain' },
    { content: 'lost', delivery_status: { 'agent-1': false } },
    { content: 'asked', msg_type: 'QUESTION', msg_id: asked },
    { content: 'no type', msg_type: null },
  );
  await server.start();
  await openLive(page, server);
  const shown = (texts: string[]) => expect(rows(page).locator('[dir="auto"]')).toHaveText(texts);
  await search(page).fill('is:failed ');
  await shown(['lost']);
  await page.getByRole('button', { name: 'Remove the filter failed deliveries' }).click();
  await search(page).fill('-type:info ');
  await shown(['asked', 'no type']);
  await page.getByRole('button', { name: 'Filter', exact: true }).click();
  await page.getByRole('checkbox', { name: 'without a type' }).check();
  await expect(page).toHaveURL(/not_type=INFO&only=untyped/);
  await shown(['no type']);
  expect(await faults(page, { part: '#messages' })).toEqual([]);
  await page.getByRole('checkbox', { name: 'without a type' }).uncheck();
  await page.getByRole('button', { name: 'Exclude INFO' }).click();
  await page.getByRole('checkbox', { name: 'unanswered until now' }).check();
  await shown(['asked']);
  await page.keyboard.press('Escape');
  swarm.send({ sender: 'agent-1', recipients: ['agent-0'], content: 'answer', parent_msg_id: asked });
  await expect(page.getByText('No message matches.')).toBeVisible();
});
