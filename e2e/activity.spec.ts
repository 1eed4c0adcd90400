/** What Claude Code's own files add to the page: activity, prompts and cost. */
import { type ChildProcess, spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { PROJECT } from '../test/support/production-server';
import { test } from './claude-swarm';
import { expect, expectFaultless, openLive } from './fixtures';

const agentRow = (page: Page, id: string) => page.locator(`[id="agent-${id}"]`);
const needsYou = (page: Page) => page.getByRole('region', { name: 'Needs you' });

test('an agent that waits for a permission is seen, and no longer when it was given', async ({
  page,
  swarm,
  claude,
  server,
}) => {
  const session = claude.start('shop-1a', swarm.root);
  session.change({ status: 'idle' });
  swarm.register([{ id: 'agent-0', pid: session.pid }, { id: 'agent-1' }]);
  await server.start();
  await openLive(page, server);
  const row = agentRow(page, 'agent-0');
  await expect(row).toContainText('idle');
  session.change({ status: 'busy' });
  await expect(row).toContainText('working');
  await expect(needsYou(page)).not.toContainText('Waits for you');
  const begun = Date.now();
  session.change({ status: 'waiting', waitingFor: 'permission prompt' });
  await expect(row).toContainText('waiting');
  await expect(needsYou(page)).toContainText('Waits for you');
  test.info().annotations.push({ type: 'milliseconds', description: String(Date.now() - begun) });
  await expect(needsYou(page)).toContainText('permission prompt');
  session.change({ status: 'busy', waitingFor: undefined });
  await expect(row).toContainText('working');
  await expect(needsYou(page)).not.toContainText('Waits for you');
});

test('a project without swarm files shows its sessions as agents', async ({ page, swarm, claude, server }) => {
  const other = claude.start('elsewhere-2b', '/');
  other.change({ status: 'busy' });
  const session = claude.start('shop-1a', swarm.root);
  session.change({ status: 'waiting', waitingFor: 'input needed' });
  await server.start();
  await openLive(page, server);
  await expect(agentRow(page, 'shop-1a')).toContainText('waiting');
  await expect(agentRow(page, 'elsewhere-2b')).toHaveCount(0);
  await expectFaultless(page, async (width) => {
    if (width === 390) await page.getByRole('tab', { name: 'Needs you 1' }).click();
    await expect(needsYou(page)).toContainText('shop-1a');
  });
});

test('messages of an agent team are among those of the log, marked with their source', async ({
  page,
  swarm,
  claude,
  server,
}) => {
  const { pid, procStart, change } = claude.start('shop-1a', swarm.root);
  change({ status: 'busy' });
  const leadProcess = { pid, procStart };
  const members = [
    { name: 'team-lead', agentId: 'team-lead@team-1', tmuxPaneId: 'leader' },
    { name: 'tester', agentId: 'tester@team-1', tmuxPaneId: 'in-process' },
  ];
  claude.writeTeam('team-1/config.json', { name: 'team-1', leadAgentId: 'team-lead@team-1', leadProcess, members });
  await server.start();
  await openLive(page, server);
  await expect(agentRow(page, 'tester')).toBeVisible();
  const timestamp = new Date().toISOString();
  const mail = { from: 'team-lead', text: 'Test the refunds, please.', timestamp, msg_id: 'one' };
  claude.writeTeam('team-1/inboxes/tester.json', [mail]);
  const row = page.locator('[id^="message-"]', { hasText: 'Test the refunds, please.' });
  await expect(row).toContainText('shop-1a');
  await expect(row).toContainText('tester');
  await expect(row.getByText('team', { exact: true })).toBeVisible();
  swarm.send({ content: 'Written to the log.' });
  const logged = page.locator('[id^="message-"]', { hasText: 'Written to the log.' });
  await expect(logged).toBeVisible();
  await expect(logged.getByText('team', { exact: true })).toHaveCount(0);
  await expect(row).toHaveCount(1);
});

test.describe('a simulated swarm', () => {
  let simulator: ChildProcess | null = null;

  test.afterEach(() => {
    simulator?.kill('SIGKILL');
    simulator = null;
  });

  test('shows a waiting agent within 20 s, and the cost by agent over time', async ({
    page,
    swarm,
    claude,
    server,
  }) => {
    // The simulator begins in an empty folder.
    rmSync(join(swarm.root, '.agent_locks'), { recursive: true, force: true });
    const words = ['--import', 'tsx', 'bin/simulate.ts', '--incident', '--root', swarm.root, '--claude', claude.folder];
    const child = spawn(process.execPath, words, { cwd: PROJECT, stdio: ['pipe', 'pipe', 'inherit'] });
    simulator = child;
    await new Promise((resolve) => child.stdout.once('data', resolve));
    await server.start();
    await openLive(page, server);
    // It has waited for 45 s when the story begins.
    await expect(needsYou(page)).toContainText('Waits for you', { timeout: 20_000 });
    await expect(needsYou(page)).toContainText('Question in terminal');

    const tile = page.getByRole('button', { name: /^Cost today, estimated: .*Show usage over time$/ });
    await expect(tile).toContainText(/\d/);
    await tile.click();
    const sums = page.getByRole('table', { name: 'Usage by agent' });
    await expect(
      sums
        .getByRole('row')
        .filter({ hasText: /agent-\d+/ })
        .first(),
    ).toBeVisible();
    await expect(page.getByRole('img', { name: /^Estimated cost for each hour: \d+ bars/ })).toBeVisible();
    await expect(page.locator('[data-bar] rect').nth(1)).toBeAttached();
  });
});
