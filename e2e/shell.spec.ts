import { busy } from './busy';
import { connection, expect, faults, openLive, pageWidth, panel, test } from './fixtures';

const narrow = { width: 390, height: 844 };
const side = (page: Parameters<typeof panel>[0], name: 'agents' | 'locks') =>
  page.getByRole('separator', { name: `Width of ${name}` });

test('layout: everything fits on one screen, and each panel scrolls on its own', async ({ page, swarm, server }) => {
  busy(swarm);
  await server.start();
  await openLive(page, server);
  expect(await page.evaluate(() => document.documentElement.scrollHeight)).toBe(900);
  expect(await pageWidth(page)).toBe(1440);
  for (const name of ['Agents', 'Messages', 'Locks'] as const) {
    const box = await panel(page, name).boundingBox();
    expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThanOrEqual(900);
    expect(box?.height).toBeGreaterThan(300);
  }
});

test('layout: a small window leaves room for the messages, and nothing is cut off', async ({ page, swarm, server }) => {
  busy(swarm);
  await server.start();
  await page.setViewportSize({ width: 768, height: 1024 });
  await openLive(page, server);
  expect((await panel(page, 'Messages').boundingBox())?.width).toBeGreaterThan(340);
  const cut = await page
    .locator('dt span:visible, #locks label:visible')
    .evaluateAll((texts) => texts.filter((text) => text.scrollWidth > (text.parentElement?.clientWidth ?? 0)).length);
  expect(cut).toBe(0);
  expect(await faults(page)).toEqual([]);
});

test('layout: nothing shifts during hydration', async ({ page, swarm, server }) => {
  busy(swarm);
  await server.start();
  await page.addInitScript(() => {
    const shifts: number[] = [];
    Object.assign(window, { shifts });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) shifts.push((entry as PerformanceEntry & { value: number }).value);
    }).observe({ type: 'layout-shift', buffered: true });
  });
  for (const size of [{ width: 1440, height: 900 }, narrow]) {
    await page.setViewportSize(size);
    await openLive(page, server);
    await page.evaluate(() => document.fonts.ready);
    const sum = await page.evaluate(() =>
      (window as unknown as { shifts: number[] }).shifts.reduce((total, one) => total + one, 0),
    );
    expect(sum).toBeLessThan(0.02);
  }
});

test('layout: panels are resized by mouse and keys, and the server renders the sizes at the next visit', async ({
  page,
  swarm,
  server,
}) => {
  busy(swarm);
  await server.start();
  await openLive(page, server);
  const width = async (name: 'Agents' | 'Locks') => Math.round((await panel(page, name).boundingBox())?.width ?? 0);
  const before = { agents: await width('Agents'), locks: await width('Locks') };

  const line = await side(page, 'agents').boundingBox();
  await page.mouse.move(line?.x ?? 0, 600);
  await page.mouse.down();
  await page.mouse.move((line?.x ?? 0) + 80, 600, { steps: 4 });
  await page.mouse.up();
  await expect.poll(() => width('Agents')).toBe(before.agents + 80);

  await side(page, 'locks').focus();
  await page.keyboard.press('ArrowLeft');
  await expect.poll(() => width('Locks')).toBe(before.locks + 16);
  await expect(side(page, 'locks')).toHaveAttribute('aria-valuenow', String(before.locks + 16));

  await page.reload({ waitUntil: 'domcontentloaded' });
  expect(await width('Agents')).toBe(before.agents + 80);
  expect(await width('Locks')).toBe(before.locks + 16);
  await side(page, 'agents').dblclick();
  await expect.poll(() => width('Agents')).toBe(before.agents);
});

test('layout: panels collapse into a rail and come back; the last one stays', async ({ page, swarm, server }) => {
  busy(swarm);
  await server.start();
  await openLive(page, server);
  await page.getByRole('button', { name: 'Collapse agents' }).click();
  await expect(page.getByRole('region', { name: 'List of agents' })).toBeHidden();
  await side(page, 'locks').focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('region', { name: 'List of locks' })).toBeHidden();
  await expect(page.getByRole('button', { name: 'Collapse messages' })).toBeHidden();
  await page.reload();
  await expect(page.getByRole('region', { name: 'List of agents' })).toBeHidden();
  await expect(connection(page)).toHaveText(/Live/);
  await page.getByRole('button', { name: 'Show agents' }).click();
  await expect(page.getByRole('region', { name: 'List of agents' })).toBeVisible();
  await page.keyboard.press('3');
  await expect(page.getByRole('region', { name: 'List of locks' })).toBeVisible();
});

test.describe('on a narrow screen', () => {
  test.use({ viewport: narrow });

  test('layout: the panels are tabs', async ({ page, swarm, server }) => {
    busy(swarm);
    await server.start();
    await page.goto(`${server.url}/?lock=none`);
    const tab = (name: string) => page.getByRole('tab', { name });
    await expect(tab('Locks')).toHaveAttribute('aria-selected', 'true');
    await expect(page.getByRole('tabpanel', { name: 'Locks' })).toBeVisible();
    await expect(panel(page, 'Agents')).toBeHidden();
    await tab('Locks').focus();
    await page.keyboard.press('Home');
    await expect(tab('Agents')).toBeFocused();
    await expect(panel(page, 'Agents')).toBeVisible();
    await page.keyboard.press('ArrowRight');
    await expect(panel(page, 'Messages')).toBeVisible();
    await page.keyboard.press('4');
    await expect(page.getByRole('region', { name: 'Needs you' })).toBeVisible();
    await expect(panel(page, 'Messages')).toBeHidden();
    expect(await pageWidth(page)).toBe(390);
    expect(await page.evaluate(() => document.documentElement.scrollHeight)).toBe(844);
    expect(await faults(page)).toEqual([]);
  });

  test.describe('without JavaScript', () => {
    test.use({ javaScriptEnabled: false });

    test('layout: all parts are below each other', async ({ page, swarm, server }) => {
      busy(swarm);
      await server.start();
      await page.goto(server.url);
      for (const name of ['Agents', 'Messages', 'Locks'] as const) await expect(panel(page, name)).toBeVisible();
      await expect(page.getByRole('tablist')).toBeHidden();
    });
  });
});

test('theme: follows the system until one is chosen, and the server renders the chosen one', async ({
  page,
  server,
}) => {
  await server.start();
  await page.emulateMedia({ colorScheme: 'dark' });
  await openLive(page, server);
  const paper = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  const dark = await paper();
  await page.emulateMedia({ colorScheme: 'light' });
  await expect.poll(paper).not.toBe(dark);
  const light = await paper();

  await page.keyboard.press('t');
  await page.keyboard.press('t');
  await expect.poll(paper).toBe(dark);
  await expect(page.getByRole('button', { name: 'Theme: dark' })).toBeVisible();
  const answer = await page.reload();
  expect(await answer?.text()).toMatch(/<html[^>]* data-theme="dark"/);
  expect(await paper()).toBe(dark);
  await page.getByRole('button', { name: 'Theme: dark' }).click();
  await expect.poll(paper).toBe(light);
});

test.describe('with reduced motion', () => {
  test.use({ contextOptions: { reducedMotion: 'reduce' } });

  test('layout: nothing is animated', async ({ page, swarm, server }) => {
    busy(swarm);
    await server.start();
    await openLive(page, server);
    swarm.send({});
    swarm.lock('new.ts', 'agent-0');
    await expect(panel(page, 'Locks')).toContainText('new.ts');
    expect(await page.evaluate(() => document.getAnimations().length)).toBe(0);
  });
});

test('page: an error page says what to do', async ({ page, server, complaints }) => {
  complaints.allow(/404/);
  await server.start();
  await page.goto(`${server.url}/nothing`);
  await expect(page.getByRole('link', { name: 'the swarm' })).toBeVisible();
  expect(await faults(page)).toEqual([]);
});
