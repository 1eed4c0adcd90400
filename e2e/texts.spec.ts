import type { Page } from '@playwright/test';
import { busy } from './busy';
import { expect, expectFaultless, faults, openLive, panel, SCREENS, test } from './fixtures';

/** Elements whose text is drawn outside their frame or that of the popover around them. */
function overprints(page: Page, popover: string): Promise<string[]> {
  return page.locator(popover).evaluate((sheet) => {
    const frame = sheet.getBoundingClientRect();
    return [...sheet.querySelectorAll('*')].flatMap((element) => {
      const box = element.getBoundingClientRect();
      const range = document.createRange();
      range.selectNodeContents(element);
      const content = range.getBoundingClientRect();
      const outside = (one: DOMRect, other: DOMRect) =>
        one.width > 0 && (one.left < other.left - 1 || one.right > other.right + 1);
      const framed = element.matches('button, fieldset, label, p') && content.width > 0;
      const sticksOut =
        framed && (content.top < box.top - 1 || content.bottom > box.bottom + 1 || outside(content, box));
      return sticksOut || outside(box, frame) ? [`${element.tagName}: ${element.textContent?.slice(0, 60)}`] : [];
    });
  });
}

test('no popover prints over its frame, at any size', async ({ page, swarm, server }) => {
  busy(swarm);
  await server.start();
  await openLive(page, server);
  for (const name of ['Download', 'Filter']) {
    await expectFaultless(page, async (width) => {
      if (width < 768) await page.getByRole('tab', { name: 'Messages' }).click();
      const open = page.locator('[popover]:popover-open');
      if ((await open.count()) > 0) await page.keyboard.press('Escape');
      await panel(page, 'Messages').getByRole('button', { name }).click();
      await expect(open.getByRole('button').first()).toBeVisible();
      expect(await overprints(page, '[popover]:popover-open'), `${name}, ${width} px wide`).toEqual([]);
    });
    await page.keyboard.press('Escape');
  }
});

test('paths break after their separators, in every row', async ({ page, swarm, server }) => {
  const path = 'src/accounting/ledger/double_entry_bookkeeping.service.integration.test.ts';
  swarm.register([{ id: 'agent-0' }]);
  swarm.lock(path, 'agent-0', `moves \`${path}\` elsewhere`, 60);
  swarm.lock(`lib/${path}`, 'agent-ghost', 'work', 60);
  swarm.send({ content: `see ${path}, please` });
  await server.start();
  await openLive(page, server);
  await expect(panel(page, 'Messages')).toContainText(path);
  for (const { width, height } of [...SCREENS, { width: 1366, height: 768 }]) {
    await page.setViewportSize({ width, height });
    for (const tab of width < 768 ? ['Locks', 'Messages', 'Needs you'] : ['']) {
      if (tab !== '') await page.getByRole('tab', { name: tab }).click();
      const broken = await page.evaluate(() => {
        const texts = document.createTreeWalker(document.querySelector('main') as HTMLElement, NodeFilter.SHOW_TEXT);
        const found: string[] = [];
        for (let node = texts.nextNode(); node; node = texts.nextNode()) {
          const text = node.textContent ?? '';
          if (!/bookkeeping|accounting|integration/.test(text)) continue;
          const range = document.createRange();
          for (const { 0: word, index } of text.matchAll(/\p{L}+/gu)) {
            range.setStart(node, index);
            range.setEnd(node, index + word.length);
            const tops = new Set([...range.getClientRects()].map(({ top }) => Math.round(top)));
            if (tops.size > 1) found.push(word);
          }
        }
        return found;
      });
      expect(broken, `${width} px wide ${tab}`).toEqual([]);
      // Where a line must not wrap, it does not break after a separator either.
      const cut = page.locator('.truncate:visible, .whitespace-nowrap:visible').filter({ hasText: /bookkeeping/ });
      for (const line of await cut.all()) {
        const [height, size] = await line.evaluate((element) => [
          element.getBoundingClientRect().height,
          Number.parseFloat(getComputedStyle(element).fontSize),
        ]);
        expect(height, `${width} px wide ${tab}`).toBeLessThan(2 * (size ?? 0));
      }
    }
  }
});

test('rows show code and bold without their marks; copied paths have no hidden characters', async ({
  page,
  swarm,
  server,
}) => {
  swarm.register([{ id: 'agent-0' }, { id: 'agent-1' }]);
  swarm.lock('src/authentication/session.ts', 'agent-0', 'see `npm test`', 60);
  swarm.send({
    ...{ sender: 'agent-0', recipients: ['agent-1'], msg_type: 'BLOCKED', content: '**Stuck**: `npm test` fails' },
    timestamp: new Date(Date.now() - 400_000).toISOString(),
  });
  await server.start();
  await openLive(page, server);
  const needsYou = page.getByRole('region', { name: 'Needs you' });
  for (const part of [needsYou, panel(page, 'Agents'), panel(page, 'Locks')]) {
    await expect(part.locator('code', { hasText: /^npm test$/ })).toHaveCount(1);
    await expect(part).not.toContainText('`');
  }
  await expect(panel(page, 'Agents').locator('strong')).toHaveText('Stuck');
  const row = panel(page, 'Locks').getByRole('button', { name: 'src/authentication/session.ts' });
  expect(await row.evaluate((element) => element.textContent)).toBe('src/authentication/session.ts');
  expect(await faults(page)).toEqual([]);
});
