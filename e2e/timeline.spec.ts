import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TimelineAnswer } from '../lib/contract/past-schemas';
import type { AgentsAnswer } from '../lib/contract/schemas';
import { connection, dated, expect, faults, pageWidth, panel, test } from './fixtures';
import { manyThings } from './timeline-answer';
import {
  barPlace,
  CLOCKS,
  drawer,
  lane,
  MINUTE,
  nearby,
  open,
  opener,
  overlay,
  recent,
  shownSpan,
  story,
  words,
  written,
} from './timeline-page';

const narrow = { width: 390, height: 844 };

/** The local time, as in a log line, of a moment this many milliseconds ago. */
test('drawer: opens by key, by its row and by the address, and keeps its state', async ({ page, swarm, server }) => {
  story(swarm);
  await server.start();
  await page.goto(server.url);
  await expect(connection(page)).toHaveText(/Live/);
  await expect(opener(page)).toHaveAttribute('aria-expanded', 'false');
  await page.keyboard.press('5');
  await expect(opener(page)).toHaveAttribute('aria-expanded', 'true');
  await expect(opener(page)).toBeFocused();
  await expect(page).toHaveURL(/view=timeline/);
  await expect(lane(page, 'agent-1')).toBeVisible();

  const line = page.getByRole('separator', { name: 'Height of the drawer' });
  const height = async () => Math.round((await page.locator('#drawer-content').boundingBox())?.height ?? 0);
  const before = await height();
  await line.focus();
  await page.keyboard.press('ArrowUp');
  await expect.poll(height).toBe(before + 16);
  const edge = await line.boundingBox();
  await page.mouse.move(600, edge?.y ?? 0);
  await page.mouse.down();
  await page.mouse.move(600, (edge?.y ?? 0) - 60, { steps: 4 });
  await page.mouse.up();
  await expect.poll(height).toBe(before + 76);

  // The server renders it in its place, before any script has run.
  await page.goto(server.url, { waitUntil: 'commit' });
  await expect(opener(page)).toHaveAttribute('aria-expanded', 'true');
  expect(await height()).toBe(before + 76);
  await expect(lane(page, 'agent-1')).toBeVisible();
  await page.keyboard.press('5');
  await page.keyboard.press('5');
  await expect(opener(page)).toHaveAttribute('aria-expanded', 'false');
  await page.reload();
  await expect(opener(page)).toHaveAttribute('aria-expanded', 'false');
});

test('timeline: each agent has a lane, and messages of the stream appear in it at once', async ({
  page,
  swarm,
  server,
}) => {
  story(swarm);
  await server.start();
  await open(page, server);
  await expect(lane(page, 'agent-0')).toHaveAccessibleName(/2 messages, 0 locks, running/);
  await expect(lane(page, 'agent-1')).toHaveAccessibleName(/2 messages, 1 lock, /);
  swarm.send({ sender: 'agent-2', recipients: ['agent-0'] });
  await expect(lane(page, 'agent-2')).toHaveAccessibleName(/2 messages, 0 locks/);
  swarm.lock('src/new.ts', 'agent-2');
  await expect(lane(page, 'agent-2')).toHaveAccessibleName(/2 messages, 1 lock, /);
  swarm.send({ sender: 'stranger', recipients: ['agent-0'] });
  await expect(lane(page, 'stranger')).toHaveAccessibleName(/1 message, 0 locks, not registered/);
});

test('timeline: the pointed thing is described, and a click opens it', async ({ page, swarm, server }) => {
  const storyEnd = story(swarm);
  await server.start();
  const { since, until, query } = recent();
  await open(page, server, query);
  await page.getByRole('button', { name: 'Fold idle time' }).click();

  const question = await barPlace(page, 2, (storyEnd - 5 * MINUTE - since) / (until - since));
  await nearby(page, question, dated(/agent-2 · QUESTION to agent-0, agent-1 · \d\d:\d\d:\d\d/));
  await expect(page.locator('.timeline-tooltip')).toBeVisible();
  await page.mouse.down();
  await page.mouse.up();
  await expect(page).toHaveURL(/message=/);
  await expect(panel(page, 'Messages').locator('[aria-current="true"]')).toContainText('QUESTION');

  await page.getByRole('button', { name: '15 min' }).click();
  // The bar starts with the server, some seconds ago: it must be wide enough to be hit.
  const begun = await barPlace(page, 1, 0.988, true);
  await expect
    .poll(async () => {
      await page.mouse.move(begun.x, begun.y - 4);
      await page.mouse.move(begun.x, begun.y);
      return words(page).textContent();
    })
    .toMatch(/agent-1 · held: src\/parser\.ts · since/);
  const held = await barPlace(page, 1, 0.995, true);
  await page.mouse.click(held.x, held.y);
  await expect(page).toHaveURL(/lock=/);

  await page.goto(`${server.url}/${query}`);
  await expect(page.locator('[data-loaded="true"]')).toBeVisible();
  const empty = await barPlace(page, 0, 0.1);
  await page.mouse.move(empty.x - 9, empty.y);
  await page.mouse.move(empty.x, empty.y);
  await expect(page.locator('.timeline-tooltip')).toContainText(dated(/Select \d\d:\d\d:\d\d/));
  await page.mouse.click(empty.x, empty.y);
  const offer = drawer(page).getByRole('button', { name: dated(/^View this moment · \d\d:\d\d:\d\d$/) });
  await expect(offer).toBeVisible();
  expect(page.url()).not.toMatch(/[?&]at=/);
  await offer.click();
  await expect(page).toHaveURL(/[?&]at=/);
  const at = Date.parse(new URL(page.url()).searchParams.get('at') ?? '');
  expect(Math.abs(at - (since + 0.1 * (until - since)))).toBeLessThan(2000);
});

test('timeline: wheel and drag zoom and move, and the address has the range without extra steps in the browser’s history', async ({
  page,
  swarm,
  server,
}) => {
  story(swarm);
  await server.start();
  await open(page, server);
  await page.getByRole('button', { name: 'Fold idle time' }).click();
  const steps = await page.evaluate(() => window.history.length);
  const place = await barPlace(page, 0, 0.5);
  await page.mouse.move(place.x, place.y);
  await page.mouse.wheel(0, 300);
  expect(new URL(page.url()).searchParams.get('span')).toBe('1h');
  await expect(drawer(page).getByText(CLOCKS)).toHaveCount(0);

  await page.keyboard.down('Control');
  for (let turn = 0; turn < 5; turn++) await page.mouse.wheel(0, -100);
  await page.keyboard.up('Control');
  await written(page);
  const zoomed = shownSpan(page);
  expect(zoomed.until - zoomed.since).toBeLessThan(40 * MINUTE);
  await expect(drawer(page).getByText(CLOCKS)).toBeVisible();
  // The moment under the pointer stays there: the middle of an hour.
  const middle = (zoomed.since + zoomed.until) / 2;
  expect(Math.abs(middle - (Date.now() - 30 * MINUTE))).toBeLessThan(2 * MINUTE);

  await page.mouse.down();
  await page.mouse.move(place.x + 200, place.y, { steps: 6 });
  await page.mouse.up();
  await expect.poll(() => shownSpan(page).since).toBeLessThan(zoomed.since - MINUTE);
  const dragged = shownSpan(page);
  expect(Math.abs(dragged.until - dragged.since - (zoomed.until - zoomed.since))).toBeLessThan(1000);
  expect(page.url()).not.toMatch(/[?&]at=/);

  await page.keyboard.down('Shift');
  await page.mouse.wheel(0, 150);
  await page.keyboard.up('Shift');
  await expect.poll(() => shownSpan(page).since).toBeGreaterThan(dragged.since + MINUTE);
  const moved = shownSpan(page);

  const box = await overlay(page).boundingBox();
  await page.mouse.move(place.x, (box?.y ?? 0) - 10);
  await page.mouse.wheel(0, -200);
  await expect
    .poll(() => shownSpan(page).until - shownSpan(page).since)
    .toBeLessThan(moved.until - moved.since - MINUTE);
  expect(await page.evaluate(() => window.history.length)).toBe(steps);

  const link = page.url();
  const shared = shownSpan(page);
  await page.goto('about:blank');
  await page.goto(link);
  await expect(page.locator('[data-loaded="true"]')).toBeVisible();
  expect(shownSpan(page)).toEqual(shared);
  await expect(page.getByRole('button', { name: 'Now', exact: true })).toBeVisible();
  await page.getByRole('button', { name: 'Day', exact: true }).click();
  await expect(page).toHaveURL(/span=1d/);
  await expect(page.getByRole('button', { name: 'Now', exact: true })).toBeHidden();
});

test('timeline: idle time folds into a break, and unfolds', async ({ page, swarm, server }) => {
  story(swarm);
  await server.start();
  await open(page, server);
  const fold = page.getByRole('button', { name: 'Fold idle time' });
  await expect(fold).toHaveAttribute('aria-pressed', 'true');
  // Forty-five quiet minutes are folded: far to the left is a moment shortly before the newer messages.
  const shown = async () => {
    const place = await barPlace(page, 2, 0.6);
    await page.mouse.move(place.x, place.y - 1);
    await page.mouse.move(place.x, place.y);
    await expect(page.locator('.timeline-tooltip')).toContainText('Select');
    const [clock = ''] =
      /\d\d:\d\d:\d\d/.exec((await page.locator('.timeline-tooltip').textContent())?.split('Select')[1] ?? '') ?? [];
    return clock;
  };
  const folded = await shown();
  await fold.click();
  await expect(fold).toHaveAttribute('aria-pressed', 'false');
  await expect.poll(shown).not.toBe(folded);
  await page.reload();
  await expect(fold).toHaveAttribute('aria-pressed', 'false');
});

test('timeline: works with keys alone', async ({ page, swarm, server }) => {
  story(swarm);
  await server.start();
  await page.goto(`${server.url}/?span=1h`);
  await expect(connection(page)).toHaveText(/Live/);
  await page.keyboard.press('5');
  await expect(opener(page)).toBeFocused();
  await expect(lane(page, 'agent-0')).toBeVisible();
  while (!(await lane(page, 'agent-0').evaluate((button) => button === document.activeElement))) {
    await page.keyboard.press('Tab');
  }
  await page.keyboard.press('ArrowRight');
  await expect(words(page)).toHaveText(/agent-0 · TASK-DELEGATION to agent-1/);
  await page.keyboard.press('ArrowDown');
  await expect(lane(page, 'agent-1')).toBeFocused();
  await expect(words(page)).toHaveText(/agent-1 · ACK to agent-0/);
  await page.keyboard.press('ArrowRight');
  await expect(words(page)).toHaveText(/agent-1 · (held: src\/parser|BLOCKED to everyone)/);
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  // Not compared as a whole: the time that it has been held goes on.
  const last = /agent-1 · held: src\/parser\.ts · since /;
  await expect(words(page)).toHaveText(last);
  await page.keyboard.press('ArrowRight');
  await expect(words(page)).toHaveText(last);

  await page.keyboard.press('+');
  await written(page);
  const zoomed = shownSpan(page);
  await page.keyboard.press('Shift+ArrowLeft');
  await expect.poll(() => shownSpan(page).since).toBeLessThan(zoomed.since);
  await page.keyboard.press('Home');
  await expect.poll(() => shownSpan(page).since).toBeLessThan(Date.now() - 45 * MINUTE);
  await page.keyboard.press('End');
  await expect.poll(() => shownSpan(page).until).toBeGreaterThan(Date.now() - MINUTE);

  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('Escape');
  await expect(words(page)).toBeEmpty();
  await page.keyboard.press('ArrowLeft');
  await expect(words(page)).toHaveText(/held: src\/parser\.ts/);
  await page.keyboard.press('ArrowLeft');
  await expect(words(page)).toHaveText(/BLOCKED/);
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/message=/);
  await expect(panel(page, 'Messages').locator('[aria-current="true"]')).toContainText('BLOCKED');
});

test('timeline: a boundary shows where another process takes over an id, and the detail lists both', async ({
  page,
  swarm,
  server,
}) => {
  swarm.register([{ id: 'agent-0' }, { id: 'agent-1', pid: 4_194_500, tmux_pane_id: '%7' }]);
  await server.start();
  const pidOf = async () => {
    const { agents } = await server.get<AgentsAnswer>('/api/agents');
    return agents.find(({ id }) => id === 'agent-1')?.pid;
  };
  await expect.poll(pidOf).toBe(4_194_500);
  swarm.register([{ id: 'agent-0' }, { id: 'agent-1', pid: 4_194_501, tmux_pane_id: '%8' }]);
  await expect.poll(pidOf).toBe(4_194_501);
  await open(page, server, '?view=timeline&span=15m');
  await expect(lane(page, 'agent-1')).toContainText('1 former process');
  await lane(page, 'agent-1').focus();
  await page.keyboard.press('ArrowLeft');
  await expect(words(page)).toContainText(
    dated(/agent-1 · another process has this id since \d\d:\d\d:\d\d · pid 4194501, pane %8/),
  );
  await page.keyboard.press('Enter');
  const lives = page.getByRole('region', { name: 'Processes with this id' }).getByRole('listitem');
  await expect(lives).toHaveText([
    dated(/^pid 4194501 in pane %8, since \d\d:\d\d:\d\d$/),
    dated(/^pid 4194500 in pane %7, (?:\d\d:\d\d:\d\d to|until) \d\d:\d\d:\d\d/),
  ]);
});

test('timeline: drawn in both themes, and again when the theme changes', async ({ page, swarm, server }) => {
  story(swarm);
  await server.start();
  await page.emulateMedia({ colorScheme: 'light' });
  await open(page, server);
  /** The average brightness of the drawn pixels of the lanes. */
  const brightness = () =>
    page.getByRole('img', { name: /^Timeline of/ }).evaluate((canvas: HTMLCanvasElement) => {
      const copy = Object.assign(document.createElement('canvas'), { width: canvas.width, height: canvas.height });
      const context = copy.getContext('2d');
      context?.drawImage(canvas, 0, 0);
      const { data } = context?.getImageData(0, 0, canvas.width, canvas.height) ?? { data: [] };
      let [sum, count] = [0, 0];
      for (let index = 0; index < data.length; index += 4) {
        if ((data[index + 3] ?? 0) < 250) continue;
        sum += data[index] ?? 0;
        count++;
      }
      return sum / count;
    });
  await expect.poll(brightness).toBeGreaterThan(150);
  expect(await faults(page)).toEqual([]);
  await page.emulateMedia({ colorScheme: 'dark' });
  await expect.poll(brightness).toBeLessThan(120);
  expect(await faults(page)).toEqual([]);
});

test('timeline: while little time is known, little time is shown', async ({ page, swarm, server }) => {
  story(swarm);
  await server.start();
  await open(page, server, '?view=timeline');
  await expect(page.getByRole('button', { name: '15 min' })).toHaveAttribute('aria-pressed', 'true');
});

test('timeline: lanes beyond the maximum are reachable', async ({ page, swarm, server }) => {
  swarm.register([{ id: 'agent-0' }]);
  await server.start();
  await page.route('**/api/timeline?*', (route) => {
    const url = route.request().url();
    const rest = new URL(url).searchParams.get('after_agent') !== null;
    const answer = manyThings(url, { agents: rest ? 3 : 250, locks: 0, messages: 10 });
    const agents = rest ? ['later-0', 'later-1', 'later-2'] : answer.agents;
    return route.fulfill({ json: { ...answer, agents, next_agent: rest ? null : 'agent-249' } });
  });
  await open(page, server);
  const lanes = page.getByRole('list', { name: 'Lanes' }).getByRole('listitem');
  await expect(lanes).toHaveCount(250);
  await expect(drawer(page)).toContainText('The first 250 agents, by name; more are not shown.');
  await drawer(page).getByRole('button', { name: 'Show the next' }).click();
  await expect(lanes).toHaveCount(3);
  await expect(drawer(page)).toContainText('these are the last');
  await drawer(page).getByRole('button', { name: 'Back to the first' }).click();
  await expect(lanes).toHaveCount(250);
});

test.describe('on a narrow screen', () => {
  test.use({ viewport: narrow, hasTouch: true });

  test('timeline: names of any width do not make the page wider than the screen', async ({ page, swarm, server }) => {
    swarm.register([{ id: 'agent-0' }, { id: 'agent-11' }]);
    await server.start();
    await open(page, server);
    expect(await pageWidth(page)).toBe(390);
  });

  test('timeline: has a tab of its own; the first touch describes a thing, the second opens it', async ({
    page,
    swarm,
    server,
  }) => {
    story(swarm);
    await server.start();
    await page.goto(server.url);
    await page.getByRole('tab', { name: 'Timeline' }).click();
    await expect(page.getByRole('tabpanel', { name: 'Timeline' })).toBeVisible();
    await expect(lane(page, 'agent-2')).toBeVisible();
    await expect(panel(page, 'Agents')).toBeHidden();
    expect(await pageWidth(page)).toBe(390);
    expect(await faults(page)).toEqual([]);
    // In a range of an hour, the few seconds since the server started are at most one pixel wide.
    await page.getByRole('button', { name: '15 min' }).click();
    const held = await barPlace(page, 1, 0.992, true);
    await page.touchscreen.tap(held.x, held.y);
    await expect(page.locator('.timeline-tooltip')).toContainText('held: src/parser.ts');
    expect(page.url()).not.toContain('lock=');
    await page.touchscreen.tap(held.x, held.y);
    await expect(page).toHaveURL(/lock=/);
    await expect(panel(page, 'Locks')).toBeVisible();
  });

  test('timeline: two fingers zoom, and the moments under them stay there', async ({ page, swarm, server }) => {
    story(swarm);
    await server.start();
    await open(page, server);
    await page.getByRole('button', { name: 'Fold idle time' }).click();
    const { x, y } = await barPlace(page, 0, 0.5);
    const touch = await page.context().newCDPSession(page);
    const fingers = (type: 'touchStart' | 'touchMove' | 'touchEnd', apart: number | null) => {
      const places = apart === null ? [] : [x - apart, x + apart];
      const touchPoints = places.map((at, id) => ({ x: at, y, id }));
      return touch.send('Input.dispatchTouchEvent', { type, touchPoints });
    };
    await fingers('touchStart', 20);
    for (const apart of [30, 45, 60, 80]) await fingers('touchMove', apart);
    await fingers('touchEnd', null);
    await written(page);
    const { since, until } = shownSpan(page);
    // Four times the distance: a quarter of an hour in the middle of the shown hour.
    expect(Math.abs(until - since - 15 * MINUTE)).toBeLessThan(MINUTE);
    expect(Math.abs((since + until) / 2 - (Date.now() - 30 * MINUTE))).toBeLessThan(2 * MINUTE);
    expect(page.url()).not.toMatch(/[?&](at|message|lock)=/);
  });
});

test.describe('with a history that outlives the server', () => {
  test.use({
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads what a fixture needs from this pattern
    settings: async ({}, use) => {
      const folder = mkdtempSync(join(tmpdir(), 'swarm-e2e-history-'));
      await use({ SWARM_HISTORY: join(folder, 'history.sqlite') });
      rmSync(folder, { recursive: true, force: true });
    },
  });

  test('timeline: the time in which no server ran is shown as not known', async ({
    page,
    swarm,
    server,
    complaints,
  }) => {
    complaints.allow(/^Failed to load resource/);
    story(swarm);
    await server.start();
    await open(page, server, '?view=timeline&span=15m');
    await expect(lane(page, 'agent-0')).toHaveAccessibleName(/running/);
    await server.stop('SIGKILL');
    await expect(connection(page)).toHaveText(/Disconnected/);
    // While the page is disconnected, the newest time is not known either.
    const edge = await barPlace(page, 0, 0.995);
    await expect
      .poll(async () => {
        await page.mouse.move(edge.x - 5, edge.y);
        await page.mouse.move(edge.x, edge.y);
        return words(page).textContent();
      })
      .toMatch(/not known .* This page is not connected/);
    const killed = Date.now();
    await expect.poll(() => Date.now() - killed, { timeout: 20_000 }).toBeGreaterThan(6000);
    await server.start();
    await expect(connection(page)).toHaveText(/Live/, { timeout: 45_000 });
    const unknown = await server
      .get<TimelineAnswer>('/api/timeline')
      .then((answer) => answer.unknown.find(({ since, until }) => since !== null && until !== null));
    const middle = (Date.parse(unknown?.since ?? '') + Date.parse(unknown?.until ?? '')) / 2;
    const iso = (time: number) => new Date(time).toISOString();
    await open(page, server, `?view=timeline&span=${iso(middle - MINUTE)}/${iso(middle + 4000)}`);
    const place = await barPlace(page, 0, MINUTE / (MINUTE + 4000));
    await page.mouse.move(place.x, place.y);
    await expect(words(page)).toHaveText(/^Agents and locks not known · /);
  });
});
