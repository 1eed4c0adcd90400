/** The timeline as its tests use it: a story, and where its parts are. */
import type { Page } from '@playwright/test';
import { claudeProcess } from '../test/support/claude-process';
import type { ProductionServer } from '../test/support/production-server';
import { connection, dated, expect } from './fixtures';
import type { TestSwarm } from './swarm';

export const MINUTE = 60_000;

export function ago(minutes: number): string {
  const time = new Date(Date.now() - minutes * MINUTE);
  return new Date(time.getTime() - time.getTimezoneOffset() * MINUTE)
    .toISOString()
    .replace('T', ' ')
    .replace('Z', '000');
}

/** Three agents; messages 50 and 5 to 2 minutes ago, and none between; one held lock. */
export function story(swarm: TestSwarm): number {
  const storyEnd = Date.now();
  swarm.register([{ id: 'agent-0', pid: claudeProcess() }, { id: 'agent-1' }, { id: 'agent-2' }]);
  swarm.lock('src/parser.ts', 'agent-1', 'tokens', 130);
  swarm.send(
    { sender: 'agent-0', timestamp: ago(50), msg_type: 'TASK-DELEGATION', recipients: ['agent-1'] },
    { sender: 'agent-1', timestamp: ago(49.5), msg_type: 'ACK', recipients: ['agent-0'] },
    { sender: 'agent-2', timestamp: ago(5), msg_type: 'QUESTION', recipients: ['agent-0', 'agent-1'] },
    { sender: 'agent-0', timestamp: ago(4), msg_type: 'INFO', recipients: ['agent-2'] },
    { sender: 'agent-1', timestamp: ago(2), msg_type: 'BLOCKED', recipients: ['all'] },
  );
  return storyEnd;
}

export const drawer = (page: Page) => page.getByRole('region', { name: 'Timeline and relations' });
export const opener = (page: Page) => drawer(page).getByRole('button', { name: 'Timeline', exact: true });
export const lane = (page: Page, agent: string) =>
  page.getByRole('list', { name: 'Lanes' }).getByRole('button', { name: new RegExp(`^${agent} \\d`) });
/** The two ends of a span. */
export const CLOCKS = dated(/^\d\d:\d\d:\d\d – \d\d:\d\d:\d\d$/);
export const words = (page: Page) => page.locator('[data-words]');
export const overlay = (page: Page) => page.locator('[data-timeline-overlay]');

export async function open(page: Page, server: ProductionServer, query = '?view=timeline&span=1h'): Promise<void> {
  await page.goto(`${server.url}/${query}`);
  await expect(connection(page)).toHaveText(/Live/);
  await expect(page.locator('[data-loaded="true"]')).toBeVisible();
}

/** The time range in the address, in milliseconds. */
export function shownSpan(page: Page): { since: number; until: number } {
  const [since = '', until = ''] = new URL(page.url()).searchParams.get('span')?.split('/') ?? [];
  return { since: Date.parse(since), until: Date.parse(until) };
}

export const written = (page: Page) => expect.poll(() => Number.isNaN(shownSpan(page).until)).toBe(false);

/** Twenty minutes with the newer messages and no idle time to fold. */
export function recent(): { since: number; until: number; query: string } {
  const until = Date.now() - 1.5 * MINUTE;
  const since = until - 6 * MINUTE;
  const iso = (time: number) => new Date(time).toISOString();
  return { since, until, query: `?view=timeline&span=${iso(since)}/${iso(until)}` };
}

/** Points at a moment in a lane, counted from 0; messages are in the upper part, locks in the lower one. */
export async function barPlace(
  page: Page,
  index: number,
  part: number,
  lower = false,
): Promise<{ x: number; y: number }> {
  const box = await overlay(page).boundingBox();
  const row = await page.getByRole('list', { name: 'Lanes' }).getByRole('listitem').nth(index).boundingBox();
  if (!box || !row) throw new Error('The lanes are not visible.');
  return { x: box.x + box.width * part, y: row.y + row.height * (lower ? 0.7 : 0.3) };
}

/** Moves around a place until the expected words appear: a tick is thin. */
export async function nearby(page: Page, { x, y }: { x: number; y: number }, expected: RegExp): Promise<void> {
  for (let off = 0; off <= 60; off += 3) {
    for (const side of [off, -off]) {
      await page.mouse.move(x + side, y);
      await page.evaluate(() => new Promise(requestAnimationFrame));
      if (expected.test((await words(page).textContent()) ?? '')) return;
    }
  }
  await expect(words(page)).toHaveText(expected);
}
