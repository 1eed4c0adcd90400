import type { AttentionAnswer } from '../lib/contract/schemas';
import { claudeProcess } from '../test/support/claude-process';
import { busy, goneProcess } from './busy';
import { expect, faults, openLive, panel, test } from './fixtures';

const needsYou = (page: Parameters<typeof panel>[0]) => page.getByRole('region', { name: 'Needs you' });

test('needs you: empty in a quiet swarm', async ({ page, swarm, server }) => {
  swarm.register([{ id: 'agent-0' }]);
  swarm.send({});
  await server.start();
  await openLive(page, server);
  await expect(needsYou(page)).toContainText('Nothing right now.');
  await expect(page).toHaveTitle('Claude Swarm');
});

test('needs you: items are listed by severity with their reasons, and link to their target', async ({
  page,
  swarm,
  server,
}) => {
  swarm.register([
    { id: 'agent-0' },
    { id: 'agent-4', pid: goneProcess(), age: 900 },
    { id: 'agent-1', pid: claudeProcess() },
  ]);
  swarm.send(
    ...Array.from({ length: 60 }, () => ({})),
    { content: 'never arrived', recipients: ['agent-7'], delivery_status: { 'agent-7': false } },
    ...Array.from({ length: 60 }, () => ({})),
  );
  swarm.lock('README.md', 'agent-4', 'installation steps', 280);
  swarm.lock('docs/b.md', 'agent-ghost');
  await server.start();
  await openLive(page, server);
  const entries = needsYou(page).getByRole('listitem');
  await expect(entries).toHaveCount(3);
  await expect(entries.first()).toContainText('Agent dead');
  await expect(entries.first()).toContainText('agent-4 is dead and holds a lock on README.md');
  await expect(page).toHaveTitle('(3) Claude Swarm');
  await expect(page.locator('link[rel="icon"]')).toHaveAttribute('href', '/static/icon-attention.svg');
  expect(await faults(page)).toEqual([]);

  await entries.filter({ hasText: 'Orphaned lock' }).getByRole('link').click();
  await expect(page).toHaveURL(/\?lock=/);
  await expect(panel(page, 'Locks').getByText('docs/b.md')).toBeInViewport();
  await entries.filter({ hasText: 'Delivery failed' }).getByRole('link').click();
  await expect(page).toHaveURL(/\?message=/);
  await expect(panel(page, 'Messages').getByText('never arrived')).toBeInViewport();
  await entries.first().getByRole('link').click();
  await expect(page).toHaveURL(/\?agent=agent-4/);
  await expect(page.getByRole('complementary')).toContainText('agent-4');
  await page.goBack();
  await expect(page).toHaveURL(/\?message=/);

  const top = async () => (await panel(page, 'Agents').boundingBox())?.y;
  const before = await top();
  swarm.release('docs/b.md', 'agent-ghost');
  await expect(page).toHaveTitle('(2) Claude Swarm');
  await expect(entries).toHaveCount(2);
  expect(await top()).toBe(before);
});

test('needs you: an unreadable source is reported once', async ({ page, swarm, server }) => {
  busy(swarm);
  await server.start();
  await openLive(page, server);
  swarm.writeRegistry('{"agents": [');
  const entry = needsYou(page).getByRole('listitem').filter({ hasText: 'Can’t be read' });
  await expect(entry).toContainText('registry');
  await expect(page.getByRole('list', { name: 'Problems with the data' })).toBeEmpty();
  await expect(panel(page, 'Agents')).toContainText('agent-0');
});

test('needs you: items are acknowledged and taken back with the mouse, for every viewer', async ({
  page,
  swarm,
  server,
  context,
}) => {
  swarm.register([{ id: 'agent-0' }]);
  swarm.lock('docs/a.md', 'ghost-1');
  swarm.lock('docs/b.md', 'ghost-2');
  await server.start();
  await openLive(page, server);
  const other = await context.newPage();
  await openLive(other, server);
  const item = needsYou(page).getByRole('listitem').filter({ hasText: 'docs/a.md' });
  await item.hover();
  await item.getByRole('button', { name: 'Acknowledge' }).click();
  for (const viewer of [page, other]) {
    await expect(needsYou(viewer).getByRole('listitem')).toHaveCount(1);
    await expect(needsYou(viewer)).toContainText('1 acknowledged');
    await expect(viewer).toHaveTitle('(1) Claude Swarm');
  }
  await needsYou(page).getByText('1 acknowledged').click();
  expect(await faults(page)).toEqual([]);
  await needsYou(page).getByRole('button', { name: 'Take back' }).click();
  await expect(needsYou(other)).not.toContainText('1 acknowledged');
  await expect(page).toHaveTitle('(2) Claude Swarm');
});

test('needs you: items are snoozed and acknowledged with keys, and the focus moves on', async ({
  page,
  swarm,
  server,
}) => {
  swarm.register([{ id: 'agent-0' }]);
  for (const name of ['a', 'b', 'c']) swarm.lock(`docs/${name}.md`, `ghost-${name}`);
  await server.start();
  await openLive(page, server);
  await expect(needsYou(page).getByRole('link')).toHaveCount(3);
  await page.keyboard.press('4');
  await page.keyboard.press('s');
  await expect(page.getByRole('button', { name: '15 min' })).toBeFocused();
  expect(await faults(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await expect(needsYou(page).getByRole('link').first()).toBeFocused();
  await page.keyboard.press('s');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect(needsYou(page)).toContainText('1 snoozed');
  await expect(needsYou(page).getByRole('link')).toHaveCount(2);
  await expect(needsYou(page).getByRole('link').first()).toBeFocused();
  await page.keyboard.press('a');
  await expect(needsYou(page)).toContainText('1 acknowledged, 1 snoozed');
  await expect(needsYou(page).getByRole('link')).toHaveCount(1);
});

test('needs you: the evidence of an item is shown below it', async ({ page, swarm, server }) => {
  swarm.register([{ id: 'agent-0' }]);
  swarm.lock('docs/a.md', 'ghost-1');
  await server.start();
  await openLive(page, server);
  await expect(needsYou(page).getByRole('link')).toHaveCount(1);
  const answer = await server.get<AttentionAnswer>('/api/attention');
  const why = {
    rule: 'The rule.',
    facts: ['One fact.', 'Another.'],
    threshold: 'older than 5 min',
    setting: 'SOME_SETTING',
  };
  const changed = { ...answer, attention: answer.attention.map((entry) => ({ ...entry, why })) };
  // Replaces the first state of the stream, so that the rule and its evidence are known to this test.
  const body = `event: attention\ndata: ${JSON.stringify(changed)}\n\n`;
  await page.route('**/api/stream*', (route) => route.fulfill({ contentType: 'text/event-stream', body }));
  await page.reload();
  const item = needsYou(page).getByRole('listitem').first();
  await item.hover();
  const reason = item.getByRole('button', { name: 'Why' });
  // The server renders the button before its script has come; until then a press does nothing.
  await expect(async () => {
    if ((await reason.getAttribute('aria-expanded')) !== 'true') await reason.click();
    await expect(item).toContainText('The rule.', { timeout: 1000 });
  }).toPass();
  for (const text of ['The rule.', ...why.facts, why.threshold, why.setting]) await expect(item).toContainText(text);
  expect(await faults(page)).toEqual([]);
  await item.getByRole('link').focus();
  await page.keyboard.press('w');
  await expect(item).not.toContainText('The rule.');
});

test('needs you: many items of one kind about one agent share a row, and are acknowledged together', async ({
  page,
  swarm,
  server,
}) => {
  swarm.register([{ id: 'agent-0' }, { id: 'agent-1' }]);
  const timestamp = new Date(Date.now() - 3_600_000).toISOString();
  for (let count = 0; count < 5; count++) {
    swarm.send({
      sender: 'agent-0',
      msg_type: 'QUESTION',
      content: `question ${count}`,
      recipients: ['agent-1'],
      timestamp,
    });
  }
  await server.start();
  await openLive(page, server);
  const group = needsYou(page).getByRole('button', { name: /Unanswered question \(5\)/ });
  await expect(group).toContainText('agent-0');
  await group.click();
  await expect(needsYou(page).getByRole('link')).toHaveCount(5);
  expect(await faults(page)).toEqual([]);
  await group.focus();
  await page.keyboard.press('a');
  await expect(needsYou(page)).toContainText('5 acknowledged');
  await expect(needsYou(page)).toContainText('Nothing right now.');
});

test('needs you: a failed acknowledgement is reported', async ({ page, swarm, server, complaints }) => {
  complaints.allow(/Failed to load resource/);
  swarm.register([{ id: 'agent-0' }]);
  swarm.lock('docs/a.md', 'ghost-1');
  await server.start();
  await openLive(page, server);
  await page.route('**/api/attention/**', (route) => route.abort());
  await needsYou(page).getByRole('link').focus();
  await page.keyboard.press('a');
  await expect(needsYou(page).getByRole('alert')).toContainText('The server does not answer. Check that it runs');
  await expect(needsYou(page).getByRole('link')).toHaveCount(1);
});

test.describe('notifications', () => {
  test.use({ permissions: ['notifications'] });

  test('appear for new items once they are switched on, while the page is in the background', async ({
    page,
    swarm,
    server,
  }) => {
    swarm.register([{ id: 'agent-0' }]);
    swarm.lock('old.md', 'ghost-0');
    await server.start();
    await page.addInitScript(() => {
      const shown: string[] = [];
      class NotificationLog {
        static granted = false;
        static reads = 0;
        static get permission() {
          NotificationLog.reads += 1;
          return NotificationLog.granted ? 'granted' : 'default';
        }
        static requestPermission() {
          NotificationLog.granted = true;
          return Promise.resolve('granted');
        }
        constructor(title: string) {
          shown.push(title);
        }
      }
      Object.assign(window, { Notification: NotificationLog, shown });
      document.hasFocus = () => false;
    });
    await openLive(page, server);
    const shown = () => page.evaluate(() => (window as unknown as { shown: string[] }).shown);
    await expect(needsYou(page).getByRole('link')).toHaveCount(1);
    // The permission is read from another process of the browser, so it is not read at every render.
    const reads = () => page.evaluate(() => (window.Notification as unknown as { reads: number }).reads);
    const readsBefore = await reads();
    swarm.lock('quiet.md', 'ghost-1');
    await expect(needsYou(page).getByRole('link')).toHaveCount(2);
    expect(await reads()).toBe(readsBefore);
    expect(await shown()).toEqual([]);

    await needsYou(page).getByRole('button', { name: 'Notify me' }).click();
    await expect(needsYou(page).getByRole('button', { name: 'Notifications are on' })).toBeVisible();
    swarm.lock('new.md', 'ghost-2');
    await expect.poll(shown).toEqual(['ghost-2 needs you']);
  });
});

test.describe('on a narrow screen', () => {
  test.use({ viewport: { width: 390, height: 844 } });

  test('needs you: with open items its tab is selected at first', async ({ page, swarm, server }) => {
    swarm.register([{ id: 'agent-0' }]);
    swarm.lock('docs/b.md', 'agent-ghost');
    await server.start();
    // The first page of a server is rendered before the rules have run.
    await openLive(page, server);
    await expect(page.getByRole('tab', { name: 'Needs you 1' })).toBeVisible();
    await page.reload();
    await expect(page.getByRole('tab', { name: 'Needs you 1' })).toHaveAttribute('aria-selected', 'true');
    await needsYou(page).getByRole('link').click();
    await expect(page.getByRole('tab', { name: 'Locks' })).toHaveAttribute('aria-selected', 'true');
    await expect(panel(page, 'Locks').getByText('docs/b.md')).toBeInViewport();
    expect(await faults(page)).toEqual([]);
    await page.goto(`${server.url}/?agent=agent-0`);
    await expect(page.locator('.detail-place')).toContainText('agent-0');
  });
});
