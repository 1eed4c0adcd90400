import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { expect, expectFaultless, openLive, test } from './fixtures';
import type { TestSwarm } from './swarm';
import { writeWorkFiles } from './work-files';

const drawer = (page: Page) => page.getByRole('region', { name: 'Timeline and relations' });
const parts = (page: Page) => page.getByRole('navigation', { name: 'Parts of the work' });
const part = (page: Page, name: string) => drawer(page).getByRole('region', { name, exact: true });
const open = (page: Page, name: RegExp) => parts(page).getByRole('button', { name }).click();

function writeContexts(swarm: TestSwarm, name: string): void {
  const context = { context_id: 'new', name, summary: '', status: 'active', decisions: [], files_touched: [] };
  const temporary = join(swarm.root, 'CONTEXTS.json.tmp');
  writeFileSync(temporary, JSON.stringify({ version: '1.0', contexts: { new: context } }));
  renameSync(temporary, join(swarm.root, 'CONTEXTS.json'));
}

test('work: every file is shown with what it says, and again when it changes', async ({ page, swarm, server }) => {
  writeWorkFiles(swarm);
  await server.start();
  await openLive(page, server);
  await page.keyboard.press('7');
  await expect(page).toHaveURL(/view=work/);
  const contexts = part(page, 'Contexts');
  await expect(contexts).toContainText('Checkout flow end to end');
  await expect(contexts).toContainText('Use integer cents because: exact sums (instead of decimal strings)');
  await expect(contexts).toContainText('src/ui/Cart.tsx');
  writeContexts(swarm, 'Refunds of gift cards');
  await expect(contexts).toContainText('Refunds of gift cards');
  await open(page, /^Conflicts/);
  await expect(part(page, 'Conflicts')).toContainText('agent-0 wants src/ui/Cart.tsx of agent-1');
  await expect(part(page, 'Conflicts')).toContainText('agent-0 got it by priority, automatically');
  await open(page, /^Delegations/);
  await expect(part(page, 'Delegations')).toContainText('match 41 %');
  await open(page, /^Success by skill/);
  await expect(part(page, 'Success by skill').getByRole('table')).toContainText('typescript55 %');
  await open(page, /^Memory/);
  await part(page, 'Memory').getByRole('listitem').filter({ hasText: 'agent-1' }).getByRole('button').click();
  await expect(part(page, 'Memory')).toContainText('trust');
  await open(page, /^Coordination/);
  const document = part(page, 'Coordination');
  await expect(document.getByRole('heading', { name: 'Sprint Goals' })).toBeVisible();
  await expect(document.getByRole('table').getByRole('row').nth(1)).toContainText('agent-0Checkout endpoints');
  await open(page, /^Unread messages/);
  await expect(part(page, 'Unread messages')).toContainText('1 unread message, the oldest 5 min ago');
  await open(page, /^Git/);
  await expect(part(page, 'Git')).toContainText('It is not known in which folders agents work.');
});

test('work: a file that is missing is said to be so, with what it would hold', async ({ page, swarm, server }) => {
  swarm.register([{ id: 'agent-1' }]);
  await server.start();
  await openLive(page, server);
  await page.keyboard.press('7');
  await expect(drawer(page)).toContainText('There is no CONTEXTS.json.');
  await open(page, /^Coordination/);
  await expect(drawer(page)).toContainText('There is no COORDINATION.md.');
  await open(page, /^Unread messages/);
  await expect(drawer(page)).toContainText('It is not known which messages were read.');
  mkdirSync(join(swarm.root, '.swarm'), { recursive: true });
  writeFileSync(join(swarm.root, '.swarm', 'last_read_messages.json'), '{');
  await expect(drawer(page)).toContainText('.swarm/last_read_messages.json is unusable: invalid JSON');
  writeFileSync(join(swarm.root, 'CONTEXTS.json'), '{');
  await open(page, /^Contexts/);
  await expect(drawer(page)).toContainText('CONTEXTS.json is unreadable');
  writeFileSync(join(swarm.root, 'DELEGATION_HISTORY.json'), JSON.stringify({ history: [{ task_id: 't' }, 7] }));
  await open(page, /^Delegations/);
  await expect(drawer(page)).toContainText('Skipped 1 entry: entry is not an object (last: history[1]).');
  // What can't be read is said in the agent's detail too.
  writeFileSync(join(swarm.root, 'LEARNING_DATA.json'), '{');
  writeFileSync(join(swarm.root, 'TASKS.json'), '{');
  await page.goto(`${server.url}/?agent=agent-1`);
  const detail = page.getByRole('complementary', { name: 'agent-1' });
  for (const [name, words] of [
    ['Unread messages', 'Not known. .swarm/last_read_messages.json is unusable'],
    ['Success by skill', 'Not known. LEARNING_DATA.json is unusable'],
    ['Its tasks', 'Its tasks in TASKS.json are not known. TASKS.json is unusable'],
  ] as const) {
    await expect(detail.getByRole('region', { name })).toContainText(words);
  }
});

test('work: the detail of an agent has its success, contexts, memory, unread messages and git', async ({
  page,
  swarm,
  server,
}) => {
  writeWorkFiles(swarm);
  swarm.writeCards({
    'agent-1': {
      ...{ name: 'Frontend', description: 'Builds the shop.', skills: ['typescript'], tools: [], availability: 'busy' },
      ...{ success_rates: { typescript: 0.8 }, specializations: [], metadata: {}, created_at: null },
    },
  });
  await server.start();
  await openLive(page, server);
  await page.goto(`${server.url}/?agent=agent-1`);
  const detail = page.getByRole('complementary', { name: 'agent-1' });
  await expect(detail.getByRole('region', { name: 'Card' })).toContainText('Availabilitybusy');
  await expect(detail.getByRole('region', { name: 'Card' })).toContainText('typescript 80 %');
  await expect(detail.getByRole('region', { name: 'Success by skill' })).toContainText('typescript');
  await expect(detail.getByRole('region', { name: 'Contexts' })).toContainText('Checkout');
  await detail.getByRole('button', { name: 'Show the memory' }).click();
  await expect(detail.getByRole('region', { name: 'Memory' })).toContainText('trust');
  await detail.getByRole('button', { name: 'Show branch and changed files' }).click();
  await expect(detail.getByRole('region', { name: 'Git' })).toContainText('Where it works is not known.');
  await detail.getByRole('region', { name: 'Unread messages' }).getByRole('link').click();
  await expect(page).toHaveURL(/to=agent-1/);
});

test('work: no part has a fault in both themes, wide and narrow', async ({ page, swarm, server }) => {
  writeWorkFiles(swarm);
  await server.start();
  await openLive(page, server);
  for (const [name, region] of [
    ['contexts', 'Contexts'],
    ['conflicts', 'Conflicts'],
    ['learning', 'Success by skill'],
    ['coordination', 'Coordination'],
  ] as const) {
    await expectFaultless(
      page,
      async (width) => {
        await page.goto(`${server.url}/?view=work&part=${name}`);
        if (width < 768) await page.getByRole('tab', { name: 'Timeline' }).click();
        await expect(part(page, region)).toBeVisible();
      },
      { part: '#timeline' },
    );
  }
});
