import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Browser, CDPSession, Page } from '@playwright/test';
import type { Stats } from '../../lib/contract/schemas';
import { Simulator } from '../../lib/simulator/simulator';
import { writeBacklog } from '../../test/support/backlog';
import type { ProductionServer } from '../../test/support/production-server';
import { launchBrowser, takeNotes } from './page-notes';
import { BareNext, startDashboard, untilRead } from './processes';
import { type Bench, type Figure, quantile } from './table';

const HISTORY = 100_000;
const RATE = 500;
const SECONDS = 30;

const LIMITS = { longTasks: 0, typingMs: 100, heapGrowthMb: 40, scriptAboveEmptyKb: 50, cls: 0.02 };

async function forgetTasks(page: Page): Promise<void> {
  await page.evaluate(() => {
    window.notes.longTasks = [];
  });
}

function longTasks(page: Page): Promise<number[]> {
  return page.evaluate(() => window.notes.longTasks.filter((length) => length > 100));
}

async function heap(session: CDPSession): Promise<number> {
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  return usedSize / 1e6;
}

/** Cost of a first load: KB of compressed script, milliseconds to the first paint. */
async function firstLoad(page: Page, url: string): Promise<{ script: number; paint: number }> {
  await page.goto(url);
  await page.waitForLoadState('networkidle').catch(() => {});
  return page.evaluate(async () => {
    // Scripts in the HTML are the first load; later ones are loaded on use, such as the Markdown renderer.
    const html = await (await fetch('/')).text();
    const sizes = performance
      .getEntriesByType('resource')
      .filter((entry): entry is PerformanceResourceTiming => html.includes(`src="${new URL(entry.name).pathname}"`))
      .map(({ encodedBodySize }) => encodedBodySize);
    return {
      script: sizes.reduce((sum, bytes) => sum + bytes, 0) / 1024,
      paint: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Number.NaN,
    };
  });
}

async function load(page: Page, server: ProductionServer, empty: number): Promise<Figure[]> {
  const begun = performance.now();
  await page.goto(server.url);
  await page.locator('[data-connection]').filter({ hasText: /Live/ }).first().waitFor({ state: 'attached' });
  const live = performance.now() - begun;
  const { script, paint } = await firstLoad(page, server.url);
  return [
    {
      name: 'script of the first load, compressed',
      value: script,
      unit: 'KB',
      atMost: empty + LIMITS.scriptAboveEmptyKb,
      baseline: empty,
    },
    { name: 'first contentful paint', value: paint, unit: 'ms' },
    { name: 'from the address to "Live"', value: live, unit: 'ms' },
  ];
}

/** Measures while messages arrive: a user types sometimes, and the list must follow. */
async function underLoad(page: Page, server: ProductionServer, root: string): Promise<Figure[]> {
  const simulator = new Simulator({ root, seed: 3, messagesPerSecond: RATE });
  simulator.start();
  const end = performance.now() + SECONDS * 1000;
  let furthestBehind = 0;
  const box = page.getByRole('searchbox', { name: 'Search messages' });
  for (let round = 0; performance.now() < end; round++) {
    if (round % 2 === 1) {
      await box.pressSequentially('lock parser', { delay: 60 });
      await delay(500);
      await box.press('Escape');
    }
    await delay(1500);
    const { message_count: kept } = await server.get<Stats>('/api/stats');
    furthestBehind = Math.max(furthestBehind, kept - (await newestDrawn(page)));
  }
  await simulator.stop();
  return [
    { name: 'messages that arrived', value: simulator.counts.messages, unit: '' },
    { name: 'furthest behind the server', value: furthestBehind, unit: 'messages' },
  ];
}

async function newestDrawn(page: Page): Promise<number> {
  const seq = await page.locator('li[data-seq]').last().getAttribute('data-seq');
  return Number(seq);
}

async function scrollBack(page: Page): Promise<Figure> {
  const list = page.getByRole('region', { name: 'List of messages' });
  await list.hover();
  const from = await newestDrawn(page);
  for (let turn = 0; turn < 400; turn++) {
    await page.mouse.wheel(0, -800);
    await page.evaluate(() => new Promise(requestAnimationFrame));
  }
  return { name: 'messages scrolled through', value: from - (await newestDrawn(page)), unit: '' };
}

async function measure(page: Page, server: ProductionServer, root: string, empty: number): Promise<Figure[]> {
  const session = await page.context().newCDPSession(page);
  const figures = await load(page, server, empty);
  await delay(2000);
  const shift = await page.evaluate(() => window.notes.shift);
  figures.push({ name: 'layout shift of the first load', value: shift, unit: '', atMost: LIMITS.cls });
  const before = await heap(session);
  await forgetTasks(page);

  figures.push(...(await underLoad(page, server, root)));
  const tasks = await longTasks(page);
  const longest = await page.evaluate(() => Math.max(0, ...window.notes.longTasks));
  const typing = await page.evaluate(() => window.notes.typing);
  await delay(1500);
  const { message_count: kept } = await server.get<Stats>('/api/stats');
  const behind = kept - (await newestDrawn(page));
  const grown = (await heap(session)) - before;
  await forgetTasks(page);
  const scrolled = await scrollBack(page);
  const whileScrolling = (await longTasks(page)).length;
  const grownAfter = (await heap(session)) - before;
  return [
    ...figures,
    { name: 'long tasks over 100 ms', value: tasks.length, unit: '', atMost: LIMITS.longTasks },
    { name: 'longest task', value: longest, unit: 'ms' },
    { name: 'key press to paint, median', value: quantile(typing, 0.5), unit: 'ms' },
    { name: 'key press to paint, 95 of 100', value: quantile(typing, 0.95), unit: 'ms', atMost: LIMITS.typingMs },
    { name: 'behind the server at the end', value: behind, unit: 'messages', atMost: 0 },
    { name: 'JavaScript heap before', value: before, unit: 'MB' },
    { name: 'JavaScript heap growth', value: grown, unit: 'MB', atMost: LIMITS.heapGrowthMb },
    scrolled,
    { name: 'long tasks over 100 ms while scrolling', value: whileScrolling, unit: '', atMost: LIMITS.longTasks },
    { name: 'JavaScript heap growth after scrolling', value: grownAfter, unit: 'MB', atMost: LIMITS.heapGrowthMb },
  ];
}

/** Script of an empty page of the same Next, compressed, in KB. */
async function emptyPage(browser: Browser): Promise<number> {
  const bare = await BareNext.started();
  const page = await browser.newPage();
  try {
    return (await firstLoad(page, bare.url)).script;
  } finally {
    await page.close();
    bare.stop();
  }
}

async function run(scratch: string): Promise<Figure[]> {
  const root = path.join(scratch, 'page');
  mkdirSync(root);
  writeBacklog({ root, messages: HISTORY });
  const server = await startDashboard(root, `${root}.sqlite`);
  const browser = await launchBrowser();
  try {
    await untilRead(server, HISTORY);
    const empty = await emptyPage(browser);
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    await page.addInitScript(takeNotes);
    return await measure(page, server, root, empty);
  } finally {
    await browser.close();
    await server.stop('SIGKILL');
  }
}

export const page: Bench = {
  name: 'page',
  how: `Chromium, 1440 by 900, ${HISTORY.toLocaleString('en-GB')} messages in the history, ${RATE} a second arriving for ${SECONDS} s while somebody types; figures of the browser's own Performance API. Baseline: the empty page of a bare next start.`,
  run,
};
