/** What the benches of the page share: the browser, and notes that the page takes of itself. */
import { type Browser, chromium } from '@playwright/test';
import { installedBrowser } from '../../test/support/installed-browser';

/** @returns a browser that does nothing but show its pages */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: installedBrowser(),
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update'],
  });
}

/** Measurements inside the page. */
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

/** Set up before the page's first script: `page.addInitScript(takeNotes)`. */
export function takeNotes(): void {
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
      // A message posted in the callback of a frame arrives right after that frame was painted.
      requestAnimationFrame(() => {
        const painted = new MessageChannel();
        painted.port1.onmessage = () => notes.typing.push(performance.now() - timeStamp);
        painted.port2.postMessage(null);
      });
    },
    true,
  );
}
