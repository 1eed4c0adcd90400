/**
 * Twenty tabs of one browser on one dashboard: how long until all others have the next message after the tab with the
 * stream is closed, stopped or crashes. Fails above 2 s, or if a second stream stays open. Needs a build (`npm run build`)
 * and Chromium.
 */
import { availableParallelism, loadavg } from 'node:os';
import { type BrowserContext, chromium, type Page } from '@playwright/test';
import { TestSwarm } from '../e2e/swarm';
import { installedBrowser } from '../test/support/installed-browser';
import { ProductionServer } from '../test/support/production-server';
import { rendererOf } from '../test/support/renderer';

const TABS = 20;
const ROUNDS = 5;
const MAX_TAKEOVER_MS = 2000;

/** Tabs whose stream has not ended, as the browser's own requests say. */
const streaming = new Set<Page>();
let streamsOpened = 0;

function watch(page: Page): void {
  const isStream = (url: string) => new URL(url).pathname === '/api/stream';
  page.on('request', (request) => {
    if (!isStream(request.url())) return;
    streaming.add(page);
    streamsOpened += 1;
  });
  page.on('requestfailed', (request) => isStream(request.url()) && streaming.delete(page));
  page.on('crash', () => streaming.delete(page));
  page.on('close', () => streaming.delete(page));
}

async function openTab(context: BrowserContext, url: string): Promise<Page> {
  const page = await context.newPage();
  watch(page);
  await page.goto(url);
  await page.locator('[data-connection="live"]').waitFor();
  return page;
}

/** @returns when the page showed a text, in milliseconds since 1970 */
function shownAt(page: Page, text: string): Promise<number> {
  return page.evaluate(async (awaited) => {
    while (!document.body.innerText.includes(awaited)) await new Promise((resolve) => setTimeout(resolve, 10));
    return Date.now();
  }, text);
}

const ENDS = {
  closed: (page: Page) => page.close(),
  crashed: async (page: Page) => {
    const session = await page.context().newCDPSession(page);
    const crash = page.waitForEvent('crash');
    session.send('Page.crash').catch(() => {});
    await crash;
    await page.close();
  },
  stopped: async () => {},
};

async function takeover(pages: Page[], swarm: TestSwarm, end: keyof typeof ENDS, text: string): Promise<number> {
  const [leader] = streaming;
  if (!leader || streaming.size > 1) throw new Error(`${streaming.size} tabs have a stream, expected one.`);
  const pid = end === 'stopped' ? await rendererOf(leader) : null;
  const others = pages.filter((page) => page !== leader);
  const shown = Promise.all(others.map((page) => shownAt(page, text)));
  const start = Date.now();
  if (pid !== null) process.kill(pid, 'SIGSTOP');
  const ended = ENDS[end](leader);
  swarm.send({ content: text });
  const last = Math.max(...(await shown));
  await ended;
  if (pid === null) {
    pages.splice(pages.indexOf(leader), 1);
  } else {
    process.kill(pid, 'SIGCONT');
    // It has the message and no stream once it runs again.
    await shownAt(leader, text);
    while (streaming.size > 1) await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return last - start;
}

const swarm = new TestSwarm();
const server = new ProductionServer({ CLAUDESWARM_ROOT: swarm.root, SWARM_HISTORY: 'off' });
const browser = await chromium.launch({
  executablePath: installedBrowser(),
  args: ['--no-sandbox', '--disable-gpu'],
});
try {
  await server.start();
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const pages: Page[] = [];
  for (const end of Object.keys(ENDS) as (keyof typeof ENDS)[]) {
    const times: number[] = [];
    const openedBefore = streamsOpened;
    for (let round = 1; round <= ROUNDS; round++) {
      while (pages.length < TABS) pages.push(await openTab(context, server.url));
      times.push(await takeover(pages, swarm, end, `${end}, round ${round}.`));
    }
    console.log(`leader ${end.padEnd(8)} all ${TABS - 1} others have the next message after ${times.join(', ')} ms`);
    console.log(`  streams opened: ${streamsOpened - openedBefore} for ${ROUNDS} takeovers`);
    if (Math.max(...times) > MAX_TAKEOVER_MS) process.exitCode = 1;
  }
} finally {
  await browser.close();
  await server.stop();
  swarm.remove();
}
console.log(`load of the machine ${loadavg()[0]?.toFixed(1)}, ${availableParallelism()} processors`);
