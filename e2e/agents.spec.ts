import { spawnSync } from 'node:child_process';
import type { Page } from '@playwright/test';
import { claudeProcess } from '../test/support/claude-process';
import { connection, dated, expect, expectFaultless, openLive, panel, pasted, test } from './fixtures';
import type { TestSwarm } from './swarm';

/** Six agents in two sessions with all healths, some of them with locks. */
function busy(swarm: TestSwarm): void {
  const gone = spawnSync(process.execPath, ['-e', '']).pid;
  swarm.register([
    { id: 'agent-10', pid: claudeProcess() },
    { id: 'agent-2', age: 10, model: 'opus', tags: ['a', 1], health: 'fine' },
    { id: 'agent-3', age: 120 },
    { id: 'agent-1', pid: gone, age: 400 },
    { id: 'agent-5', age: 7200 },
  ]);
  swarm.lock('src/gone.ts', 'agent-1', 'unfinished', 200);
  swarm.lock('src/here.ts', 'agent-10', 'tests');
  swarm.send({ sender: 'agent-10', msg_type: 'INFO', content: 'first' });
  swarm.send({
    sender: 'agent-10',
    msg_type: 'QUESTION',
    content: 'Which port\n\ndoes it use?',
    recipients: ['agent-2'],
  });
}

function agentRow(page: Page, id: string) {
  return page.locator(`[id="agent-${id}"]`);
}

function handle(page: Page, id: string) {
  return agentRow(page, id).getByRole('button', { name: id });
}

function detail(page: Page, id: string) {
  return page.getByRole('complementary', { name: id });
}

/** One of the numbers at the top of the page, with its words. */
function figure(page: Page, name: string) {
  const term = page.getByRole('term').filter({ hasText: new RegExp(`^${name}`) });
  return page.getByRole('region', { name: 'Numbers' }).locator('dl > div').filter({ has: term }).locator('dd').first();
}

/** The ids in the order of the list. */
function shownIds(page: Page) {
  return panel(page, 'Agents').locator('[data-row]').allTextContents();
}

test('agents: each row shows health, last message, locks and pane', async ({ page, swarm, server }) => {
  busy(swarm);
  await server.start();
  await openLive(page, server);
  const here = agentRow(page, 'agent-10');
  await expect(here).toContainText('running');
  await expect(here).not.toContainText('active');
  await expect(here.locator('svg').first()).toBeVisible();
  await expect(here).toContainText('QUESTION');
  await expect(here).toContainText('Which port does it use?');
  await expect(here).toContainText('1 lock');
  await expect(here.getByTitle('src/here.ts')).toBeVisible();
  await expect(agentRow(page, 'agent-5')).toContainText('has not spoken');
  await expect(agentRow(page, 'agent-1')).toContainText('1 orphaned');
  await handle(page, 'agent-10').click();
  for (const text of ['main:0.0', `${claudeProcess()}`, '%0', 'src/here.ts']) {
    await expect(detail(page, 'agent-10')).toContainText(text);
  }
});

test('agents: the time since the last message ticks', async ({ page, swarm, server }) => {
  swarm.register([{ id: 'agent-0', age: 30 }]);
  swarm.send({ sender: 'agent-0' });
  await server.start();
  await openLive(page, server);
  const spoke = agentRow(page, 'agent-0').locator('[aria-hidden="true"] > time');
  await expect(spoke).toHaveAttribute('title', /^Last message from this agent/);
  await expect(spoke).toHaveText(/^\d+ s$/);
  const before = await spoke.textContent();
  await expect(spoke).not.toHaveText(before ?? '');
});

test('agents: listed by id whatever happens, or by severity', async ({ page, swarm, server }) => {
  busy(swarm);
  await server.start();
  await openLive(page, server);
  const byId = ['agent-1', 'agent-2', 'agent-3', 'agent-5', 'agent-10'];
  expect(await shownIds(page)).toEqual(byId);
  swarm.lock('src/late.ts', 'agent-5', 'taken just now', 250);
  swarm.send({ sender: 'agent-10', msg_type: 'BLOCKED', content: 'no port', recipients: ['agent-2'] });
  await expect(agentRow(page, 'agent-5')).toContainText('1 lock');
  await expect(agentRow(page, 'agent-10')).toContainText('blocked');
  expect(await shownIds(page)).toEqual(byId);
  await panel(page, 'Agents').getByLabel('Sort agents:').selectOption('by severity');
  expect(await shownIds(page)).toEqual(['agent-1', 'agent-10', 'agent-3', 'agent-5', 'agent-2']);
  await page.reload();
  await expect.poll(() => shownIds(page)).toEqual(['agent-1', 'agent-10', 'agent-3', 'agent-5', 'agent-2']);
});

test('agents: a moved agent is marked, and an agent that left can still be found', async ({ page, swarm, server }) => {
  const pid = claudeProcess();
  const seven = { id: 'agent-7', pid, tmux_pane_id: '%5' };
  swarm.register([
    { id: 'agent-1', pid, tmux_pane_id: '%5', status: 'stale', age: 1, session_name: 'unknown' },
    { ...seven, session_name: 'unknown' },
    { id: 'agent-8' },
  ]);
  swarm.send({ sender: 'agent-7', content: 'the very first word' });
  swarm.send(...Array.from({ length: 80 }, () => ({ sender: 'agent-8' })));
  await server.start();
  await openLive(page, server);
  await expect(agentRow(page, 'agent-1')).toContainText('moved');
  await expect(agentRow(page, 'agent-7')).toContainText('the very first word');
  await expect(panel(page, 'Agents')).toContainText('no session · 2 agents');
  await expect(panel(page, 'Agents')).toContainText('1 moved');
  const name = await handle(page, 'agent-1').boundingBox();
  expect(name?.height).toBeLessThan(30);
  await expect(figure(page, 'Agents')).toContainText(/^2/);
  await agentRow(page, 'agent-1').getByRole('button', { name: 'now agent-7' }).click();
  await expect(page).toHaveURL(/agent=agent-7/);
  await expect(detail(page, 'agent-7')).toContainText(`claude runs (pid ${pid})`);
  await detail(page, 'agent-7').getByRole('link', { name: 'INFO the very first word' }).click();
  await expect(page).toHaveURL(/message=[^&]+\.1(&|$)/);
  swarm.register([{ ...seven }]);
  const left = panel(page, 'Agents').getByRole('list', { name: 'Agents that left' });
  await expect(panel(page, 'Agents')).toContainText('2 agents left in the last hour');
  await expect(left.getByRole('listitem')).toHaveCount(2);
  await left.getByRole('button', { name: 'agent-8' }).click();
  await expect(detail(page, 'agent-8')).toContainText('It left the registry at');
  await expect(detail(page, 'agent-8').locator('header')).toHaveText(/^agent-8left/);
  await expect(detail(page, 'agent-8').getByRole('region', { name: 'Last registry entry' })).toBeVisible();
  await detail(page, 'agent-8').getByRole('button', { name: 'Close' }).click();
  await expect(left.getByRole('button', { name: 'agent-8' })).toBeFocused();
  await page.keyboard.press('Control+k');
  await page.getByRole('dialog').getByRole('combobox').fill('left agent-1');
  await page.keyboard.press('Enter');
  await expect(detail(page, 'agent-1')).toContainText('It is listed as agent-7 now.');
  await expectFaultless(page, async () => {
    await expect(detail(page, 'agent-1')).toBeVisible();
  });
});

test('agents: more than five that left are collapsed until a person opens them, and then stay open', async ({
  page,
  swarm,
  server,
}) => {
  const here = { id: 'agent-0' };
  swarm.register([here, ...Array.from({ length: 6 }, (_, index) => ({ id: `agent-${index + 1}` }))]);
  await server.start();
  await openLive(page, server);
  swarm.register([here]);
  const left = panel(page, 'Agents').getByRole('list', { name: 'Agents that left' });
  const summary = panel(page, 'Agents').getByText('6 agents left in the last hour');
  await expect(summary).toBeVisible();
  await expect(left).toBeHidden();
  await summary.click();
  await expect(left.getByRole('listitem')).toHaveCount(6);
  const third = left.getByRole('button', { name: 'agent-3' });
  await third.click();
  await expect(third).toHaveAttribute('aria-pressed', 'true');
  await third.click();
  await expect(third).toHaveAttribute('aria-pressed', 'false');
  await expect(left).toBeVisible();
});

test('agents: a suspended process is marked beside the health until it runs again', async ({ page, swarm, server }) => {
  const pid = claudeProcess();
  swarm.register([{ id: 'agent-0', pid }]);
  await server.start();
  await openLive(page, server);
  try {
    process.kill(pid, 'SIGSTOP');
    await expect(agentRow(page, 'agent-0')).toContainText('suspended');
    await handle(page, 'agent-0').click();
    await expect(detail(page, 'agent-0')).toContainText(`claude is suspended (pid ${pid})`);
  } finally {
    process.kill(pid, 'SIGCONT');
  }
  await expect(detail(page, 'agent-0')).toContainText(`claude runs (pid ${pid})`);
});

test('numbers: open failed deliveries are counted, with the number of all beside it', async ({
  page,
  swarm,
  server,
}) => {
  const failed = { recipients: ['agent-1'], delivery_status: { 'agent-1': false }, success_count: 0, failure_count: 1 };
  swarm.register([{ id: 'agent-0' }, { id: 'agent-1' }]);
  swarm.send(failed);
  await server.start();
  await openLive(page, server);
  await expect(figure(page, 'Failed')).toHaveText('11 ever');
  swarm.send({ recipients: ['agent-1'], delivery_status: { 'agent-1': true } });
  await expect(figure(page, 'Failed')).toHaveText('01 ever');
});

test('agents: a last message without a readable time does not count as silence', async ({ page, swarm, server }) => {
  swarm.register([{ id: 'agent-0' }]);
  swarm.send({ sender: 'agent-0', content: 'when was that?', timestamp: 'some day' });
  await server.start();
  await openLive(page, server);
  await expect(agentRow(page, 'agent-0')).toContainText('spoke at an unknown time');
  await expect(agentRow(page, 'agent-0')).toContainText('when was that?');
  await handle(page, 'agent-0').click();
  await expect(detail(page, 'agent-0')).toContainText('at an unknown time: INFO when was that?');
});

test('agents: several sessions are groups, a single one is not', async ({ page, swarm, server }) => {
  swarm.register([{ id: 'agent-0' }, { id: 'agent-1', session_name: 'night-shift' }, { id: 'agent-2' }]);
  await server.start();
  await openLive(page, server);
  const headings = panel(page, 'Agents').getByRole('heading', { level: 3 });
  await expect(headings).toHaveText(['main · 2 agents', 'night-shift · 1 agent']);
  expect(await shownIds(page)).toEqual(['agent-0', 'agent-2', 'agent-1']);
  swarm.register([{ id: 'agent-0' }]);
  await expect(headings).toHaveCount(0);
});

test('agents: selecting one filters the locks, opens its detail and changes the address', async ({
  page,
  swarm,
  server,
}) => {
  busy(swarm);
  await server.start();
  await openLive(page, server);
  await agentRow(page, 'agent-10').getByText('Which port').click();
  await expect(page).toHaveURL(/agent=agent-10/);
  await expect(handle(page, 'agent-10')).toHaveAttribute('aria-pressed', 'true');
  await expect(panel(page, 'Locks').locator('[data-row]')).toHaveText(['src/here.ts']);
  await expect(detail(page, 'agent-10')).toContainText('src/here.ts');
  await handle(page, 'agent-10').click();
  await expect(page).not.toHaveURL(/agent=/);
  await expect(detail(page, 'agent-10')).toHaveCount(0);
  await expect(panel(page, 'Locks').locator('[data-row]')).toHaveCount(2);
});

test('agents: the list works with keys alone', async ({ page, swarm, server }) => {
  busy(swarm);
  await server.start();
  await openLive(page, server);
  await handle(page, 'agent-1').focus();
  await page.keyboard.press('ArrowDown');
  await expect(handle(page, 'agent-2')).toBeFocused();
  await page.keyboard.press('End');
  await expect(handle(page, 'agent-10')).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await expect(handle(page, 'agent-10')).toBeFocused();
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowUp');
  await expect(handle(page, 'agent-1')).toBeFocused();
  await expect(panel(page, 'Agents').locator('[data-row][tabindex="0"]')).toHaveCount(1);
  await page.keyboard.press('Enter');
  await expect(detail(page, 'agent-1')).toBeVisible();
  await expect(handle(page, 'agent-1')).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(detail(page, 'agent-1')).toHaveCount(0);
  await expect(page).not.toHaveURL(/agent=/);
  await page.keyboard.press('Enter');
  await detail(page, 'agent-1').getByRole('button', { name: 'Close' }).focus();
  await page.keyboard.press('Enter');
  await expect(detail(page, 'agent-1')).toHaveCount(0);
  await expect(handle(page, 'agent-1')).toBeFocused();
});

test('agents: the focus stays in the list when its row disappears', async ({ page, swarm, server }) => {
  swarm.register([{ id: 'agent-0' }, { id: 'agent-1' }, { id: 'agent-2' }]);
  await server.start();
  await openLive(page, server);
  await handle(page, 'agent-1').focus();
  swarm.register([{ id: 'agent-0' }, { id: 'agent-2' }]);
  await expect(handle(page, 'agent-2')).toBeFocused();
});

test('detail: shows every field of the registry, including unknown ones', async ({ page, swarm, server }) => {
  busy(swarm);
  await server.start();
  await page.goto(`${server.url}/?agent=agent-2`);
  const about = detail(page, 'agent-2');
  for (const text of ['model', 'opus', 'tags', '["a",1]', 'last_seen', 'tmux_pane_id', '%1', 'fine']) {
    await expect(about).toContainText(text);
  }
  await expect(about).toContainText('No locks.');
  await expect(about).toContainText('Which port');
});

test('detail: finds messages that the page has not loaded, and adds new ones', async ({ page, swarm, server }) => {
  swarm.register([{ id: 'agent-0' }, { id: 'agent-8' }]);
  swarm.send({ sender: 'agent-8', content: 'long ago' });
  swarm.send(...Array.from({ length: 120 }, () => ({})));
  await server.start();
  await openLive(page, server);
  await handle(page, 'agent-8').click();
  const about = detail(page, 'agent-8');
  await expect(about).toContainText('long ago');
  await expect(about.getByRole('listitem').filter({ hasText: 'long ago' })).toHaveCount(1);
  swarm.send({ sender: 'agent-0', recipients: ['agent-8'], content: 'just now' });
  await expect(about).toContainText('just now');
  await about.getByRole('listitem').filter({ hasText: 'just now' }).getByRole('link').click();
  await expect(page).toHaveURL(/message=[^&]+\.122/);
});

test('detail: shows the changes of health since the page was opened, and no more', async ({ page, swarm, server }) => {
  swarm.register([{ id: 'agent-0', age: 120 }]);
  await server.start();
  await openLive(page, server);
  await expect(agentRow(page, 'agent-0')).toContainText('stale');
  swarm.register([{ id: 'agent-0' }]);
  await expect(agentRow(page, 'agent-0')).toContainText('running');
  await handle(page, 'agent-0').click();
  const seen = detail(page, 'agent-0').getByRole('region', { name: 'Health since this page was opened' });
  await expect(seen.getByRole('listitem')).toHaveText([
    dated(/\d\d:\d\d:\d\d\s*running/),
    dated(/\d\d:\d\d:\d\d\s*stale/),
  ]);
  await expect(seen).toContainText(dated(/Health before \d\d:\d\d:\d\d is not shown here/));
});

test('detail: shows earlier health and earlier locks from the server', async ({ page, swarm, server }) => {
  swarm.register([{ id: 'agent-0', pid: claudeProcess() }]);
  swarm.lock('src/done.ts', 'agent-0');
  await server.start();
  await page.goto(`${server.url}/?agent=agent-0`);
  const about = detail(page, 'agent-0');
  await expect(about.getByRole('img', { name: /^Its health: running \d+ s/ })).toBeVisible();
  await expect(about.getByRole('region', { name: 'Its locks' })).toContainText('src/done.ts');
  swarm.release('src/done.ts', 'agent-0');
  await expect(about.getByRole('region', { name: 'Earlier locks' })).toContainText(
    dated(/src\/done\.ts.*until \d\d:\d\d:\d\d/),
  );
});

test.describe('with a clipboard', () => {
  test.use({ permissions: ['clipboard-write'] });

  test('detail: the command that jumps to the pane is copied and confirmed', async ({ page, swarm, server }) => {
    swarm.register([{ id: 'agent-0' }]);
    await server.start();
    await page.goto(`${server.url}/?agent=agent-0`);
    const about = detail(page, 'agent-0');
    await expect(about.getByText("tmux switch-client -t '%0'")).toBeVisible();
    // The server renders the button before its script has come; until then a press does nothing.
    await expect(async () => {
      await about.getByRole('button', { name: 'Copy: Within tmux' }).click();
      await expect(about.getByRole('status').filter({ hasText: 'Copied' })).toBeVisible({ timeout: 1000 });
    }).toPass();
    expect(await pasted(page)).toBe("tmux switch-client -t '%0'");
  });
});

test('agents: the counts of many states stay inside their panel', async ({ page, swarm, server }) => {
  busy(swarm);
  await server.start();
  await page.setViewportSize({ width: 800, height: 900 });
  await openLive(page, server);
  const agents = panel(page, 'Agents');
  const counts = agents.getByRole('button', { name: /^\d+ (running|stale|dead|unknown)$/ });
  expect(await counts.count()).toBeGreaterThan(3);
  const [place, last] = await Promise.all([agents.boundingBox(), counts.last().boundingBox()]);
  expect((last?.x ?? 0) + (last?.width ?? 0)).toBeLessThanOrEqual((place?.x ?? 0) + (place?.width ?? 0));
});

test('detail: without a clipboard the command is selected', async ({ page, swarm, server }) => {
  await page.addInitScript(() => Object.defineProperty(navigator, 'clipboard', { value: undefined }));
  swarm.register([{ id: 'agent-0' }]);
  await server.start();
  await page.goto(`${server.url}/?agent=agent-0`);
  await expect(connection(page)).toHaveText(/Live/);
  const about = detail(page, 'agent-0');
  await about.getByRole('button', { name: 'Copy: Within tmux' }).click();
  await expect(about.getByRole('status').filter({ hasText: 'Selected' })).toBeVisible();
  expect(await page.evaluate(() => String(window.getSelection()))).toBe("tmux switch-client -t '%0'");
});

test('detail: a pane with unsafe characters gets no command', async ({ page, swarm, server }) => {
  swarm.register([{ id: 'agent-0', tmux_pane_id: "%1'; rm -rf ~ #", pane_index: '$(id):0.1' }]);
  await server.start();
  await page.goto(`${server.url}/?agent=agent-0`);
  await expect(detail(page, 'agent-0')).toContainText('No command is offered');
  await expect(detail(page, 'agent-0').getByRole('button', { name: /Copy/ })).toHaveCount(0);
});

test('detail: opens for an agent that is not registered', async ({ page, swarm, server }) => {
  swarm.register([{ id: 'agent-0' }]);
  swarm.lock('src/a.ts', 'agent-ghost');
  await server.start();
  await openLive(page, server);
  await panel(page, 'Locks').getByRole('link', { name: 'agent-ghost' }).click();
  await expect(detail(page, 'agent-ghost')).toContainText('The registry does not list this agent.');
  await expect(detail(page, 'agent-ghost')).toContainText('src/a.ts');
  await expect(panel(page, 'Agents')).toContainText('agent-ghost is not registered.');
  await panel(page, 'Agents').getByRole('button', { name: 'Show all' }).click();
  await expect(detail(page, 'agent-ghost')).toHaveCount(0);
});

test('agents: data from before the registry became unreadable is marked as old', async ({ page, swarm, server }) => {
  swarm.register([{ id: 'agent-0' }]);
  await server.start();
  await openLive(page, server);
  swarm.writeRegistry('{"agents": [');
  await expect(panel(page, 'Agents')).toContainText(
    dated(/Old data from \d\d:\d\d:\d\d The registry is unreadable since \d\d:\d\d:\d\d/),
  );
  await expect(agentRow(page, 'agent-0')).toBeVisible();
  swarm.register([{ id: 'agent-0' }]);
  await expect(panel(page, 'Agents')).not.toContainText('Old data');
});

test.describe('on a narrow screen', () => {
  test.use({ viewport: { width: 390, height: 844 } });
  const tab = (page: Page, name: string) => page.getByRole('tab', { name });

  test('detail: a history that arrives later moves nothing below its bar', async ({ page, swarm, server }) => {
    busy(swarm);
    await server.start();
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    await page.route(/\/api\/agent\?/, async (route) => {
      await released;
      await route.continue();
    });
    await page.goto(`${server.url}/?agent=agent-10`);
    const about = detail(page, 'agent-10');
    const lock = about.getByRole('link', { name: 'src/here.ts' });
    await expect(lock).toBeVisible();
    await expect(connection(page)).toHaveText(/Live/);
    const before = await lock.boundingBox();
    release();
    await expect(about.getByRole('figure')).toBeVisible();
    expect((await lock.boundingBox())?.y).toBe(before?.y);
  });

  test('detail: an agent in the address is open, and its links open their own tabs', async ({
    page,
    swarm,
    server,
  }) => {
    busy(swarm);
    await server.start();
    await page.goto(`${server.url}/?agent=agent-10`);
    const about = detail(page, 'agent-10');
    await expect(about).toBeVisible();
    await expect(tab(page, 'Agents')).toHaveAttribute('aria-selected', 'true');
    await expect(connection(page)).toHaveText(/Live/);

    await about.getByRole('link', { name: 'src/here.ts' }).click();
    await expect(tab(page, 'Locks')).toHaveAttribute('aria-selected', 'true');
    await expect(panel(page, 'Locks').locator('[data-chosen]')).toContainText('src/here.ts');
    await expect(panel(page, 'Locks').getByRole('button', { name: 'src/here.ts' })).toBeInViewport();
    await expect(about).toBeHidden();

    await page.goBack();
    await expect(tab(page, 'Agents')).toHaveAttribute('aria-selected', 'true');
    await expect(about).toBeVisible();
    await about.getByRole('listitem').filter({ hasText: 'Which port' }).getByRole('link').click();
    await expect(tab(page, 'Messages')).toHaveAttribute('aria-selected', 'true');
    await expect(panel(page, 'Messages').getByText('Which port')).toBeInViewport();
    await expect(about).toBeHidden();

    await tab(page, 'Agents').click();
    await about.getByRole('region', { name: 'Its newest messages' }).getByRole('button', { name: 'Show all' }).click();
    await expect(panel(page, 'Messages')).toBeVisible();
    await tab(page, 'Agents').click();
    await about.getByRole('region', { name: 'Its locks' }).getByRole('button', { name: 'Show all' }).click();
    await expect(panel(page, 'Locks').locator('[data-row]')).toHaveText(['src/here.ts']);
    await panel(page, 'Locks').getByRole('link', { name: 'agent-10' }).click();
    await expect(about).toBeVisible();
  });
});

test.describe('where the detail covers the panels', () => {
  test.use({ viewport: { width: 900, height: 800 } });

  test('detail: closes when a link in it opens a panel', async ({ page, swarm, server }) => {
    busy(swarm);
    await server.start();
    await openLive(page, server);
    await handle(page, 'agent-10').click();
    await detail(page, 'agent-10').getByRole('link', { name: 'src/here.ts' }).click();
    await expect(detail(page, 'agent-10')).toHaveCount(0);
    await expect(panel(page, 'Locks').locator('[data-chosen]')).toContainText('src/here.ts');
  });
});

/** 20 or 40 agents with messages; every fifth needs attention. */
function crowd(swarm: TestSwarm, size: number): void {
  const gone = spawnSync(process.execPath, ['-e', '']).pid;
  swarm.register(
    Array.from({ length: size }, (_, index) => ({
      id: `agent-${index}`,
      ...(index % 5 === 4 ? { pid: gone, age: 900 } : { age: index }),
    })),
  );
  swarm.lock('src/held.ts', 'agent-3', 'work', 200);
  swarm.send(
    ...Array.from({ length: size }, (_, index) => ({ sender: `agent-${index}`, content: `Working on part ${index}.` })),
  );
}

/** The rows that are completely within the visible part of the list. */
function wholeRows(page: Page) {
  return page.getByRole('region', { name: 'List of agents' }).evaluate((list) => {
    const place = list.getBoundingClientRect();
    return [...list.querySelectorAll('li')].filter((row) => {
      const { top, bottom } = row.getBoundingClientRect();
      return top >= place.top && bottom <= place.bottom;
    }).length;
  });
}

for (const { density, size } of [
  { density: 'compact', size: 20 },
  { density: 'grid', size: 40 },
]) {
  test(`AgentsPanel: ${size} agents fit at 1440x900 as ${density}`, async ({ page, swarm, server }) => {
    crowd(swarm, size);
    await server.start();
    await openLive(page, server);
    await panel(page, 'Agents').getByLabel('Show agents as:').selectOption(density);
    await expect(panel(page, 'Agents').locator('[data-row]')).toHaveCount(size);
    expect(await wholeRows(page)).toBe(size);
    await expectFaultless(page, async (width) => {
      if (width === 390) await page.getByRole('tab', { name: 'Agents' }).click();
      await expect(handle(page, 'agent-0')).toBeVisible();
    });
  });
}

test('AgentCard: rows have one height each, which no change moves', async ({ page, swarm, server }) => {
  crowd(swarm, 8);
  await server.start();
  await openLive(page, server);
  const heights = () =>
    panel(page, 'Agents')
      .locator('li:has([data-row])')
      .evaluateAll((rows) => rows.map((row) => row.getBoundingClientRect().height));
  for (const [density, height] of [
    ['comfortable', 52],
    ['compact', 28],
    ['grid', 38],
  ] as const) {
    await panel(page, 'Agents').getByLabel('Show agents as:').selectOption(density);
    expect(new Set(await heights())).toEqual(new Set([height]));
  }
  await panel(page, 'Agents').getByLabel('Show agents as:').selectOption('comfortable');
  swarm.send({ sender: 'agent-0', content: `A long text.\n${'word '.repeat(200)}` });
  swarm.lock('src/a/very/long/path/that/goes/on/and/on/and/on/file.ts', 'agent-0', 'work', 200);
  await expect(agentRow(page, 'agent-0')).toContainText('A long text.');
  await expect(agentRow(page, 'agent-0')).toContainText('1 lock');
  expect(new Set(await heights())).toEqual(new Set([52]));
});

test('AgentsPanel: in the grid the arrow keys move in two directions', async ({ page, swarm, server }) => {
  crowd(swarm, 12);
  await server.start();
  await openLive(page, server);
  await panel(page, 'Agents').getByLabel('Show agents as:').selectOption('grid');
  const columns = await panel(page, 'Agents')
    .locator('ul:has([data-row])')
    .evaluate((list) => getComputedStyle(list).gridTemplateColumns.split(' ').length);
  expect(columns).toBeGreaterThan(1);
  await handle(page, 'agent-0').focus();
  await page.keyboard.press('ArrowRight');
  await expect(handle(page, 'agent-1')).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await expect(handle(page, `agent-${1 + columns}`)).toBeFocused();
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('ArrowLeft');
  await expect(handle(page, 'agent-0')).toBeFocused();
});

test('StateCounts: the head counts states in words, and a count filters', async ({ page, swarm, server }) => {
  busy(swarm);
  swarm.send({ sender: 'agent-2', msg_type: 'BLOCKED', content: 'The port is taken.', recipients: ['agent-10'] });
  await server.start();
  await openLive(page, server);
  const agents = panel(page, 'Agents');
  const head = agents.locator('p').first();
  await expect(head).toHaveText('1 running · 1 blocked · 1 stale · 1 unknown · 1 dead');
  await expect(agentRow(page, 'agent-2')).toContainText('agent-2 is blocked and waits for agent-10');
  await agents.getByRole('button', { name: '1 blocked' }).click();
  await expect(page).toHaveURL(/state=blocked/);
  expect(await shownIds(page)).toEqual(['agent-2']);
  await expectFaultless(page, async (width) => {
    if (width === 390) await page.getByRole('tab', { name: 'Agents' }).click();
    await expect(handle(page, 'agent-2')).toBeVisible();
  });
  await page.setViewportSize({ width: 1440, height: 900 });
  swarm.send({ sender: 'agent-10', content: 'Free now.', recipients: ['agent-2'] });
  await expect(agents).toContainText('No agent is blocked now.');
  await expect(head).toContainText('0 blocked');
  await agents.getByRole('button', { name: 'Show all agents' }).click();
  await expect(agents.locator('[data-row]')).toHaveCount(5);
  await figure(page, 'Agents').getByRole('button', { name: '1 dead' }).click();
  expect(await shownIds(page)).toEqual(['agent-1']);
  await figure(page, 'Agents')
    .getByRole('button', { name: /^Agents: 5/ })
    .click();
  await expect(agents.locator('[data-row]')).toHaveCount(5);
});

test('AgentCard: name and role come from the agent cards, and follow them', async ({ page, swarm, server }) => {
  swarm.register([{ id: 'agent-0' }, { id: 'agent-1' }]);
  await server.start();
  await openLive(page, server);
  swarm.writeCards({ 'agent-0': { name: 'Ada', description: 'Plans the release.' } });
  await expect(agentRow(page, 'agent-0')).toContainText('Ada · Plans the release.');
  await expect(agentRow(page, 'agent-1')).not.toContainText('Ada');
  await handle(page, 'agent-0').click();
  await expect(detail(page, 'agent-0')).toContainText('Plans the release.');
  swarm.writeCards({ 'agent-0': { name: 'Ada', description: 'Tests it.' } });
  await expect(agentRow(page, 'agent-0')).toContainText('Ada · Tests it.');
});

test('StatsPanel: each tile opens what it counts', async ({ page, swarm, server }) => {
  busy(swarm);
  swarm.lock('src/old.ts', 'agent-10', 'long ago', 4000);
  const failed = { recipients: ['agent-1'], delivery_status: { 'agent-1': false }, success_count: 0, failure_count: 1 };
  swarm.send({ ...failed, content: 'Are you there?' });
  await server.start();
  await openLive(page, server);
  const tile = (name: RegExp) => page.getByRole('region', { name: 'Numbers' }).getByRole('button', { name });
  await tile(/^Stale locks: 1/).click();
  await expect(page).toHaveURL(/locks=stale/);
  await expect(panel(page, 'Locks').locator('[data-row]')).toHaveText(['src/old.ts']);
  await expect(panel(page, 'Locks')).toContainText('1 lock past the timeout.');
  await tile(/^Locks: 3/).click();
  await expect(panel(page, 'Locks').locator('[data-row]')).toHaveCount(3);
  await tile(/^Messages a minute: 3/).click();
  await expect(page).toHaveURL(/since=/);
  await expect(panel(page, 'Messages').getByText('Are you there?')).toBeVisible();
  await tile(/^Failed deliveries, open: 1/).click();
  const list = page.getByRole('dialog', { name: 'Open failed deliveries' });
  await expect(list.getByRole('listitem')).toHaveCount(1);
  await expect(list).toContainText('did not reach agent-1');
  await expect(list.getByRole('link', { name: 'Show the message' })).toBeFocused();
  await expectFaultless(page, async () => {
    if (!(await list.isVisible())) await tile(/^Failed deliveries, open: 1/).click();
    await expect(list).toBeInViewport();
  });
  await list.getByRole('link', { name: 'Show the message' }).click();
  await expect(page).toHaveURL(/message=[^&]+\.3(&|$)/);
  await expect(list).toBeHidden();
});

test('StatsPanel: numbers are large, no label is below 11 px, and a flat figure has no line', async ({
  page,
  swarm,
  server,
}) => {
  swarm.register([{ id: 'agent-0' }]);
  await server.start();
  await openLive(page, server);
  const numbers = page.getByRole('region', { name: 'Numbers' });
  const sizes = await numbers
    .locator('dt, dd, button')
    .evaluateAll((parts) => parts.map((part) => Number.parseFloat(getComputedStyle(part).fontSize)));
  expect(Math.min(...sizes)).toBeGreaterThanOrEqual(11);
  expect(Math.max(...sizes)).toBeGreaterThanOrEqual(19);
  await expect(numbers.locator('svg[role="img"]')).toHaveCount(0);
  swarm.lock('src/a.ts', 'agent-0');
  await expect(numbers.getByRole('img', { name: /^Locks: between 0 and 1/ })).toBeVisible();
});

test('detail: accessible and fully reachable in every theme and width', async ({ page, swarm, server }) => {
  busy(swarm);
  await server.start();
  await openLive(page, server);
  await agentRow(page, 'agent-1').getByText('is gone').click();
  await expectFaultless(page, async (width) => {
    if (width === 390) await page.getByRole('tab', { name: 'Agents' }).click();
    await expect(detail(page, 'agent-1')).toBeInViewport();
    await expect(detail(page, 'agent-1')).toContainText('src/gone.ts');
    await expect(detail(page, 'agent-1')).toContainText('agent-10 → agent-1');
  });
});
