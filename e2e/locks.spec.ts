import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { expect, expectFaultless, faults, openLive, panel, test } from './fixtures';
import type { TestSwarm } from './swarm';

/** One lock of each kind. */
function busy(swarm: TestSwarm): void {
  swarm.register([{ id: 'agent-0' }, { id: 'agent-1' }, { id: 'agent-2' }]);
  swarm.lock('src/z.ts', 'agent-2', 'the newest', 5);
  swarm.lock('src/old.ts', 'agent-2', 'long work', 400);
  swarm.lock('docs/b.md', 'agent-ghost', 'left behind', 60);
  swarm.lock('src/db/users.sql', 'agent-0', 'a column', 100);
  swarm.lock('src/db/*.sql', 'agent-1', 'all tables', 90);
  swarm.lock('app/[id]/page.tsx', 'agent-0', 'a page', 30);
}

function locks(page: Page) {
  return panel(page, 'Locks');
}

function lockRow(page: Page, path: string) {
  return locks(page)
    .locator('li[id^="lock-"]')
    .filter({ has: page.getByRole('button', { name: path, exact: true }).and(page.locator('[data-row]')) });
}

function shownPaths(page: Page) {
  return locks(page).locator('[data-row]').allTextContents();
}

test('locks: each row shows path, holder, reason and age, and its problems', async ({ page, swarm, server }) => {
  busy(swarm);
  await server.start();
  await openLive(page, server);
  const newest = lockRow(page, 'src/z.ts');
  await expect(newest).toContainText('held by agent-2 · the newest');
  const age = newest.locator('time');
  await expect(age).toHaveText(/^\d+ s$/);
  const before = await age.textContent();
  await expect(age).not.toHaveText(before ?? '');
  await expect(lockRow(page, 'src/old.ts')).toContainText('past the timeout');
  await expect(lockRow(page, 'docs/b.md')).toContainText('orphaned');
  await expect(lockRow(page, 'src/db/users.sql')).toContainText('overlaps src/db/*.sql, held by agent-1.');
  const pattern = lockRow(page, 'src/db/*.sql');
  await expect(pattern).toContainText('overlaps src/db/users.sql, held by agent-0.');
  await expect(pattern).toContainText(
    'May cover paths that begin with src/db/ and end with .sql, in folders below too.',
  );
  await expect(lockRow(page, 'app/[id]/page.tsx')).toContainText('each wildcard is one character');
});

test('locks: odd files are explained in words', async ({ page, swarm, server }) => {
  swarm.register([{ id: 'agent-0' }]);
  swarm.lock('src/a.ts', 'agent-0');
  const odd = { agent_id: 'agent-0', filepath: 'src/b.ts', locked_at: 'soon', colour: 'red' };
  writeFileSync(join(swarm.root, '.agent_locks', 'manual.lock'), JSON.stringify(odd));
  await server.start();
  await openLive(page, server);
  const row = lockRow(page, 'src/b.ts');
  await expect(row).toContainText('A field is missing');
  await expect(row).toContainText('There is an unknown field');
  await expect(row).toContainText('A field has the wrong type');
  await expect(row).toContainText('The file’s name does not belong to the path it locks');
  await expect(row).toContainText('no time');
});

test('locks: the most severe come first; other orders and groups are kept', async ({ page, swarm, server }) => {
  busy(swarm);
  await server.start();
  await openLive(page, server);
  expect(await shownPaths(page)).toEqual([
    'src/db/*.sql',
    'src/db/users.sql',
    'docs/b.md',
    'src/old.ts',
    'src/z.ts',
    'app/[id]/page.tsx',
  ]);
  await locks(page).getByLabel('Sort:').selectOption('oldest first');
  const byAge = ['src/old.ts', 'src/db/users.sql', 'src/db/*.sql', 'docs/b.md', 'app/[id]/page.tsx', 'src/z.ts'];
  await expect(locks(page).locator('[data-row]')).toHaveText(byAge);
  await locks(page).getByLabel('Group:').selectOption('agent');
  const headings = locks(page).getByRole('heading', { level: 3 });
  await expect(headings).toHaveText([
    'agent-2 · 2 locks',
    'agent-0 · 2 locks',
    'agent-1 · 1 lock',
    'agent-ghost · 1 lock',
  ]);
  await locks(page).getByLabel('Group:').selectOption('folder');
  await locks(page).getByLabel('Sort:').selectOption('path');
  await expect(headings).toHaveText(['app/ · 1 lock', 'docs/ · 1 lock', 'src/db/ · 2 locks', 'src/ · 2 locks']);
  // The server rendered this order; hydration does not sort again.
  const answer = await page.reload();
  const html = (await answer?.text())?.split('List of locks')[1] ?? '';
  const paths = ['app/[id]/page.tsx', 'docs/b.md', 'src/db/*.sql', 'src/db/users.sql', 'src/old.ts', 'src/z.ts'];
  expect(
    [...html.matchAll(/data-row.*?<bdi[^>]*>(.*?)<\/bdi>/g)].map(([, path]) => path?.replaceAll(/<wbr\/?>/g, '')),
  ).toEqual(paths);
  await expect(headings).toHaveText(['app/ · 1 lock', 'docs/ · 1 lock', 'src/db/ · 2 locks', 'src/ · 2 locks']);
});

test('locks: a change flashes once, and nothing flashes at first', async ({ page, swarm, server }) => {
  swarm.register([{ id: 'agent-0' }, { id: 'agent-1' }]);
  swarm.lock('src/a.ts', 'agent-0');
  swarm.lock('src/b.ts', 'agent-0');
  await server.start();
  await page.addInitScript(() => {
    const flashed: string[] = [];
    Object.assign(window, { flashed });
    new MutationObserver((changes) => {
      for (const { target, addedNodes } of changes) {
        for (const node of [target, ...addedNodes]) {
          if (!(node instanceof HTMLElement) || node.dataset.flash === undefined) continue;
          flashed.push(node.querySelector('[data-row]')?.textContent ?? '');
        }
      }
    }).observe(document, { attributes: true, attributeFilter: ['data-flash'], childList: true, subtree: true });
  });
  await openLive(page, server);
  swarm.lock('src/c.ts', 'agent-1');
  await expect(lockRow(page, 'src/c.ts')).toHaveAttribute('data-flash', 'true');
  await expect(lockRow(page, 'src/c.ts')).not.toHaveAttribute('data-flash', 'true');
  swarm.lock('src/*.ts', 'agent-1');
  await expect(lockRow(page, 'src/a.ts')).toContainText('overlaps');
  await expect(locks(page).locator('[data-flash]')).toHaveCount(0);
  const flashed = await page.evaluate(() => (window as unknown as { flashed: string[] }).flashed);
  expect([...new Set(flashed)].sort()).toEqual(['src/*.ts', 'src/a.ts', 'src/b.ts', 'src/c.ts']);
  expect(flashed[0]).toBe('src/c.ts');
});

test('locks: an overlap and a holder link to what they name', async ({ page, swarm, server }) => {
  busy(swarm);
  await server.start();
  await openLive(page, server);
  await lockRow(page, 'src/db/users.sql').getByRole('link', { name: 'src/db/*.sql' }).click();
  await expect(page).toHaveURL(/lock=/);
  const other = lockRow(page, 'src/db/*.sql');
  await expect(other).toHaveAttribute('data-chosen', 'true');
  await expect(other).toContainText('lock file');
  await other.getByRole('link', { name: 'agent-1' }).click();
  await expect(page).toHaveURL(/agent=agent-1/);
  await expect(locks(page).locator('[data-row]')).toHaveText(['src/db/*.sql', 'src/db/users.sql']);
  await expect(locks(page)).toContainText('agent-1: 2 of 6 locks, its own and those that overlap them.');
  await locks(page).getByRole('button', { name: 'Show all' }).click();
  await expect(locks(page).locator('[data-row]')).toHaveCount(6);
});

test('locks: the list works with keys alone', async ({ page, swarm, server }) => {
  busy(swarm);
  await server.start();
  await openLive(page, server);
  const handle = (path: string) => lockRow(page, path).locator('[data-row]');
  await handle('src/db/*.sql').focus();
  await page.keyboard.press('ArrowDown');
  await expect(handle('src/db/users.sql')).toBeFocused();
  await page.keyboard.press('End');
  await expect(handle('app/[id]/page.tsx')).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(lockRow(page, 'app/[id]/page.tsx')).toHaveAttribute('data-chosen', 'true');
  await page.keyboard.press('Escape');
  await expect(lockRow(page, 'app/[id]/page.tsx')).not.toHaveAttribute('data-chosen', 'true');
  await expect(page).not.toHaveURL(/lock=/);
  await page.keyboard.press('Home');
  await page.keyboard.press('Tab');
  await expect(lockRow(page, 'src/db/*.sql').getByRole('link', { name: 'agent-1' })).toBeFocused();
});

test('locks: an address brings its lock into view, or reports that it does not exist', async ({
  page,
  swarm,
  server,
}) => {
  swarm.register([{ id: 'agent-0' }]);
  for (let count = 0; count < 80; count++) swarm.lock(`src/file-${count}.ts`, 'agent-0', '', 1 + count);
  await server.start();
  await openLive(page, server);
  const last = lockRow(page, 'src/file-79.ts');
  await expect(last).not.toBeInViewport();
  const file = (await last.getAttribute('id'))?.replace('lock-', '') ?? '';
  await page.goto(`${server.url}/?lock=${file}`);
  await expect(last).toBeInViewport();
  await expect(last).toHaveAttribute('data-chosen', 'true');
  swarm.release('src/file-79.ts', 'agent-0');
  await expect(locks(page)).toContainText('The selected lock no longer exists.');
  await locks(page).getByRole('button', { name: 'Dismiss' }).click();
  await expect(page).not.toHaveURL(/lock=/);
});

test.describe('with thousands of locks', () => {
  const MANY = 3000;
  const many = (swarm: TestSwarm) => {
    swarm.register([{ id: 'agent-0' }]);
    // Writing them takes a while: each lock is slightly older than the previous one, whenever it is written.
    const newest = Date.now();
    for (let count = 0; count < MANY; count++) {
      swarm.lock(`src/file-${count}.ts`, 'agent-0', '', (Date.now() - newest) / 1000 + count / 100);
    }
  };

  test('locks: only visible rows are rendered, and every row is reachable', async ({ page, swarm, server }) => {
    many(swarm);
    await server.start();
    await openLive(page, server);
    const rows = locks(page).locator('li[id^="lock-"]');
    await expect(locks(page)).toContainText('3,000');
    await expect.poll(() => rows.count()).toBeLessThan(100);
    await expect(rows.first()).toHaveAttribute('aria-setsize', String(MANY));
    await rows.first().locator('[data-row]').focus();
    await page.keyboard.press('End');
    const last = lockRow(page, 'src/file-2999.ts');
    await expect(last).toBeInViewport();
    await expect(last.locator('[data-row]')).toBeFocused();
    const file = (await last.getAttribute('id'))?.replace('lock-', '') ?? '';
    await page.keyboard.press('Home');
    await expect(lockRow(page, 'src/file-0.ts').locator('[data-row]')).toBeFocused();
    await expect(lockRow(page, 'src/file-0.ts')).toBeInViewport();
    await page.goto(`${server.url}/?lock=${file}`);
    await expect(last).toBeInViewport();
    expect(await faults(page)).toEqual([]);
  });

  test.describe('without JavaScript', () => {
    test.use({ javaScriptEnabled: false });

    test('locks: the first 200 are shown, with the number of the others', async ({ page, swarm, server }) => {
      many(swarm);
      await server.start();
      await page.goto(server.url);
      await expect(locks(page).locator('li[id^="lock-"]')).toHaveCount(200);
      await expect(locks(page)).toContainText('and 2,800 more, which need JavaScript to be shown.');
    });
  });
});

test('locks: beyond the list all locks are counted, and every one can be browsed', async ({ page, swarm, server }) => {
  const many = 10_020;
  swarm.register([{ id: 'agent-0' }, { id: 'agent-1' }]);
  const newest = Date.now();
  for (let count = 0; count < many; count++) {
    swarm.lock(`src/file-${count}.ts`, `agent-${count % 2}`, '', (Date.now() - newest) / 1000 + count / 100);
  }
  await server.start();
  await openLive(page, server);
  await expect(locks(page)).toContainText('1,000 of 10,020 locks are listed');
  await expect(panel(page, 'Agents')).toContainText('5,010 locks');
  await locks(page).getByRole('button', { name: 'Browse all' }).click();
  await expect(locks(page)).toContainText('Page 1 of all locks, by lock file: 1,000 of 10,020 locks, as read at');
  const first = await locks(page).locator('[data-row]').first().textContent();
  await locks(page).getByRole('button', { name: 'Next page' }).click();
  await expect(locks(page)).toContainText('Page 2 of all locks');
  await expect(locks(page).locator('[data-row]').first()).not.toHaveText(first ?? '');
  await locks(page).getByRole('button', { name: 'First page' }).click();
  await expect(locks(page).locator('[data-row]').first()).toHaveText(first ?? '');
  await locks(page).getByRole('button', { name: 'Back to the live list' }).click();
  await expect(locks(page)).toContainText('1,000 of 10,020 locks are listed');
  await page.goto(`${server.url}/?lock=${'0'.repeat(64)}.lock`);
  await expect(locks(page)).toContainText('The selected lock is not in this list.');
  expect(await faults(page)).toEqual([]);
});

test('locks: accessible and reachable in every theme and width', async ({ page, swarm, server }) => {
  busy(swarm);
  await server.start();
  await openLive(page, server);
  await lockRow(page, 'src/db/*.sql').getByText('all tables').click();
  await expectFaultless(page, async (width) => {
    if (width === 390) await page.getByRole('tab', { name: 'Locks' }).click();
    await expect(lockRow(page, 'src/db/*.sql')).toBeInViewport();
    await expect(lockRow(page, 'src/db/*.sql')).toContainText('lock file');
  });
});

test('locks: their order stays while the pointer is over them or one is selected', async ({ page, swarm, server }) => {
  swarm.register([{ id: 'agent-0' }]);
  swarm.lock('src/first.ts', 'agent-0', 'work', 60);
  swarm.lock('src/second.ts', 'agent-0', 'work', 30);
  await server.start();
  await openLive(page, server);
  await expect.poll(() => shownPaths(page)).toEqual(['src/second.ts', 'src/first.ts']);
  await lockRow(page, 'src/second.ts').hover();
  swarm.lock('src/third.ts', 'agent-0', 'work', 5);
  await expect.poll(() => shownPaths(page)).toEqual(['src/second.ts', 'src/first.ts', 'src/third.ts']);
  await page.mouse.move(700, 5);
  await expect.poll(() => shownPaths(page)).toEqual(['src/third.ts', 'src/second.ts', 'src/first.ts']);

  await lockRow(page, 'src/second.ts').click();
  await page.mouse.move(700, 5);
  swarm.lock('src/fourth.ts', 'agent-0');
  await expect.poll(() => shownPaths(page)).toEqual(['src/third.ts', 'src/second.ts', 'src/first.ts', 'src/fourth.ts']);
  await locks(page).getByLabel('Sort:').selectOption('path');
  await expect.poll(() => shownPaths(page)).toEqual(['src/first.ts', 'src/fourth.ts', 'src/second.ts', 'src/third.ts']);
  await page.keyboard.press('Escape');
  await expect(page).not.toHaveURL(/lock=/);
});
