/**
 * The timeline with much content: 20 agents, 2,000 lock bars and 20,000 ticks, to which the server reduces
 * 10,000 locks and 100,000 messages. Prints the cost of drawing while a user points, drags and zooms. Needs a build
 * (`npm run build`) and Chromium.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import { chromium, type Page } from '@playwright/test';
import { manyThings } from '../e2e/timeline-answer';
import { installedBrowser } from '../test/support/installed-browser';
import { ProductionServer } from '../test/support/production-server';

const SIZE = { agents: 20, locks: 2_000, messages: 20_000 };
const STEPS = 240;

interface Notes {
  /** Duration of the frame callbacks of the page: the timeline draws only in them. */
  work: number[];
  /** Time from one frame to the next. */
  apart: number[];
}

declare global {
  interface Window {
    frameNotes: Notes;
  }
}

/** Set up before the page's first script. */
function takeNotes(): void {
  const notes: Notes = { work: [], apart: [] };
  window.frameNotes = notes;
  const request = window.requestAnimationFrame.bind(window);
  let last = 0;
  window.requestAnimationFrame = (callback) =>
    request((time) => {
      const start = performance.now();
      callback(time);
      notes.work.push(performance.now() - start);
      if (time !== last) notes.apart.push(time - last);
      last = time;
    });
}

function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

async function measured(page: Page, name: string, what: () => Promise<void>): Promise<void> {
  await page.evaluate(() => {
    window.frameNotes.work.length = 0;
    window.frameNotes.apart.length = 0;
  });
  await what();
  const { work, apart } = await page.evaluate(() => window.frameNotes);
  const text = (values: readonly number[], part: number) => quantile(values, part).toFixed(1).padStart(6);
  console.log(
    `${name.padEnd(10)} ${String(work.length).padStart(5)} frames  work ${text(work, 0.5)} ms median ${text(work, 0.95)} at 95 %` +
      ` ${text(work, 1)} longest  apart ${text(apart, 0.5)} median ${text(apart, 0.95)} at 95 %`,
  );
}

async function measure(page: Page): Promise<void> {
  const lanes = page.locator('[data-timeline-overlay]');
  const box = await lanes.boundingBox();
  if (box === null) throw new Error('The timeline is not visible.');
  const y = box.y + 60;
  const at = (part: number) => box.x + box.width * part;
  await measured(page, 'pointing', async () => {
    for (let step = 0; step < STEPS; step++) await page.mouse.move(at(0.1 + (0.8 * step) / STEPS), y + (step % 40));
  });
  await measured(page, 'dragging', async () => {
    await page.mouse.move(at(0.3), y);
    await page.mouse.down();
    for (let step = 0; step < STEPS; step++) await page.mouse.move(at(0.3 + 0.3 * Math.sin(step / 20)), y);
    await page.mouse.up();
  });
  await page.keyboard.down('Control');
  await measured(page, 'zooming', async () => {
    for (let step = 0; step < STEPS; step++) await page.mouse.wheel(0, step % 60 < 30 ? -40 : 40);
  });
  await page.keyboard.up('Control');
}

const root = mkdtempSync(path.join(tmpdir(), 'swarm-timeline-'));
const server = new ProductionServer({ CLAUDESWARM_ROOT: root, SWARM_HISTORY: 'off' });
const browser = await chromium.launch({
  executablePath: installedBrowser(),
  args: ['--no-sandbox', '--disable-gpu'],
});
try {
  await server.start();
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await page.addInitScript(takeNotes);
  await page.route('**/api/timeline?*', (route) => route.fulfill({ json: manyThings(route.request().url(), SIZE) }));
  await page.goto(`${server.url}/?view=timeline&span=1h`);
  await page.locator(`[data-lanes="${SIZE.agents}"]`).waitFor();
  await page.keyboard.press('5');
  await measure(page);
} finally {
  await browser.close();
  await server.stop();
  rmSync(root, { recursive: true, force: true });
}
// Durations are wall-clock time: on a busy machine they say little about the page.
console.log(`load of the machine ${loadavg()[0]?.toFixed(1)}, ${availableParallelism()} processors, no GPU`);
