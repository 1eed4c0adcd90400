import type { Page } from '@playwright/test';
import { busy } from './busy';
import { expect, openLive, panel, test } from './fixtures';

const MESSAGES = 30;

/** Notes from now on what the page moves by itself, except in the list that follows the newest message. */
function watchShifts(page: Page): Promise<void> {
  return page.evaluate(() => {
    const followed = document.querySelector('#messages [data-scroller]');
    const shifts: string[] = [];
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as (PerformanceEntry & { sources: LayoutShiftSource[] })[]) {
        for (const { node, previousRect, currentRect } of entry.sources) {
          if (node !== null && followed?.contains(node)) continue;
          const [before, after] = [previousRect, currentRect].map(({ x, y }) => `${Math.round(x)},${Math.round(y)}`);
          shifts.push(`${node?.nodeName}: ${node?.textContent?.slice(0, 60)} from ${before} to ${after}`);
        }
      }
    }).observe({ type: 'layout-shift' });
    Object.assign(window, { shifts });

    interface LayoutShiftSource {
      node: Node | null;
      previousRect: DOMRectReadOnly;
      currentRect: DOMRectReadOnly;
    }
  });
}

const shiftsOf = (page: Page) => page.evaluate(() => (window as unknown as { shifts: string[] }).shifts);

/** Where the parts of the page begin. */
const tops = (page: Page) =>
  page.evaluate(() =>
    ['needs-you', 'agents', 'messages', 'locks'].map((id) => document.getElementById(id)?.getBoundingClientRect().top),
  );

for (const { name, at, row } of [
  { name: '"Needs you"', at: (page: Page) => page.getByRole('region', { name: 'Needs you' }), row: 'li' },
  { name: 'an agent', at: (page: Page) => panel(page, 'Agents'), row: 'li' },
  { name: 'a lock', at: (page: Page) => panel(page, 'Locks'), row: 'li' },
]) {
  test(`still page: with the pointer on ${name} nothing moves while messages arrive`, async ({
    page,
    swarm,
    server,
  }) => {
    busy(swarm);
    // None reaches its timeout meanwhile.
    swarm.release('README.md', 'agent-4');
    swarm.lock('README.md', 'agent-4', 'installation steps', 60);
    // Its age becomes a letter longer meanwhile.
    swarm.lock('docs/young.md', 'agent-1', 'notes', 4);
    for (const ghost of [1, 2]) swarm.lock(`docs/${ghost}.md`, `ghost-${ghost}`);
    for (const sender of ['agent-0', 'agent-1', 'agent-2', 'agent-3', 'agent-5']) swarm.send({ sender });
    await server.start();
    await openLive(page, server);
    const target = at(page).locator(row).nth(1);
    await expect(target).toBeVisible();
    await expect(panel(page, 'Agents').getByText('has not spoken')).toHaveCount(0);
    await target.hover();
    const young = panel(page, 'Locks').locator('li', { hasText: 'docs/young.md' });
    await expect(young).toBeVisible();
    await page.evaluate(() => document.fonts.ready);
    await watchShifts(page);
    const before = await tops(page);
    const under = await target.elementHandle();
    const place = await target.boundingBox();
    for (let number = 1; number <= MESSAGES; number++) {
      // Each tenth does not arrive: another attention item.
      const recipient = number % 10 === 0 ? `late-${number}` : 'agent-1';
      const delivery_status = { [recipient]: number % 10 !== 0 };
      const sender = `agent-${number % 4}`;
      swarm.send({ sender, content: `still ${number}.`, recipients: [recipient], delivery_status });
      await expect(panel(page, 'Messages').getByText(`still ${number}.`)).toBeVisible();
    }
    await expect(page.getByRole('region', { name: 'Needs you' })).toContainText('late-30');
    await expect(young.locator('time')).toHaveText(/^\d\d s$/);
    expect(await shiftsOf(page)).toEqual([]);
    expect(await tops(page)).toEqual(before);
    const box = await target.boundingBox();
    expect(box).toEqual(place);
    const isSame = await page.evaluate(
      ([element, x, y]) => element?.contains(document.elementFromPoint(x, y)) ?? false,
      [under, (place?.x ?? 0) + (place?.width ?? 0) / 2, (place?.y ?? 0) + (place?.height ?? 0) / 2] as const,
    );
    expect(isSame).toBe(true);
  });
}
