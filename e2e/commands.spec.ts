import { join } from 'node:path';
import { recordCommands } from '../test/support/recorded-commands';
import { test as base, expect, expectFaultless, openLive } from './fixtures';

const test = base.extend({
  settings: async ({ swarm }, use) => use({ SWARM_HISTORY: join(swarm.root, 'history.sqlite') }),
});

type Page = Parameters<typeof openLive>[0];

const drawer = (page: Page) => page.getByRole('region', { name: 'Timeline and relations' });
const list = (page: Page) => page.getByRole('region', { name: 'Commands', exact: true });

/** One command of each kind of outcome, and many older ones. */
function recordDay(root: string): void {
  const at = Date.now();
  const about = { agentId: 'agent-1', target: 'src/cart/totals.ts', request: '{"agent_id":"agent-1","force":true}' };
  const sent = { action: 'send_message', agentId: 'agent-2', outcome: 'delivered' };
  recordCommands(join(root, 'history.sqlite'), [
    ...Array.from({ length: 60 }, (_, n) => ({ ...sent, at: at - 3_000_000 + n * 1000, target: `message ${n}` })),
    { ...about, at: at - 900_000, outcome: 'released', detail: 'It was held for 12 min.' },
    { ...about, at: at - 600_000, outcome: 'refused', detail: 'src/cart/totals.ts is held by agent-2.' },
    {
      ...about,
      at: at - 300_000,
      action: 'answer_permission',
      outcome: 'failed',
      detail: 'The connection was closed.',
    },
    { ...about, at: at - 60_000, action: 'interrupt', target: 'agent-1' },
  ]);
}

test('commands: the palette opens the record; it says what was done, by whom and how it ended', async ({
  page,
  swarm,
  server,
}) => {
  swarm.register([{ id: 'agent-1' }, { id: 'agent-2' }]);
  recordDay(swarm.root);
  await server.start();
  await openLive(page, server);
  await page.keyboard.press('Control+k');
  await expect(page.getByRole('combobox', { name: 'Command' })).toBeFocused();
  await page.keyboard.type('show commands');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/view=commands/);
  const rows = list(page).getByRole('listitem');
  await expect(rows).toHaveCount(50);
  await expect(rows.nth(0)).toContainText('interruptagent-1unknownby ada from 127.0.0.1');
  await expect(rows.nth(0)).toContainText('it is not known what it did');
  await expect(rows.nth(1)).toContainText('answer permissionsrc/cart/totals.tsagent-1failed');
  await expect(rows.nth(2)).toContainText('refused');
  await expect(rows.nth(3)).toContainText('release locksrc/cart/totals.tsagent-1released');
  await rows.nth(3).getByText('Request').click();
  await expect(rows.nth(3)).toContainText('"force": true');
  await list(page).getByRole('button', { name: 'Show older commands' }).click();
  await expect(rows).toHaveCount(64);
  await expect(list(page)).toContainText('64 commands; no older one is kept.');
  recordCommands(join(swarm.root, 'history.sqlite'), [{ action: 'cleanup_locks', outcome: 'cleaned' }]);
  await expect(rows.nth(0)).toContainText('cleanup lockscleaned');
  await expect(rows).toHaveCount(65);
});

test('commands: the detail of an agent lists those about it, and the timeline marks them', async ({
  page,
  swarm,
  server,
}) => {
  swarm.register([{ id: 'agent-1' }, { id: 'agent-2' }]);
  recordDay(swarm.root);
  await server.start();
  await openLive(page, server);
  await page.goto(`${server.url}/?view=timeline&span=1h&agent=agent-1`);
  const detail = page.getByRole('complementary', { name: 'agent-1' });
  const about = detail.getByRole('region', { name: 'Commands about it' });
  await expect(about.getByRole('listitem')).toHaveCount(4);
  await expect(about).toContainText('refused');
  const lane = drawer(page).getByRole('button', { name: /^agent-1/ });
  await expect(lane).toContainText('4 commands');
  await lane.focus();
  const pointed = drawer(page).getByText(/agent-1 · interrupt: unknown, by ada/);
  await expect(async () => {
    await page.keyboard.press('ArrowLeft');
    await expect(pointed.first()).toBeVisible({ timeout: 300 });
  }).toPass();
});

test('commands: the list has no fault in both themes, wide and narrow', async ({ page, swarm, server }) => {
  swarm.register([{ id: 'agent-1' }, { id: 'agent-2' }]);
  recordDay(swarm.root);
  await server.start();
  await openLive(page, server);
  await expectFaultless(
    page,
    async (width) => {
      await page.goto(`${server.url}/?view=commands`);
      if (width < 768) await page.getByRole('tab', { name: 'Timeline' }).click();
      await expect(list(page).getByRole('listitem').first()).toBeVisible();
    },
    { part: '#timeline' },
  );
});

test('commands: without any, the view says what it would list', async ({ page, swarm, server }) => {
  swarm.register([{ id: 'agent-1' }]);
  await server.start();
  await openLive(page, server);
  await page.goto(`${server.url}/?view=commands`);
  await expect(drawer(page)).toContainText('No commands are recorded.');
});

test('commands: a sender that the registry does not list is said to be of this dashboard if the record says so', async ({
  page,
  swarm,
  server,
}) => {
  swarm.register([{ id: 'agent-1' }]);
  swarm.send({ sender: 'operator', recipients: ['agent-1'] }, { sender: 'stranger', recipients: ['agent-1'] });
  const sent = { action: 'send_message', agentId: 'agent-1', outcome: 'delivered' };
  recordCommands(join(swarm.root, 'history.sqlite'), [{ ...sent, request: '{"sender":"operator"}' }]);
  await server.start();
  const SENT_HERE = 'messages are sent under this name from this dashboard';
  const agents = page.getByRole('region', { name: 'Agents', exact: true });
  const detail = page.getByRole('complementary', { name: 'operator' });
  await page.goto(`${server.url}/?agent=operator`);
  await expect(agents).toContainText(`operator is not registered; ${SENT_HERE}.`);
  await expect(detail).toContainText('Messages are sent under it from this dashboard, most recently at');
  await page.goto(`${server.url}/?agent=stranger`);
  await expect(agents).toContainText('stranger is not registered.');
  await expect(page.getByRole('complementary', { name: 'stranger' })).toContainText('does not list this agent.');
  await expect(page.locator('body')).not.toContainText(SENT_HERE);
  await page.goto(`${server.url}/?view=talk`);
  await expect(drawer(page)).toContainText('sent from this dashboard: operator');
});
