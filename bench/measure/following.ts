import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Browser, Page } from '@playwright/test';
import { Simulator } from '../../lib/simulator/simulator';
import { writeBacklog } from '../../test/support/backlog';
import type { ProductionServer } from '../../test/support/production-server';
import { countUpdates, type DomUpdates, replayUpdates, updatesSince } from './dom-updates';
import { launchBrowser, takeNotes } from './page-notes';
import { BareNext, startDashboard, untilRead } from './processes';
import { type Bench, type Figure, quantile } from './table';

const HISTORY = 5000;
const RATE = 200;
const FOLLOWED_S = 60;
const COUNTED_S = 10;
const REPLAYED_S = 20;
const WORDS_TYPED = 15;
const LIMITS = { busyPercent: 60, typingMs: 100, calmUpdates: 1.1 };

/** How busy a page's main thread was, in percent of the measured time. */
interface Busy {
  /** By the processor time of the thread: what a busy machine does beside it does not count. */
  processor: number;
  /** By the clock on the wall. */
  wall: number;
}

/** Starts to measure the main thread. @returns ends it */
async function startBusy(page: Page): Promise<() => Promise<Busy>> {
  const measures = await Promise.all(
    (['threadTicks', 'timeTicks'] as const).map(async (timeDomain) => {
      const session = await page.context().newCDPSession(page);
      await session.send('Performance.enable', { timeDomain });
      const read = async () => {
        const { metrics } = await session.send('Performance.getMetrics');
        return (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN) * 1000;
      };
      return { read, before: await read() };
    }),
  );
  const begun = performance.now();
  return async () => {
    const passed = performance.now() - begun;
    const [processor = Number.NaN, wall = Number.NaN] = await Promise.all(
      measures.map(async ({ read, before }) => ((await read()) - before) / passed),
    );
    return { processor: processor * 100, wall: wall * 100 };
  };
}

async function busyFor(page: Page, seconds: number): Promise<Busy> {
  const end = await startBusy(page);
  await delay(seconds * 1000);
  return end();
}

async function openFollowing(browser: Browser, server: ProductionServer, calm: boolean): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  if (calm) await context.addCookies([{ name: 'swarm_calm', value: 'on', url: server.url }]);
  const page = await context.newPage();
  await page.addInitScript(takeNotes);
  await page.goto(server.url);
  await page.locator('[data-connection]').filter({ hasText: /Live/ }).first().waitFor({ state: 'attached' });
  await delay(2000);
  return page;
}

/** Counts what changes in the document, as a rate. */
async function updateRate(page: Page): Promise<DomUpdates> {
  await page.evaluate(countUpdates);
  await delay(COUNTED_S * 1000);
  return page.evaluate(updatesSince);
}

/** Types into the search while messages arrive. @returns the time from each key press to its paint, in ms */
async function typing(page: Page): Promise<number[]> {
  const box = page.getByRole('searchbox', { name: 'Search messages' });
  await page.evaluate(() => {
    window.notes.typing = [];
  });
  for (let word = 0; word < WORDS_TYPED; word++) {
    await box.pressSequentially('lock parser', { delay: 60 });
    await delay(500);
    await box.press('Escape');
    await delay(500);
  }
  return page.evaluate(() => window.notes.typing);
}

/** The empty page of a bare Next with the same updates of as many nodes. */
async function emptyPage(browser: Browser, updates: DomUpdates): Promise<Busy> {
  const bare = await BareNext.started();
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  try {
    // The compiler wraps named functions in a call of `__name`, which the page lacks.
    await page.addInitScript('globalThis.__name = (value) => value;');
    await page.goto(bare.url);
    await page.evaluate(replayUpdates, updates);
    await delay(1000);
    return await busyFor(page, REPLAYED_S);
  } finally {
    await page.close();
    bare.stop();
  }
}

async function measure(browser: Browser, server: ProductionServer): Promise<Figure[]> {
  const page = await openFollowing(browser, server, false);
  const updates = await updateRate(page);
  await page.reload();
  await page.locator('[data-connection]').filter({ hasText: /Live/ }).first().waitFor({ state: 'attached' });
  await delay(2000);
  const busy = await busyFor(page, FOLLOWED_S);
  const typed = await typing(page);
  await page.context().close();
  const empty = await emptyPage(browser, updates);
  const calmPage = await openFollowing(browser, server, true);
  const calmUpdates = await updateRate(calmPage);
  const calm = await busyFor(calmPage, REPLAYED_S);
  await calmPage.context().close();
  const perSecond = updates.childList + updates.attributes + updates.characterData;
  return [
    {
      name: 'main thread busy while following',
      value: busy.processor,
      unit: '%',
      atMost: LIMITS.busyPercent,
      baseline: empty.processor,
    },
    { name: 'the same by the clock on the wall', value: busy.wall, unit: '%', baseline: empty.wall },
    { name: 'ratio to the empty page', value: busy.processor / empty.processor, unit: 'times' },
    { name: 'updates of the page', value: updates.batches, unit: 'per second' },
    { name: 'DOM updates', value: perSecond, unit: 'per second', baseline: perSecond },
    { name: 'key press in the search to paint, median', value: quantile(typed, 0.5), unit: 'ms' },
    {
      name: 'key press in the search to paint, 95 of 100',
      value: quantile(typed, 0.95),
      unit: 'ms',
      atMost: LIMITS.typingMs,
    },
    { name: 'calm page: updates', value: calmUpdates.batches, unit: 'per second', atMost: LIMITS.calmUpdates },
    { name: 'calm page: main thread busy', value: calm.processor, unit: '%', baseline: busy.processor },
  ];
}

async function run(scratch: string): Promise<Figure[]> {
  const root = path.join(scratch, 'following');
  mkdirSync(root);
  writeBacklog({ root, messages: HISTORY });
  const server = await startDashboard(root, `${root}.sqlite`);
  const browser = await launchBrowser();
  const simulator = new Simulator({ root, seed: 3, messagesPerSecond: RATE });
  try {
    await untilRead(server, HISTORY);
    simulator.start();
    return await measure(browser, server);
  } finally {
    await simulator.stop();
    await browser.close();
    await server.stop('SIGKILL');
  }
}

export const following: Bench = {
  name: 'following',
  how: `Chromium, 1440 by 900, follows ${RATE} messages a second for ${FOLLOWED_S} s, then somebody types in the search; then the same with the calm page. Busy is the processor time of the page's main thread (CDP, TaskDuration). Baseline: the empty page of a bare next start that makes the same number of DOM updates of each kind, in as many batches.`,
  run,
};
