/** Which process of a browser computes a page: tests stop it, as a system stops one that it freezes. */
import { readdirSync, readFileSync } from 'node:fs';
import type { Page } from '@playwright/test';

/** Processor time of each renderer process so far, in ticks of the system. */
function rendererTimes(): Map<number, number> {
  const times = new Map<number, number>();
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    try {
      if (!readFileSync(`/proc/${name}/cmdline`, 'utf8').includes('--type=renderer')) continue;
      const fields = readFileSync(`/proc/${name}/stat`, 'utf8')
        .replace(/^.*\) /, '')
        .split(' ');
      times.set(Number(name), Number(fields[11]));
    } catch {
      // It has ended.
    }
  }
  return times;
}

/** @returns the id of the page's process: the one that computes when the page does, twice */
export async function rendererOf(page: Page): Promise<number> {
  const votes = new Map<number, number>();
  for (;;) {
    const before = rendererTimes();
    await page.evaluate(() => {
      const start = performance.now();
      while (performance.now() - start < 300);
    });
    const [pid] = [...rendererTimes()].sort(
      ([one, oneTime], [other, otherTime]) =>
        otherTime - (before.get(other) ?? otherTime) - (oneTime - (before.get(one) ?? oneTime)),
    )[0] as [number, number];
    votes.set(pid, (votes.get(pid) ?? 0) + 1);
    if (votes.get(pid) === 2) return pid;
  }
}
