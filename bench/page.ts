/**
 * The page under load: 100,000 messages in the history, 500 a second arriving for 30 s. Prints what the browser's
 * Performance API says, and fails where a limit is passed. Needs a build (`npm run build`) and Chromium.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type CDPSession, chromium, type Page } from '@playwright/test';
import type { Stats } from '../lib/contract/schemas';
import { writeBacklog } from '../lib/simulator/backlog';
import { Simulator } from '../lib/simulator/simulator';
import { ProductionServer } from '../test/production-server';

const HISTORY = 100_000;
const RATE = 500;
const SECONDS = Number(process.env.SECONDS ?? 30);
const SYSTEM_CHROMIUM = '/usr/bin/chromium';
/** Script of an empty page of the same Next, compressed. */
const EMPTY_PAGE_KB = 135;

const LIMITS = { longTasks: 0, typingMs: 100, heapGrowthMb: 40, scriptKb: EMPTY_PAGE_KB + 50, cls: 0.02 };

/** What the page notes of itself; set up before its first script. */
interface Notes {
  longTasks: number[];
  shift: number;
  typing: number[];
}

declare global {
  interface Window {
    notes: Notes;
  }
}

function takeNotes(): void {
  const notes: Notes = { longTasks: [], shift: 0, typing: [] };
  window.notes = notes;
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) notes.longTasks.push(duration);
  }).observe({ type: 'longtask', buffered: true });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as (PerformanceEntry & { value: number; hadRecentInput: boolean })[]) {
      if (!entry.hadRecentInput) notes.shift += entry.value;
    }
  }).observe({ type: 'layout-shift', buffered: true });
  window.addEventListener(
    'keydown',
    ({ timeStamp }) => {
      // A message posted in the frame's callback comes right after that frame was painted.
      requestAnimationFrame(() => {
        const painted = new MessageChannel();
        painted.port1.onmessage = () => notes.typing.push(performance.now() - timeStamp);
        painted.port2.postMessage(null);
      });
    },
    true,
  );
}

const figures: [name: string, value: string, limit?: string, passed?: boolean][] = [];

function figure(name: string, value: number, unit: string, limit?: number): void {
  const text = (number: number) => `${Number(number.toFixed(number < 1 ? 4 : 0)).toLocaleString('en-GB')} ${unit}`;
  if (limit === undefined) figures.push([name, text(value)]);
  else figures.push([name, text(value), `at most ${text(limit)}`, value <= limit]);
}

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

async function load(page: Page, server: ProductionServer): Promise<void> {
  await page.goto(server.url);
  await page.locator('[data-connection]').filter({ hasText: /Live/ }).first().waitFor({ state: 'attached' });
  await page.waitForLoadState('networkidle').catch(() => {});
  const first = await page.evaluate(async () => {
    // What the HTML names is the first load; what comes later came on use, such as the reader of Markdown.
    const html = await (await fetch('/')).text();
    return {
      paint: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Number.NaN,
      script: performance
        .getEntriesByType('resource')
        .filter((entry): entry is PerformanceResourceTiming => html.includes(`src="${new URL(entry.name).pathname}"`))
        .reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0),
    };
  });
  figure('first contentful paint', first.paint, 'ms');
  figure('script of the first load, compressed', first.script / 1024, 'KB', LIMITS.scriptKb);
}

/** While messages arrive: somebody types now and then, and the list has to follow. */
async function underLoad(page: Page, server: ProductionServer, root: string): Promise<void> {
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
  figure('messages that arrived', simulator.counts.messages, '');
  figure('furthest behind the server', furthestBehind, 'messages');
}

async function newestDrawn(page: Page): Promise<number> {
  const seq = await page.locator('li[data-seq]').last().getAttribute('data-seq');
  return Number(seq);
}

async function scrollBack(page: Page): Promise<void> {
  const list = page.getByRole('region', { name: 'List of messages' });
  await list.hover();
  const from = await newestDrawn(page);
  for (let turn = 0; turn < 400; turn++) {
    await page.mouse.wheel(0, -800);
    await page.evaluate(() => new Promise(requestAnimationFrame));
  }
  figure('messages scrolled through', from - (await newestDrawn(page)), '');
}

async function measure(page: Page, server: ProductionServer, root: string): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await load(page, server);
  await delay(2000);
  figure('layout shift of the first load', await page.evaluate(() => window.notes.shift), '', LIMITS.cls);
  const before = await heap(session);
  await forgetTasks(page);

  await underLoad(page, server, root);
  const tasks = await longTasks(page);
  figure('long tasks over 100 ms', tasks.length, '', LIMITS.longTasks);
  figure('longest task', await page.evaluate(() => Math.max(0, ...window.notes.longTasks)), 'ms');
  const typing = (await page.evaluate(() => window.notes.typing)).sort((one, other) => one - other);
  figure('key press to paint, median', typing[Math.floor(typing.length / 2)] ?? Number.NaN, 'ms');
  figure(
    'key press to paint, 95 of 100',
    typing[Math.floor(typing.length * 0.95)] ?? Number.NaN,
    'ms',
    LIMITS.typingMs,
  );
  await delay(1500);
  const { message_count: kept } = await server.get<Stats>('/api/stats');
  figure('behind the server at the end', kept - (await newestDrawn(page)), 'messages', 0);
  const after = await heap(session);
  figure('JavaScript heap before', before, 'MB');
  figure('JavaScript heap growth', after - before, 'MB', LIMITS.heapGrowthMb);

  await forgetTasks(page);
  await scrollBack(page);
  figure('long tasks over 100 ms while scrolling', (await longTasks(page)).length, '', LIMITS.longTasks);
  figure('JavaScript heap growth after scrolling', (await heap(session)) - before, 'MB', LIMITS.heapGrowthMb);
}

const root = mkdtempSync(path.join(tmpdir(), 'swarm-page-'));
const server = new ProductionServer({ CLAUDESWARM_ROOT: root, SWARM_HISTORY: path.join(root, 'history.sqlite') });
const browser = await chromium.launch({
  executablePath: existsSync(SYSTEM_CHROMIUM) ? SYSTEM_CHROMIUM : undefined,
  args: ['--no-sandbox', '--disable-gpu'],
});
try {
  writeBacklog({ root, messages: HISTORY });
  await server.start();
  while ((await server.get<Stats>('/api/stats')).message_count < HISTORY) await delay(100);
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await page.addInitScript(takeNotes);
  await measure(page, server, root);
} finally {
  await browser.close();
  await server.stop();
  rmSync(root, { recursive: true, force: true });
}
// Lengths are of the wall clock: on a machine that is busy otherwise they say little about the page.
figure(`load of the machine, ${availableParallelism()} processors`, loadavg()[0] ?? Number.NaN, '');
for (const [name, value, limit = '', passed = true] of figures) {
  console.log(`${passed ? ' ' : '✗'} ${name.padEnd(44)} ${value.padStart(16)}  ${limit}`);
}
process.exitCode = figures.every(([, , , passed = true]) => passed) ? 0 : 1;
