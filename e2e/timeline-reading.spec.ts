import type { Page } from '@playwright/test';
import { dated, expect, expectFaultless, faults, test } from './fixtures';
import { manyThings } from './timeline-answer';
import { ago, barPlace, drawer, lane, MINUTE, open, overlay, story, words } from './timeline-page';

const offer = (page: Page) => drawer(page).getByRole('button', { name: dated(/^View this moment · \d\d:\d\d:\d\d$/) });
const legend = (page: Page) => drawer(page).getByRole('list', { name: 'Legend' });
const canvas = (page: Page) => page.getByRole('img', { name: /^Timeline of/ });

test('legend: explains every mark, and can be hidden', async ({ page, swarm, server }) => {
  story(swarm);
  await server.start();
  await open(page, server);
  for (const text of ['running', 'stale', 'dead', 'lock held', 'question', 'not known', 'folded idle time']) {
    await expect(legend(page).getByText(text, { exact: true }).first()).toBeVisible();
  }
  const button = drawer(page).getByRole('button', { name: 'Legend' });
  await expect(button).toHaveAttribute('aria-pressed', 'true');
  await expectFaultless(
    page,
    async (width) => {
      if (width < 500) await page.getByRole('tab', { name: 'Timeline' }).click();
      if ((await button.getAttribute('aria-pressed')) === 'false') await button.click();
      await expect(legend(page)).toBeVisible();
    },
    { part: '#timeline' },
  );
  await button.click();
  await expect(legend(page)).toBeHidden();
});

test('timeline: before recording began, locks are drawn from their files and talk from messages', async ({
  page,
  swarm,
  server,
}) => {
  story(swarm);
  swarm.lock('src/old.ts', 'agent-2', 'started long ago', 40 * 60);
  await server.start();
  await open(page, server);
  await page.getByRole('button', { name: 'Fold idle time' }).click();
  // Half an hour ago: the lock of agent-2 is 40 minutes old, and the server has just started.
  const lock = await barPlace(page, 2, 0.5, true);
  await page.mouse.move(lock.x - 5, lock.y);
  await page.mouse.move(lock.x, lock.y);
  await expect(words(page)).toHaveText(/^agent-2 · held: src\/old\.ts · .* to .*, by its lock file$/);
  // agent-0 spoke 50 and 4 minutes ago; its health in between is not known, and nothing says otherwise.
  const place = await barPlace(page, 0, 0.5);
  await page.mouse.move(place.x, place.y);
  await expect(words(page)).toHaveText(
    dated(/^agent-0 · health not recorded before \d\d:\d\d:\d\d · messages from \d\d:\d\d:\d\d to \d\d:\d\d:\d\d · /),
  );
  await expect(lane(page, 'agent-2')).toHaveAccessibleName(/1 lock,/);
  expect(await inkPart(page)).toBeLessThan(0.1);
});

/** The part of the lanes between 35 and 45 minutes ago, in which nothing happened, that has any ink. */
function inkPart(page: Page): Promise<number> {
  return canvas(page).evaluate((element: HTMLCanvasElement) => {
    const [from, wide] = [Math.round(element.width * 0.25), Math.round(element.width * 0.16)];
    const high = Math.round(element.height / 3);
    const { data } = element.getContext('2d')?.getImageData(from, 0, wide, high) ?? { data: [] };
    let inked = 0;
    for (let index = 3; index < data.length; index += 4) if ((data[index] ?? 0) > 0) inked++;
    return inked / (data.length / 4);
  });
}

test('presets: the pressed one is marked by more than a shade, also with forced colours', async ({
  page,
  swarm,
  server,
}) => {
  story(swarm);
  await server.start();
  await open(page, server);
  /** Contrast of the pressed preset's background with the one beside it, by the formula of WCAG. */
  const contrast = () =>
    page.getByRole('group', { name: 'Time shown' }).evaluate((group) => {
      const context = Object.assign(document.createElement('canvas'), { width: 1, height: 1 }).getContext('2d', {
        willReadFrequently: true,
      });
      const luminance = (element: Element) => {
        context?.clearRect(0, 0, 1, 1);
        for (const colour of [
          getComputedStyle(document.documentElement).backgroundColor,
          getComputedStyle(element).backgroundColor,
        ]) {
          if (!context) continue;
          context.fillStyle = colour;
          context.fillRect(0, 0, 1, 1);
        }
        const [red = 0, green = 0, blue = 0] = [...(context?.getImageData(0, 0, 1, 1).data ?? [])].map((value) => {
          const part = value / 255;
          return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
        });
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
      };
      const [pressed, other] = ['true', 'false'].map((state) => group.querySelector(`[aria-pressed="${state}"]`));
      if (!pressed || !other) return 0;
      const [low = 0, high = 0] = [luminance(pressed), luminance(other)].sort((one, next) => one - next);
      return (high + 0.05) / (low + 0.05);
    });
  for (const forcedColors of ['none', 'active'] as const) {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ forcedColors, colorScheme });
      await expect.poll(contrast, `${forcedColors} ${colorScheme}`).toBeGreaterThan(3);
    }
  }
  await page.emulateMedia({ forcedColors: 'none' });
  await page.getByRole('button', { name: 'Day', exact: true }).click();
  await expect(page.getByRole('button', { name: 'Day', exact: true })).toHaveAttribute('aria-pressed', 'true');
  await expect.poll(contrast).toBeGreaterThan(3);
});

test('moment: a click selects and offers to view it; a double click or Enter views it', async ({
  page,
  swarm,
  server,
}) => {
  story(swarm);
  await server.start();
  await open(page, server);
  await page.getByRole('button', { name: 'Fold idle time' }).click();
  const place = await barPlace(page, 0, 0.5);
  await page.mouse.click(place.x, place.y);
  await expect(offer(page)).toBeFocused();
  expect(page.url()).not.toMatch(/[?&]at=/);
  expect(await faults(page, { part: '#timeline' })).toEqual([]);
  await page.keyboard.press('Escape');
  await expect(offer(page)).toBeHidden();

  // Nothing covers the offer: neither the tooltip nor, with forced colours, its own ground.
  await page.mouse.click(place.x, place.y);
  await expect(page.locator('.timeline-tooltip')).toBeVisible();
  const gap = async () => {
    const [tip, button] = [await page.locator('.timeline-tooltip').boundingBox(), await offer(page).boundingBox()];
    return (tip?.y ?? 0) - ((button?.y ?? 0) + (button?.height ?? 0));
  };
  await expect.poll(gap).toBeGreaterThan(0);
  await page.emulateMedia({ forcedColors: 'active' });
  const [text, ground] = await offer(page).evaluate((button) => [
    getComputedStyle(button).color,
    getComputedStyle(document.documentElement).backgroundColor,
  ]);
  expect(text).not.toBe(ground);
  await page.emulateMedia({ forcedColors: 'none' });
  await expect(offer(page)).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/[?&]at=/);
  await expect(offer(page)).toBeHidden();
  await page.goBack();
  await expect(page).not.toHaveURL(/[?&]at=/);

  await page.mouse.dblclick(place.x, place.y);
  await expect(page).toHaveURL(/[?&]at=/);
  const at = Date.parse(new URL(page.url()).searchParams.get('at') ?? '');
  expect(Math.abs(at - (Date.now() - 30 * MINUTE))).toBeLessThan(MINUTE);
  await page.goBack();

  // On the axis as in the lanes.
  const box = await overlay(page).boundingBox();
  await page.mouse.click(place.x, (box?.y ?? 0) - 10);
  await expect(offer(page)).toBeVisible();
  await page.getByRole('button', { name: 'Clear the selected moment' }).click();
  await expect(offer(page)).toBeHidden();

  // A message is selected and opened; Enter at the selected message views its moment.
  await lane(page, 'agent-0').focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/message=/);
  await expect(offer(page)).toBeVisible();
  await lane(page, 'agent-0').focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/[?&]at=/);
});

test('timeline: says that it is loading until the answer is there', async ({ page, swarm, server }) => {
  story(swarm);
  await server.start();
  const held: (() => void)[] = [];
  await page.route('**/api/timeline?*', async (route) => {
    await new Promise<void>((resolve) => held.push(resolve));
    await route.continue().catch(() => {});
  });
  await page.goto(`${server.url}/?view=timeline&span=1h`);
  await expect(drawer(page).getByText('Loading the timeline…')).toBeVisible();
  await expect.poll(() => held.length).toBe(1);
  held[0]?.();
  await expect(lane(page, 'agent-1')).toBeVisible();
  await expect(drawer(page).getByText(/Loading/)).toBeHidden();
  // A range that is not loaded yet.
  await page.getByRole('button', { name: 'Day', exact: true }).click();
  await expect(drawer(page).getByText('Loading…')).toBeVisible();
  await expect.poll(() => held.length).toBe(2);
  held[1]?.();
  await expect(drawer(page).getByText('Loading…')).toBeHidden();
});

test('timeline: with forced colours no part of the lanes is a blank box', async ({ page, swarm, server }) => {
  swarm.register([{ id: 'agent-0' }]);
  await server.start();
  await page.route('**/api/timeline?*', (route) => {
    const answer = manyThings(route.request().url(), { agents: 4, locks: 0, messages: 0 });
    const [first, last] = [answer.agents[0] ?? '', Date.parse(answer.until)];
    const iso = (minutes: number) => new Date(last - minutes * MINUTE).toISOString();
    // Two messages far apart, so that the time between them folds.
    const messages = [55, 3].map((minutes, index) => ({
      ...{ sender: first, type: 'INFO', at: iso(minutes), count: 1, cursor: `epoch.${index + 1}`, recipients: [] },
    }));
    return route.fulfill({ json: { ...answer, health: [], unknown: [], messages } });
  });
  await page.emulateMedia({ forcedColors: 'active', colorScheme: 'dark' });
  await open(page, server);
  await expect(page.locator('[data-lanes="4"]')).toBeVisible();
  /** The most columns side by side that have one opaque colour from top to bottom, other than the ground. */
  const widestBox = () =>
    canvas(page).evaluate((element: HTMLCanvasElement) => {
      const { width, height } = element;
      const { data } = element.getContext('2d')?.getImageData(0, 0, width, height) ?? { data: [] };
      const probe = document.body.appendChild(document.createElement('i'));
      probe.style.cssText = 'forced-color-adjust: none; color: Canvas';
      const ground = getComputedStyle(probe).color.match(/\d+/g)?.slice(0, 3).join();
      probe.remove();
      let [widest, run] = [0, 0];
      for (let x = 0; x < width; x++) {
        const colours = new Set<string>();
        // The line below each lane is one row of it.
        for (let y = 4; y < height / 4 - 6; y++) {
          const at = 4 * (y * width + x);
          colours.add((data[at + 3] ?? 0) < 250 ? 'ground' : [data[at], data[at + 1], data[at + 2]].join());
        }
        const [colour] = colours;
        run = colours.size === 1 && colour !== 'ground' && colour !== ground ? run + 1 : 0;
        widest = Math.max(widest, run);
      }
      return widest;
    });
  await expect.poll(widestBox).toBeLessThan(8);
  expect(await faults(page, { part: '#timeline' })).toEqual([]);
});

for (const viewport of [
  { width: 1024, height: 768 },
  { width: 1366, height: 768 },
]) {
  test(`drawer: leaves at least 300 px to the panels at ${viewport.width}x${viewport.height}`, async ({
    page,
    swarm,
    server,
  }) => {
    story(swarm);
    for (let index = 0; index < 6; index++) {
      swarm.send({ sender: `agent-${index % 3}`, timestamp: ago(20), msg_type: 'QUESTION', recipients: ['agent-0'] });
    }
    await server.start();
    await page.setViewportSize(viewport);
    await open(page, server);
    const panels = async () => (await page.locator('.panels-row').boundingBox())?.height ?? 0;
    expect(await panels()).toBeGreaterThanOrEqual(300);
    const line = page.getByRole('separator', { name: 'Height of the drawer' });
    await line.focus();
    await page.keyboard.press('End');
    await expect.poll(panels).toBeGreaterThanOrEqual(300);
    const [needsYou, row] = await Promise.all(
      ['#needs-you', '.panels-row'].map((part) => page.locator(part).boundingBox()),
    );
    expect((needsYou?.y ?? 0) + (needsYou?.height ?? 0)).toBeLessThanOrEqual((row?.y ?? 0) + 1);
    const content = await page.locator('#drawer-content').boundingBox();
    expect((content?.y ?? 0) + (content?.height ?? 0)).toBeLessThanOrEqual(viewport.height);
  });
}
