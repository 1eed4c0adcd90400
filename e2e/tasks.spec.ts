import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { formatInstant } from '../lib/contract/instant';
import type { PastState } from '../lib/contract/past-schemas';
import { formatUtc } from '../lib/sources/claudeswarm/written-form';
import type { ProductionServer } from '../test/support/production-server';
import { expect, expectFaultless, openAsOperator, openLive, test } from './fixtures';
import type { TestSwarm } from './swarm';
import { fieldInFile, SHOP, shop, statusInFile, writeTasks } from './tasks-swarm';

const drawer = (page: Page) => page.getByRole('region', { name: 'Timeline and relations' });
const board = (page: Page) => page.getByRole('region', { name: 'Board of tasks' });
const column = (page: Page, status: string) => board(page).locator(`[data-status="${status}"]`);
const card = (page: Page, id: string) => board(page).locator(`[data-task="task:${id}"]`);
const handle = (page: Page, id: string) => card(page, id).locator('[data-card]');
const detail = (page: Page) => page.getByRole('region', { name: 'Task', exact: true });

async function openBoard(page: Page): Promise<void> {
  await page.keyboard.press('6');
  await expect(board(page)).toBeVisible();
}

/** Opens the board of `shop` with the operator key. */
async function operateBoard(page: Page, swarm: TestSwarm, server: ProductionServer): Promise<void> {
  shop(swarm);
  await server.start();
  await openAsOperator(page, server);
  await openBoard(page);
}

test('tasks: the board shows every task in the column of its status, and follows the file', async ({
  page,
  swarm,
  server,
}) => {
  shop(swarm);
  await server.start();
  await openLive(page, server);
  await openBoard(page);
  await expect(page).toHaveURL(/view=tasks/);
  await expect(column(page, 'working')).toContainText('Round the totals of partial refunds');
  await expect(card(page, 'totals')).toContainText('critical');
  await expect(card(page, 'totals')).toContainText('agent-1');
  await expect(card(page, 'totals')).toContainText('5 min');
  await expect(card(page, 'invoice')).toContainText(
    'blocked by Round the totals of partial refunds, gone (not listed)',
  );
  await expect(card(page, 'import')).toContainText('No sample data.');
  await expect(card(page, 'totals').getByRole('link', { name: /src\/cart\.ts/ })).toBeVisible();
  await expect(card(page, 'totals').getByRole('link', { name: /src\/tax\.ts/ })).toHaveCount(0);
  // Without the operator key nothing can be moved.
  await expect(board(page).locator('[data-move], [draggable]')).toHaveCount(0);
  writeTasks(swarm, { ...SHOP, invoice: { ...SHOP.invoice, status: 'cancelled' } });
  await expect(column(page, 'cancelled')).toContainText('Write the invoice');
  await expect(column(page, 'pending').locator('[data-task]')).toHaveCount(0);
});

test('tasks: filters are kept in the address; a card opens its history, its messages, its agent and its locks', async ({
  page,
  swarm,
  server,
}) => {
  shop(swarm);
  swarm.send({ sender: 'agent-1', content: 'I work on totals now.' });
  await server.start();
  await openLive(page, server);
  await openBoard(page);
  await drawer(page).getByLabel('Owner:').selectOption('agent-2');
  await expect(board(page).locator('[data-task]')).toHaveCount(2);
  await drawer(page).getByRole('searchbox', { name: 'Find tasks' }).fill('theme ');
  await expect(board(page).locator('[data-task]')).toHaveCount(1);
  await page.reload();
  await expect(board(page).locator('[data-task]')).toHaveCount(1);
  await expect(drawer(page)).toContainText('1 of 5 tasks');
  await drawer(page).getByRole('button', { name: 'Clear' }).click();
  await expect(board(page).locator('[data-task]')).toHaveCount(5);
  await handle(page, 'totals').click();
  await expect(detail(page)).toContainText('pending → working by agent-0');
  await expect(detail(page)).toContainText('Begun.');
  await expect(detail(page)).toContainText('BlocksWrite the invoice');
  await expect(page).toHaveURL(/task=task%3Atotals/);
  await detail(page).getByRole('link', { name: 'Messages that name this task' }).click();
  await expect(page.getByRole('region', { name: 'Messages', exact: true })).toContainText('I work on totals now.');
  await detail(page)
    .getByRole('link', { name: /src\/cart\.ts/ })
    .click();
  await expect(page).toHaveURL(/lock=/);
  await detail(page).getByRole('link', { name: 'agent-1' }).click();
  const agent = page.getByRole('complementary', { name: 'agent-1' });
  await expect(agent.getByRole('region', { name: 'Its tasks' })).toContainText('Round the totals of partial refunds');
  const row = page.getByRole('region', { name: 'Agents', exact: true }).locator('#agent-agent-1');
  await expect(row).toContainText('working: Round the totals of partial refunds');
});

test('tasks: a card is moved by dragging it to an allowed column', async ({ page, swarm, server }) => {
  await operateBoard(page, swarm, server);
  await expect(card(page, 'totals')).toHaveAttribute('draggable', 'true');
  await expect(card(page, 'login')).not.toHaveAttribute('draggable', 'true');
  await card(page, 'totals').dragTo(column(page, 'review'));
  await expect(column(page, 'review')).toContainText('Round the totals of partial refunds');
  expect(statusInFile(swarm, 'totals')).toBe('review');
  await expect(drawer(page).getByText('“Round the totals of partial refunds” is review now.')).toBeVisible();
  // A column that is not allowed takes nothing.
  await card(page, 'import').dragTo(column(page, 'completed'));
  await expect(column(page, 'failed')).toContainText('Import old orders');
  expect(statusInFile(swarm, 'import')).toBe('failed');
});

test('tasks: a card is moved by keyboard alone; the menu lists only what is allowed, and the focus goes along', async ({
  page,
  swarm,
  server,
}) => {
  await operateBoard(page, swarm, server);
  await expect(card(page, 'totals').locator('[data-move]')).toBeVisible();
  await handle(page, 'invoice').focus();
  await page.keyboard.press('ArrowRight');
  await expect(handle(page, 'totals')).toBeFocused();
  await page.keyboard.press('m');
  const menu = page.getByRole('menu');
  await expect(menu.getByRole('menuitem')).toHaveText([
    'Move to review',
    'Move to blocked',
    'Move to failed',
    'Move to completed',
    'Move to cancelled',
  ]);
  await page.keyboard.press('Escape');
  await expect(menu).toHaveCount(0);
  await page.keyboard.press('m');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(column(page, 'blocked')).toContainText('Round the totals of partial refunds');
  expect(statusInFile(swarm, 'totals')).toBe('blocked');
  // One change at a time: the next one is taken once this one was answered.
  await expect(drawer(page).getByText('“Round the totals of partial refunds” is blocked now.')).toBeVisible();
  await handle(page, 'totals').focus();
  await page.keyboard.press('Shift+ArrowLeft');
  await expect(column(page, 'working')).toContainText('Round the totals of partial refunds');
  await expect(handle(page, 'totals')).toBeFocused();
  expect(statusInFile(swarm, 'totals')).toBe('working');
});

test('tasks: a pending task is assigned to an agent that is chosen; a new task appears on the board', async ({
  page,
  swarm,
  server,
}) => {
  await operateBoard(page, swarm, server);
  await card(page, 'invoice').locator('[data-move]').click();
  await page.getByRole('menuitem', { name: 'Move to assigned…' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Agent').selectOption('agent-2');
  await dialog.getByRole('button', { name: 'Assign' }).click();
  await expect(column(page, 'assigned')).toContainText('Write the invoice');
  await expect(card(page, 'invoice')).toContainText('agent-2');
  await drawer(page).getByRole('button', { name: 'New task' }).click();
  await dialog.getByLabel('Objective').fill('Check the sums');
  await dialog.getByLabel('Files, one in a line').fill('src/sums.ts\n');
  await dialog.getByRole('checkbox', { name: 'Write the invoice' }).check();
  await dialog.getByRole('button', { name: 'Create' }).click();
  await expect(dialog).toHaveCount(0);
  await expect(column(page, 'pending')).toContainText('Check the sums');
  await expect(column(page, 'pending')).toContainText('blocked by Write the invoice');
});

test('tasks: a refused move changes nothing and says what is there now', async ({
  page,
  swarm,
  server,
  complaints,
}) => {
  complaints.allow(/status of 409/);
  await operateBoard(page, swarm, server);
  await card(page, 'totals').locator('[data-move]').click();
  const history = [
    {
      ...{ timestamp: formatUtc(Date.now()), from_status: 'working', to_status: 'completed' },
      ...{ agent_id: 'agent-1', message: '', metadata: {} },
    },
  ];
  writeTasks(swarm, { ...SHOP, totals: { ...SHOP.totals, status: 'completed', history } });
  // While the menu is open, nothing moves.
  await expect
    .poll(
      async () =>
        (await server.get<{ tasks: { id: string; status: string }[] }>('/api/tasks')).tasks.find(
          ({ id }) => id === 'totals',
        )?.status,
    )
    .toBe('completed');
  await expect(column(page, 'working')).toContainText('Round the totals');
  await page.getByRole('menuitem', { name: 'Move to review' }).click();
  await expect(drawer(page).getByRole('alert')).toContainText(
    'was not moved: it is completed by now, changed by agent-1, no longer working.',
  );
  await expect(column(page, 'completed')).toContainText('Round the totals');
  expect(statusInFile(swarm, 'totals')).toBe('completed');
});

test('tasks: owner and priority are changed by mouse and by keyboard', async ({ page, swarm, server }) => {
  await operateBoard(page, swarm, server);
  await handle(page, 'totals').click();
  await detail(page).getByRole('button', { name: 'Change…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Change a task' });
  await expect(dialog.getByRole('button', { name: 'Apply' })).toBeDisabled();
  await dialog.getByLabel('Owner').selectOption('agent-2');
  await dialog.getByLabel('Why (for its history)').fill('agent-1 is busy.');
  await dialog.getByRole('button', { name: 'Apply' }).click();
  await expect(dialog).toHaveCount(0);
  await expect(card(page, 'totals')).toContainText('agent-2');
  await expect(detail(page)).toContainText('agent-1 is busy.');
  expect([fieldInFile(swarm, 'totals', 'assigned_to'), statusInFile(swarm, 'totals')]).toEqual(['agent-2', 'working']);
  await expect(drawer(page)).toContainText('is changed: working, owner agent-2, priority critical.');

  await handle(page, 'invoice').focus();
  await page.keyboard.press('e');
  await expect(dialog).toContainText('Write the invoice');
  await dialog.getByLabel('Priority').focus();
  await page.keyboard.type('low');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect(dialog).toHaveCount(0);
  await expect(card(page, 'invoice')).toContainText('low');
  expect([fieldInFile(swarm, 'invoice', 'priority'), statusInFile(swarm, 'invoice')]).toEqual(['low', 'pending']);
  await expect(handle(page, 'invoice')).toBeFocused();
});

test('tasks: a task that changed meanwhile keeps its owner, and the dialog says what it is by now', async ({
  page,
  swarm,
  server,
  complaints,
}) => {
  complaints.allow(/status of 409/);
  await operateBoard(page, swarm, server);
  await handle(page, 'totals').click();
  await page.keyboard.press('e');
  const dialog = page.getByRole('dialog', { name: 'Change a task' });
  await dialog.getByLabel('Owner').selectOption('agent-2');
  writeTasks(swarm, { ...SHOP, totals: { ...SHOP.totals, assigned_to: 'agent-9' } });
  await dialog.getByRole('button', { name: 'Apply' }).click();
  await expect(dialog.getByRole('alert')).toHaveText(
    'Nothing was changed: the task is assigned to agent-9 by now, no longer to agent-1. agent-0 changed it last. ' +
      'Check the form, then apply it again.',
  );
  expect(fieldInFile(swarm, 'totals', 'assigned_to')).toBe('agent-9');
  await expect(dialog.getByLabel('Owner')).toHaveValue('agent-2');
  await dialog.getByRole('button', { name: 'Apply' }).click();
  await expect(dialog).toHaveCount(0);
  expect(fieldInFile(swarm, 'totals', 'assigned_to')).toBe('agent-2');
});

test.describe('with a history', () => {
  test.use({ settings: async ({ swarm }, use) => use({ SWARM_HISTORY: join(swarm.root, 'history.sqlite') }) });

  test('tasks: a past moment has the board as it was, and nothing on it can be moved', async ({
    page,
    swarm,
    server,
  }) => {
    shop(swarm);
    await server.start();
    let at = '';
    await expect
      .poll(async () => {
        at = formatInstant(Date.now());
        const state = await server.get<PastState>(`/api/state?at=${encodeURIComponent(at)}`);
        return state.known.tasks && state.tasks.tasks.length;
      })
      .toBe(5);
    writeTasks(swarm, { ...SHOP, totals: { ...SHOP.totals, status: 'completed' } });
    await openAsOperator(page, server);
    await openBoard(page);
    await expect(column(page, 'completed')).toContainText('Round the totals');
    await page.goto(`${server.url}/?view=tasks&at=${encodeURIComponent(at)}`);
    await expect(column(page, 'working')).toContainText('Round the totals');
    await expect(board(page).locator('[data-move], [draggable]')).toHaveCount(0);
    // Stepping stops at the change of the task, which nothing else accompanies.
    await page.goto(`${server.url}/?view=tasks&at=${encodeURIComponent(at)}`);
    await expect(column(page, 'working')).toContainText('Round the totals');
    await expect(async () => {
      await page.keyboard.press('.');
      await expect(column(page, 'completed')).toContainText('Round the totals', { timeout: 1000 });
    }).toPass();
    await page.keyboard.press(',');
    await expect(page.getByText(/^No (earlier|later) change is known\.$/)).toHaveCount(0);
    await expect(column(page, 'working')).toContainText('Round the totals');
    await page.goto(`${server.url}/?view=tasks&at=${encodeURIComponent('2020-01-01T00:00:00+00:00')}`);
    await expect(drawer(page)).toContainText('Tasks were not recorded at this moment.');
  });
});

test('tasks: the board has no fault in both themes, wide and narrow', async ({ page, swarm, server }) => {
  shop(swarm);
  await server.start();
  await openAsOperator(page, server);
  await expectFaultless(
    page,
    async (width) => {
      await page.goto(`${server.url}/?view=tasks`);
      if (width < 768) await page.getByRole('tab', { name: 'Timeline' }).click();
      await expect(card(page, 'totals').locator('[data-move]')).toBeVisible();
      await handle(page, 'totals').click();
      await expect(detail(page)).toBeVisible();
    },
    { part: '#timeline' },
  );
});

test('tasks: the form for owner and priority has no fault in both themes, wide and narrow', async ({
  page,
  swarm,
  server,
}) => {
  shop(swarm);
  await server.start();
  await openAsOperator(page, server);
  await expectFaultless(page, async (width) => {
    await page.goto(`${server.url}/?view=tasks&task=task:totals`);
    if (width < 768) await page.getByRole('tab', { name: 'Timeline' }).click();
    await detail(page).getByRole('button', { name: 'Change…' }).click();
    await expect(page.getByRole('dialog', { name: 'Change a task' })).toBeVisible();
  });
});

test.describe('by touch', () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true });

  test('tasks: on a narrow screen the columns are below each other, and the menu moves a card', async ({
    page,
    swarm,
    server,
  }) => {
    shop(swarm);
    await server.start();
    await openAsOperator(page, server);
    await page.goto(`${server.url}/?view=tasks`);
    await expect(board(page).getByText('No tasks: assigned, blocked, cancelled')).toBeVisible();
    await card(page, 'totals').locator('[data-move]').tap();
    await page.getByRole('menuitem', { name: 'Move to review' }).tap();
    await expect(column(page, 'review')).toContainText('Round the totals');
    await handle(page, 'totals').tap();
    await expect(detail(page)).toContainText('Round the totals');
    await expect(board(page)).toBeHidden();
    await detail(page).getByRole('button', { name: 'Close' }).tap();
    await expect(handle(page, 'totals')).toBeFocused();
  });
});

test('tasks: without any the view says what it would show; a file that can’t be read is said to be so', async ({
  page,
  swarm,
  server,
}) => {
  swarm.register([{ id: 'agent-1' }]);
  await server.start();
  await openLive(page, server);
  await page.keyboard.press('6');
  await expect(drawer(page)).toContainText('There are no tasks.');
  writeTasks(swarm, SHOP);
  await expect(column(page, 'working')).toContainText('Round the totals');
  writeFileSync(join(swarm.root, 'TASKS.json'), '{');
  await expect(drawer(page)).toContainText('Old data');
  await expect(drawer(page)).toContainText('TASKS.json is unreadable');
  await expect(column(page, 'working')).toContainText('Round the totals');
});
