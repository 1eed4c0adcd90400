import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { formatInstant } from '../lib/contract/instant';
import { lockFileName } from '../lib/sources/claudeswarm/lock-entry';
import { expect, expectFaultless, faults, openAsOperator, panel, test } from './fixtures';
import type { TestSwarm } from './swarm';

/** An orphaned lock, one of a live agent, and one past the timeout. */
function busy(swarm: TestSwarm): void {
  swarm.register([{ id: 'agent-0' }, { id: 'agent-1' }]);
  swarm.lock('docs/b.md', 'agent-ghost', 'left behind', 60);
  swarm.lock('src/app.ts', 'agent-1', 'rounding', 20);
  swarm.lock('src/old.ts', 'agent-1', 'long work', 400);
}

function isLocked(swarm: TestSwarm, path: string): boolean {
  return existsSync(join(swarm.root, '.agent_locks', lockFileName(path)));
}

function row(page: Page, path: string) {
  return panel(page, 'Locks').locator('li[id^="lock-"]').filter({ hasText: path });
}

const needsYou = (page: Page) => page.getByRole('region', { name: 'Needs you' });
const dialog = (page: Page) => page.getByRole('dialog');

test('lock commands: an orphaned lock is released on its row, by mouse', async ({ page, swarm, server }) => {
  busy(swarm);
  await server.start();
  await openAsOperator(page, server);
  await row(page, 'docs/b.md').locator('[data-row]').click();
  await row(page, 'docs/b.md').getByRole('button', { name: 'Release for agent-ghost' }).click();
  await expect(row(page, 'docs/b.md')).toHaveCount(0);
  expect(isLocked(swarm, 'docs/b.md')).toBe(false);
  await expect(page.getByText('Released docs/b.md.')).toBeAttached();
  // A live agent's lock can only be released by force.
  await row(page, 'src/app.ts').locator('[data-row]').click();
  await expect(row(page, 'src/app.ts').getByRole('button', { name: 'Release by force…' })).toBeVisible();
  await expect(row(page, 'src/app.ts').getByRole('button', { name: /Release for/ })).toHaveCount(0);
});

test('lock commands: an orphaned lock is released under Needs you, by keyboard alone', async ({
  page,
  swarm,
  server,
}) => {
  busy(swarm);
  await server.start();
  await openAsOperator(page, server);
  const item = needsYou(page).getByRole('listitem').filter({ hasText: 'Orphaned lock' });
  await expect(item.getByRole('button', { name: 'Release…' })).toBeAttached();
  await item.getByRole('link').focus();
  await page.keyboard.press('u');
  await expect(dialog(page)).toContainText('docs/b.md');
  await expect(dialog(page)).toContainText('nothing is known');
  await expect(dialog(page)).toContainText('no other lock');
  for (let presses = 0; presses < 10; presses++) {
    await page.keyboard.press('Tab');
    const name = await page.evaluate(() => document.activeElement?.textContent);
    if (name === 'Release by force') break;
  }
  await page.keyboard.press('Enter');
  await expect(dialog(page)).toHaveCount(0);
  await expect(item).toHaveCount(0);
  expect(isLocked(swarm, 'docs/b.md')).toBe(false);
});

test('lock commands: by force only what was shown; a lock that changed meanwhile is shown and asked for again', async ({
  page,
  swarm,
  server,
  complaints,
}) => {
  complaints.allow(/status of 409/);
  busy(swarm);
  await server.start();
  await openAsOperator(page, server);
  await row(page, 'src/app.ts').locator('[data-row]').click();
  await row(page, 'src/app.ts').getByRole('button', { name: 'Release by force…' }).click();
  await expect(dialog(page)).toContainText('agent-1');
  await expect(dialog(page)).toContainText('rounding');
  await expect(dialog(page)).toContainText('src/old.ts');
  await expect(dialog(page)).toContainText(/running|stale|dead|unknown/);
  swarm.release('src/app.ts', 'agent-1');
  swarm.lock('src/app.ts', 'agent-0', 'taken over');
  await dialog(page).getByRole('button', { name: 'Release by force' }).click();
  await expect(dialog(page).getByRole('alert')).toContainText('The lock changed meanwhile');
  await expect(dialog(page)).toContainText('agent-0');
  await expect(dialog(page)).toContainText('taken over');
  expect(isLocked(swarm, 'src/app.ts')).toBe(true);
  await dialog(page).getByRole('button', { name: 'Release by force' }).click();
  await expect(dialog(page)).toHaveCount(0);
  await expect(row(page, 'src/app.ts')).toHaveCount(0);
  expect(isLocked(swarm, 'src/app.ts')).toBe(false);
});

test('lock commands: the form shows conflicts while one types, refuses as the server does, and locks', async ({
  page,
  swarm,
  server,
  complaints,
}) => {
  complaints.allow(/status of 409/);
  busy(swarm);
  await server.start();
  await openAsOperator(page, server);
  await panel(page, 'Locks').getByRole('button', { name: 'Lock a path for an agent…' }).click();
  await expect(dialog(page).getByLabel('Agent')).toHaveValue('agent-0');
  const path = dialog(page).getByLabel('Path');
  await path.fill('src/*');
  await expect(dialog(page)).toContainText('1 lock of another agent is in the way');
  await expect(dialog(page)).toContainText('src/app.ts held by agent-1');
  await page.keyboard.press('Enter');
  await expect(dialog(page).getByRole('alert')).toContainText('Nothing was locked. src/* overlaps src/app.ts');
  await path.fill('src/old.ts');
  await dialog(page).getByLabel('Agent').fill('agent-1');
  await expect(dialog(page).getByRole('alert')).toHaveCount(0);
  await expect(dialog(page)).toContainText('agent-1 has this lock already');
  await dialog(page).getByLabel('Agent').fill('agent-0');
  await expect(dialog(page)).toContainText('1 lock past the timeout would be taken over');
  await path.fill('lib/new.ts');
  await expect(dialog(page)).toContainText('No other lock is in the way.');
  await dialog(page).getByLabel('Reason').fill('by hand');
  await dialog(page).getByRole('button', { name: 'Lock it' }).click();
  await expect(dialog(page)).toHaveCount(0);
  await expect(row(page, 'lib/new.ts')).toContainText('held by agent-0 · by hand');
});

test('lock commands: all locks past the timeout are listed, then removed', async ({ page, swarm, server }) => {
  busy(swarm);
  await server.start();
  await openAsOperator(page, server);
  await panel(page, 'Locks').getByRole('button', { name: 'Remove all locks past the timeout…' }).click();
  await expect(dialog(page)).toContainText('src/old.ts held by agent-1');
  expect(readdirSync(join(swarm.root, '.agent_locks'))).toHaveLength(3);
  await dialog(page).getByRole('button', { name: 'Remove 1 lock' }).click();
  await expect(dialog(page)).toHaveCount(0);
  await expect(row(page, 'src/old.ts')).toHaveCount(0);
  expect(readdirSync(join(swarm.root, '.agent_locks'))).toHaveLength(2);
});

test('lock commands: not at a past moment', async ({ page, swarm, server }) => {
  busy(swarm);
  await server.start();
  await openAsOperator(page, server);
  await expect(panel(page, 'Locks').getByRole('button', { name: 'Lock a path for an agent…' })).toBeVisible();
  await page.goto(`${server.url}/?at=${encodeURIComponent(formatInstant(Date.now()))}`);
  await expect(page.locator('[data-past]')).toBeAttached();
  await expect(page.getByRole('button', { name: /Release|Lock a path/ })).toHaveCount(0);
});

test('lock commands: axe finds no fault in their dialogs, in both themes, wide and narrow', async ({
  page,
  swarm,
  server,
}) => {
  busy(swarm);
  await server.start();
  await openAsOperator(page, server);
  for (const [opener, title] of [
    ['Lock a path for an agent…', 'Lock a path for an agent'],
    ['Remove all locks past the timeout…', 'Remove all locks past the timeout'],
  ] as const) {
    await panel(page, 'Locks').getByRole('button', { name: opener }).click();
    await expect(page.getByRole('dialog', { name: title })).toBeVisible();
    await expectFaultless(page, async () => {});
    await page.keyboard.press('Escape');
    await page.setViewportSize({ width: 1440, height: 900 });
  }
  await row(page, 'src/app.ts').locator('[data-row]').click();
  expect(await faults(page)).toEqual([]);
  await row(page, 'src/app.ts').getByRole('button', { name: 'Release by force…' }).click();
  await expect(page.getByRole('dialog', { name: 'Release a lock' })).toBeVisible();
  await expectFaultless(page, async () => {});
});
