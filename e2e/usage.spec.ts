import { join } from 'node:path';
import { answered } from '../test/support/claude-usage';
import { recordUsage } from '../test/support/recorded-usage';
import { test as base, expect, expectFaultless, openLive } from './fixtures';

const test = base.extend({
  settings: async ({ swarm }, use) => use({ SWARM_HISTORY: join(swarm.root, 'history.sqlite') }),
});

const MINUTE_MS = 60_000;
type Page = Parameters<typeof openLive>[0];

const view = (page: Page) => page.getByRole('region', { name: 'Timeline and relations' });
const sums = (page: Page, part: string) => view(page).getByRole('table', { name: `Usage by ${part}` });
const tile = (page: Page) => page.getByRole('button', { name: /Show usage over time/ });

/** One million tokens of output of each, at 20 and 10 dollars, and a model without a known price. */
function recordDay(root: string): void {
  const at = Date.now() - MINUTE_MS;
  recordUsage(join(root, 'history.sqlite'), [
    answered({ at, agentId: 'agent-1', output: 1_000_000, cacheRead: 5_000_000 }),
    answered({ at, agentId: 'agent-2', model: 'claude-sonnet-5', output: 1_000_000 }),
    answered({ at: at - 5 * 60 * MINUTE_MS, agentId: 'agent-2', output: 300_000 }),
    answered({ at, agentId: null, model: 'in-house-7b', input: 48_200 }),
  ]);
}

test('usage: the tile opens the view, whose tables say what the chart draws', async ({ page, swarm, server }) => {
  swarm.register([{ id: 'agent-1' }, { id: 'agent-2' }]);
  recordDay(swarm.root);
  await server.start();
  await openLive(page, server);
  await expect(tile(page)).toHaveText(/^\$3\d\.00$/);
  await tile(page).click();
  await expect(page).toHaveURL(/view=usage/);
  await expect(sums(page, 'agent').getByRole('row').nth(1)).toContainText('agent-1$21.00');
  await expect(sums(page, 'agent').getByRole('row').nth(2)).toContainText('agent-2$16.00');
  await expect(sums(page, 'agent').getByRole('row').nth(3)).toContainText('unknown agentno known price');
  await expect(sums(page, 'agent').getByRole('row').last()).toContainText('All$37.00 + 48.2K unpriced');
  await expect(view(page)).toContainText('No price is known of in-house-7b');
  await expect(view(page).getByRole('img', { name: /^Estimated cost for each hour: 24 bars/ })).toBeVisible();
  await view(page).getByText('Figures for each hour').click();
  const times = view(page).getByRole('table', { name: 'Estimated cost for each hour' });
  await expect(times.getByRole('row')).toHaveCount(3);
  await expect(times).toContainText('agent-1 $21.00, agent-2 $10.00');
  await view(page).getByLabel('Group by:').selectOption('model');
  await expect(sums(page, 'model').getByRole('row').nth(1)).toContainText('claude-opus-5-5$27.00');
  await view(page).getByLabel('Bars show:').selectOption('tokens');
  await view(page).getByLabel('Time of usage:').selectOption('7 days');
  await expect(view(page).getByRole('img', { name: /^Tokens for each day: 7 bars/ })).toBeVisible();
  await view(page).getByLabel('Group by:').selectOption('agent');
  await sums(page, 'agent').getByRole('button', { name: 'agent-2' }).click();
  const detail = page.getByRole('complementary', { name: 'agent-2' });
  await expect(detail.getByRole('region', { name: 'Usage' })).toContainText('Since the start$16.00 · 1.3M tokens');
});

test('usage: the view has no fault in both themes, wide and narrow', async ({ page, swarm, server }) => {
  swarm.register([{ id: 'agent-1' }, { id: 'agent-2' }]);
  recordDay(swarm.root);
  await server.start();
  await page.goto(`${server.url}/?view=usage`);
  await expectFaultless(
    page,
    async () => {
      await expect(sums(page, 'agent').getByRole('row').nth(1)).toContainText('agent-1');
    },
    { part: '#timeline' },
  );
});

test('usage: without a session of Claude Code there is no tile, and the view says what is missing', async ({
  page,
  swarm,
  server,
}) => {
  swarm.register([{ id: 'agent-1' }]);
  await server.start();
  await page.goto(`${server.url}/?view=usage`);
  await expect(view(page)).toContainText('No usage of Claude Code is known.');
  await expect(tile(page)).toHaveCount(0);
});
