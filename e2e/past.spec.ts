import type { Page } from '@playwright/test';
import { UNKNOWN_AGENT_FACTS } from '../lib/contract/defaults';
import { formatInstant } from '../lib/contract/instant';
import type { PastState, UnknownSpan } from '../lib/contract/past-schemas';
import type { Agent } from '../lib/contract/schemas';
import { claudeProcess } from '../test/support/claude-process';
import type { ProductionServer } from '../test/support/production-server';
import { connection, expect, expectFaultless, faults, openLive, panel, SCREENS, test } from './fixtures';

const bar = (page: Page) => page.getByRole('region', { name: 'Time', exact: true });
const slider = (page: Page) => page.getByRole('slider', { name: 'Moment' });
const field = (page: Page) => page.getByLabel('Date and time');
const frame = (page: Page) => page.locator('.page[data-past]');
const momentOf = (page: Page) => new URL(page.url()).searchParams.get('at');
const link = (server: ProductionServer, at: number) => `${server.url}/?at=${encodeURIComponent(formatInstant(at))}`;

/** The present moment, once the journal covers it. */
async function momentWhen(server: ProductionServer, known: (state: PastState) => boolean): Promise<number> {
  let at = 0;
  await expect
    .poll(async () => {
      at = Date.now();
      return known(await server.get<PastState>(`/api/state?at=${encodeURIComponent(formatInstant(at))}`));
    })
    .toBe(true);
  return at;
}

const holds = (path: string) => (state: PastState) => state.locks.locks.some(({ filepath }) => filepath === path);

/**
 * Answers for past moments like a swarm of one agent whose id is the number of seconds since `start`, so that the test
 * does not wait.
 */
async function pretend(
  page: Page,
  server: ProductionServer,
  start: number,
  unknown: UnknownSpan[] = [],
): Promise<void> {
  await page.route('**/api/state?*', async (route) => {
    const at = Date.parse(new URL(route.request().url()).searchParams.get('at') ?? '');
    const state = await server.get<PastState>(`/api/state?at=${encodeURIComponent(formatInstant(Date.now()))}`);
    const agent: Agent = {
      ...UNKNOWN_AGENT_FACTS,
      id: `second-${Math.floor((at - start) / 1000)}`,
      health: 'active',
      health_reason: 'It runs.',
      last_evidence_at: formatInstant(at - 5000),
      last_spoke_at: formatInstant(at - 5000),
    };
    const json: PastState = { ...state, at: formatInstant(at), known_since: formatInstant(start), unknown };
    await route.fulfill({ json: { ...json, agents: { ...state.agents, agents: [agent] } } });
  });
}

test('past: a link shows the swarm as it was, with and without JavaScript, and one step returns to the present', async ({
  page,
  swarm,
  server,
  browser,
}) => {
  swarm.register([{ id: 'agent-then' }]);
  swarm.lock('src/then.ts', 'agent-then');
  swarm.lock('docs/then.md', 'agent-ghost');
  swarm.send({ content: 'Said before.' });
  await server.start();
  const at = await momentWhen(server, (state) => holds('src/then.ts')(state) && state.attention.count > 0);
  swarm.release('src/then.ts', 'agent-then');
  swarm.register([{ id: 'agent-now' }]);
  swarm.send({ content: 'Said after.' });

  const plain = await browser.newPage({ javaScriptEnabled: false });
  await expect
    .poll(async () => {
      await plain.goto(server.url);
      return plain.locator('#agents').textContent();
    })
    .toContain('agent-now');
  await plain.goto(link(server, at));
  await expect(bar(plain)).toContainText('Past');
  await expect(plain.locator('#agents')).toContainText('agent-then');
  await expect(plain.locator('#agents')).not.toContainText('agent-now');
  await expect(plain.locator('#locks')).toContainText('src/then.ts');
  await expect(plain.locator('#messages')).toContainText('Said before.');
  await expect(plain.locator('#messages')).not.toContainText('Said after.');
  await plain.getByRole('link', { name: 'Back to live' }).click();
  await expect(plain.locator('#agents')).toContainText('agent-now');
  await expect(frame(plain)).toHaveCount(0);
  await plain.close();

  await page.goto(link(server, at));
  await expect(connection(page)).toHaveText(/Connected/);
  await expect(frame(page)).toBeVisible();
  await expect(page).toHaveTitle('Past · Claude Swarm');
  await expect(panel(page, 'Agents')).toContainText('agent-then');
  await expect(panel(page, 'Messages')).toContainText('Said before.');
  await expect(panel(page, 'Messages')).not.toContainText('Said after.');
  const needed = page.getByRole('region', { name: 'Needs you' }).getByRole('link');
  await expect(needed).toHaveAttribute('href', /[?&]lock=.*[?&]at=|[?&]at=.*[?&]lock=/);
  await expect(page.getByRole('button', { name: 'Follow the newest' })).toHaveCount(0);
  await expect(page.getByRole('button', { name: /Notif|browser has no/ })).toBeDisabled();
  expect(await faults(page)).toEqual([]);
  await page.getByRole('link', { name: 'Back to live' }).click();
  await expect(panel(page, 'Agents')).toContainText('agent-now');
  await expect(panel(page, 'Locks')).not.toContainText('src/then.ts');
  await expect(panel(page, 'Messages')).toContainText('Said after.');
  await expect(frame(page)).toHaveCount(0);
  expect(momentOf(page)).toBeNull();
  await page.goBack();
  await expect(panel(page, 'Agents')).toContainText('agent-then');
});

test('past: keys open it, move the slider, and leave it by l or Escape', async ({ page, swarm, server }) => {
  swarm.register([{ id: 'agent-0' }]);
  await server.start();
  const start = Math.floor(Date.now() / 1000) * 1000 - 3_600_000;
  await pretend(page, server, start);
  await openLive(page, server);
  await page.keyboard.press('p');
  await expect(slider(page)).toBeFocused();
  await expect(frame(page)).toBeVisible();
  const entered = Date.parse(momentOf(page) ?? '');
  const stands = (change: number) =>
    expect(panel(page, 'Agents')).toContainText(`second-${Math.floor((entered + change - start) / 1000)}`);
  await stands(0);
  await page.keyboard.press('ArrowLeft');
  await stands(-1000);
  await page.keyboard.press('Shift+ArrowLeft');
  await stands(-11_000);
  await page.keyboard.press('PageDown');
  await stands(-71_000);
  await page.keyboard.press('PageUp');
  await page.keyboard.press('ArrowRight');
  await stands(-10_000);
  await expect.poll(() => Date.parse(momentOf(page) ?? '')).toBe(entered - 10_000);
  await page.keyboard.press('l');
  await expect(frame(page)).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Go to a moment' })).toBeFocused();
  await expect(panel(page, 'Agents')).toContainText('agent-0');
  // All moves of the slider are one step in the browser's history.
  await page.goBack();
  await expect(frame(page)).toBeVisible();
  await page.goBack();
  await expect(frame(page)).toHaveCount(0);

  await page.keyboard.press('Control+k');
  await expect(page.getByRole('combobox', { name: 'Command' })).toBeFocused();
  await page.keyboard.type('go to a moment');
  await page.keyboard.press('Enter');
  await expect(slider(page)).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(frame(page)).toHaveCount(0);
});

test('past: Escape clears the selection before it leaves the past', async ({ page, swarm, server }) => {
  swarm.register([{ id: 'agent-0' }]);
  await server.start();
  const at = await momentWhen(server, ({ agents }) => agents.agents.length === 1);
  await page.goto(`${link(server, at)}&agent=agent-0`);
  await expect(page.getByRole('complementary')).toContainText('agent-0');
  await expect(connection(page)).toHaveText(/Connected/);
  await page.keyboard.press('Escape');
  await expect(page.getByRole('complementary')).toHaveCount(0);
  await expect(frame(page)).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(frame(page)).toHaveCount(0);
});

test('past: Escape leaves the past and keeps the timeline open', async ({ page, swarm, server }) => {
  swarm.register([{ id: 'agent-0' }]);
  await server.start();
  const at = await momentWhen(server, ({ agents }) => agents.agents.length === 1);
  await page.goto(`${link(server, at)}&view=timeline`);
  await expect(connection(page)).toHaveText(/Connected/);
  await page.keyboard.press('Escape');
  await expect(frame(page)).toHaveCount(0);
  expect(new URL(page.url()).searchParams.get('view')).toBe('timeline');
});

test('past: a moment that was not recorded is shown as not recorded', async ({ page, swarm, server }) => {
  swarm.register([{ id: 'agent-0' }]);
  await server.start();
  await page.goto(link(server, Date.parse('2020-01-01T00:00:00Z')));
  await expect(connection(page)).toHaveText(/Connected/);
  await expect(panel(page, 'Agents')).toContainText('No agents known at this moment.');
  await expect(panel(page, 'Locks')).toContainText('No locks known at this moment.');
  await expect(page.getByRole('region', { name: 'Needs you' })).toContainText('Not recorded at this moment.');
  for (const name of ['Agents', 'Locks', 'Stale locks']) {
    const figure = page.getByRole('region', { name: 'Numbers' }).locator('dl > div').filter({ hasText: name });
    await expect(figure.first().getByText('not recorded', { exact: true })).toBeAttached();
  }
  await expect(panel(page, 'Agents').getByTitle('Not recorded at this moment')).toBeVisible();
  await expect(panel(page, 'Locks').getByTitle('Not recorded at this moment')).toBeVisible();
});

test('past: keys go from change to change, and report when there is none', async ({ page, swarm, server }) => {
  swarm.register([{ id: 'agent-0', pid: claudeProcess() }]);
  await server.start();
  await momentWhen(server, ({ agents }) => agents.agents.length === 1);
  swarm.send({ content: 'A first word.' });
  await momentWhen(server, ({ messages }) => messages.count === 1);
  swarm.lock('src/step.ts', 'agent-0');
  // The key goes to the first whole millisecond after a change, so this moment must be later.
  const at = 2 + (await momentWhen(server, holds('src/step.ts')));
  await page.goto(link(server, at));
  await expect(connection(page)).toHaveText(/Connected/);
  await expect(panel(page, 'Locks')).toContainText('src/step.ts');

  await page.keyboard.press(',');
  await expect.poll(() => Date.parse(momentOf(page) ?? '')).toBeLessThan(at);
  await expect(panel(page, 'Locks')).toContainText('src/step.ts');
  await page.keyboard.press(',');
  await expect(panel(page, 'Locks')).not.toContainText('src/step.ts');
  await expect(panel(page, 'Messages')).toContainText('A first word.');
  await bar(page).getByRole('button', { name: 'Previous change' }).click();
  await expect(panel(page, 'Messages')).toContainText('No messages yet at this moment.');
  await expect(panel(page, 'Agents')).toContainText('agent-0');
  await page.keyboard.press(',');
  await expect(bar(page).getByText('No earlier change is known.')).toBeVisible();
  await page.keyboard.press('.');
  await expect(panel(page, 'Messages')).toContainText('A first word.');
});

test('past: ages count from the moment, and the date field goes to another one in the viewer’s zone', async ({
  page,
  swarm,
  server,
}) => {
  swarm.register([{ id: 'agent-0' }]);
  await server.start();
  const start = Date.now() - 3_600_000;
  await pretend(page, server, start);
  await openLive(page, server);
  await page.keyboard.press('p');
  await expect(panel(page, 'Agents')).toContainText('silent 5 s');
  const wanted = new Date(Math.floor(Date.now() / 1000) * 1000 - 1_800_000);
  const local = await page.evaluate((time) => {
    const moment = new Date(time);
    return new Date(time - moment.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
  }, wanted.getTime());
  await field(page).fill(local);
  await field(page).press('Enter');
  await expect(panel(page, 'Agents')).toContainText(`second-${Math.floor((wanted.getTime() - start) / 1000)}`);
  await expect(panel(page, 'Agents')).toContainText('silent 5 s');
  await expect(bar(page)).toContainText('30 min ago');
  await expect.poll(() => Date.parse(momentOf(page) ?? '')).toBe(wanted.getTime());
});

test('past: playback goes forward, pauses by Space, and ends at the present', async ({ page, swarm, server }) => {
  swarm.register([{ id: 'agent-0' }]);
  await server.start();
  const start = Math.floor(Date.now() / 1000) * 1000 - 3_600_000;
  await pretend(page, server, start);
  await page.clock.install({ time: Date.now() });
  await openLive(page, server);
  await page.clock.pauseAt(Date.now() + 60_000);
  await page.keyboard.press('p');
  await expect(panel(page, 'Agents')).toContainText(/second-\d+/);
  /** The second of the slider, once the page shows it. */
  const second = async () => {
    const wanted = Math.floor((Number(await slider(page).inputValue()) - start) / 1000);
    await expect(panel(page, 'Agents')).toContainText(`second-${wanted}`);
    return wanted;
  };
  for (const key of ['PageDown', 'PageDown']) await page.keyboard.press(key);
  await page.clock.runFor(1000);
  const from = await second();
  await page.getByRole('button', { name: 'Play 10 times as fast' }).click();
  await expect(page.getByRole('button', { name: 'Play 10 times as fast' })).toHaveAttribute('aria-pressed', 'true');
  for (let step = 0; step < 6; step++) {
    // The player moves twice per second and requests the state 100 ms later, so each read is of that moment.
    await page.clock.runFor(step === 0 ? 600 : 500);
    await second();
  }
  const played = (await second()) - from;
  expect(played).toBeGreaterThanOrEqual(20);
  expect(played).toBeLessThanOrEqual(40);
  await slider(page).focus();
  await page.keyboard.press(' ');
  await expect(page.getByRole('button', { name: 'Play 10 times as fast' })).toHaveAttribute('aria-pressed', 'false');
  await page.clock.runFor(1000);
  const paused = await second();
  await page.clock.runFor(5000);
  expect(await second()).toBe(paused);
  await page.getByRole('button', { name: 'Play 60 times as fast' }).click();
  await expect
    .poll(async () => {
      await page.clock.runFor(700);
      return frame(page).count();
    })
    .toBe(0);
});

test('past: unknown times are stated in words', async ({ page, swarm, server }) => {
  swarm.register([{ id: 'agent-0' }]);
  await server.start();
  const start = Date.now() - 3_600_000;
  const [since, until] = [formatInstant(start), formatInstant(Date.now())];
  await pretend(page, server, start, [{ since, until, about: 'everything', reason: 'No dashboard was running.' }]);
  await openLive(page, server);
  await page.keyboard.press('p');
  const said = bar(page).getByText(/Not recorded between .* and .*: agents and locks are as last known before\./);
  await expect(said).toBeVisible();
  await expect(bar(page)).toContainText('No dashboard was running.');
});

test('past: an invalid or future moment is reported, and the page is live', async ({ page, swarm, server }) => {
  swarm.register([{ id: 'agent-0' }]);
  await server.start();
  for (const [at, words] of [
    ['yesterday', /time in the address is not valid/],
    [formatInstant(Date.now() + 86_400_000), /is in the future/],
  ] as const) {
    await page.goto(`${server.url}/?at=${encodeURIComponent(at)}`);
    const notice = page.getByRole('alert').filter({ hasText: words });
    await expect(notice).toBeVisible();
    await expect(connection(page)).toHaveText(/Live/);
    await expect(panel(page, 'Agents')).toContainText('agent-0');
    await expect(frame(page)).toHaveCount(0);
    await notice.getByRole('button', { name: 'Dismiss' }).click();
    await expect(notice).toHaveCount(0);
    expect(momentOf(page)).toBeNull();
  }
  await page.goto(`${server.url}/?at=0001-01-01T00:00:00Z`);
  await expect(frame(page)).toBeVisible();
  await expect(bar(page)).toContainText(/Not recorded before/);
});

test('past: a failure of the connection is reported while the past is shown', async ({
  page,
  swarm,
  server,
  complaints,
}) => {
  complaints.allow(/ERR_|Failed to load/);
  swarm.register([{ id: 'agent-0' }]);
  await server.start();
  const at = await momentWhen(server, ({ agents }) => agents.agents.length === 1);
  await page.goto(link(server, at));
  await expect(connection(page)).toHaveText(/Connected/);
  await server.stop();
  await expect(connection(page)).toHaveText(/Disconnected/);
  await expect(frame(page)).toBeVisible();
  await slider(page).press('ArrowLeft');
  await expect(bar(page)).toContainText('the server does not answer');
});

test('past: on a narrow screen the whole bar is reachable', async ({ page, swarm, server }) => {
  swarm.register([{ id: 'agent-0' }]);
  await page.setViewportSize(SCREENS[1]);
  await server.start();
  const at = await momentWhen(server, ({ agents }) => agents.agents.length === 1);
  await page.goto(link(server, at));
  await expect(connection(page)).toHaveText(/Connected/);
  for (const part of [slider(page), field(page), page.getByRole('link', { name: 'Back to live' })]) {
    await expect(part).toBeInViewport({ ratio: 1 });
  }
  await expectFaultless(page, async () => {}, { screens: [SCREENS[1]] });
});
