import { type AttentionAnswer, type AttentionEntry, attentionKind } from '../lib/contract/schemas';
import { formatNaiveLocal } from '../lib/sources/claudeswarm/written-form';
import { claudeProcess } from '../test/support/claude-process';
import { goneProcess } from './busy';
import { expect, faults, openLive, panel, test } from './fixtures';

const needsYou = (page: Parameters<typeof panel>[0]) => page.getByRole('region', { name: 'Needs you' });
const rowsOf = (page: Parameters<typeof panel>[0]) =>
  needsYou(page).getByRole('list', { name: 'What needs you' }).locator('> li');

test('needs you: its height is the setting alone; more items scroll inside, and the panels below keep their place', async ({
  page,
  swarm,
  server,
}) => {
  swarm.register([{ id: 'agent-0' }]);
  await server.start();
  await openLive(page, server);
  const top = async () => (await panel(page, 'Agents').boundingBox())?.y ?? 0;
  await expect(needsYou(page)).toContainText('Nothing right now.');
  const empty = await top();
  for (let count = 0; count < 9; count++) swarm.lock(`docs/${count}.md`, `ghost-${count}`);
  const links = needsYou(page).getByRole('link');
  await expect(links).toHaveCount(9);
  expect(await top()).toBe(empty);
  await expect(links.nth(3)).toBeInViewport({ ratio: 0.95 });
  await expect(links.nth(5)).not.toBeInViewport();
  await links.nth(8).focus();
  await expect(links.nth(8)).toBeInViewport();

  const height = needsYou(page).getByRole('combobox', { name: 'Height:' });
  await height.selectOption('6 lines');
  const high = await top();
  expect(high).toBeGreaterThan(empty);
  await height.selectOption('2 lines');
  expect(empty - (await top())).toBeCloseTo(high - empty, 0);
  expect(await faults(page)).toEqual([]);
  await page.reload();
  await expect(height).toHaveValue('2');
});

test('needs you: rows keep their places while the mouse is over them', async ({ page, swarm, server }) => {
  swarm.register([
    { id: 'agent-0', pid: claudeProcess() },
    { id: 'agent-4', pid: goneProcess(), age: 900 },
  ]);
  for (const name of ['b', 'c', 'd']) swarm.lock(`docs/${name}.md`, `ghost-${name}`);
  await server.start();
  await openLive(page, server);
  const rows = rowsOf(page);
  await expect(rows).toHaveCount(3);
  const place = await rows.nth(1).boundingBox();
  const second = (await rows.nth(1).getByRole('link').getAttribute('href')) ?? '';
  await rows.nth(1).hover();
  // A critical item belongs at the top, and the first row goes.
  const first = (await rows.first().textContent()) ?? '';
  const gone = /ghost-(\w)/.exec(first)?.[1] ?? '';
  // A lock of now would be a sign of life.
  swarm.lock('docs/a.md', 'agent-4', 'left behind', 890);
  swarm.release(`docs/${gone}.md`, `ghost-${gone}`);
  await expect(rows.first()).toHaveText('No longer listed');
  await expect(rows).toHaveCount(4);
  expect(await rows.nth(1).getByRole('link').getAttribute('href')).toBe(second);
  expect(await rows.nth(1).boundingBox()).toEqual(place);
  await expect(rows.nth(3)).toContainText('agent-4');
  expect(await faults(page)).toEqual([]);
  await page.mouse.move(0, 0);
  await expect(rows).toHaveCount(3);
  await expect(rows.first()).toContainText('agent-4');
});

test('needs you: no label of a kind wraps, at any width of the page', async ({ page, swarm, server }) => {
  swarm.register([{ id: 'agent-0' }]);
  swarm.lock('docs/a.md', 'ghost-1');
  await server.start();
  await openLive(page, server);
  await expect(needsYou(page).getByRole('link')).toHaveCount(1);
  const answer = await server.get<AttentionAnswer>('/api/attention');
  const [entry] = answer.attention as [AttentionEntry];
  const attention = [
    ...attentionKind.options.map((kind) => ({ ...entry, kind, id: kind, group: kind })),
    ...Array.from({ length: 12 }, (_, place) => ({
      ...entry,
      ...{ kind: 'acknowledgement_overdue', id: `many ${place}`, group: 'acknowledgement_overdue:agent-1' },
    })),
  ];
  const all = { ...answer, attention, count: attention.length };
  const body = `event: attention\ndata: ${JSON.stringify(all)}\n\n`;
  await page.route('**/api/stream*', (route) => route.fulfill({ contentType: 'text/event-stream', body }));
  await page.reload();
  const rows = needsYou(page).locator('[data-first]');
  await expect(rows).toHaveCount(attentionKind.options.length + 1);
  for (const width of [1440, 1366, 1024, 768, 390]) {
    await page.setViewportSize({ width, height: 800 });
    const wrapped = await rows.evaluateAll((elements) =>
      elements.flatMap((row) => {
        const label = row.children[1] as HTMLElement;
        const range = document.createRange();
        range.selectNodeContents(label);
        const tops = new Set([...range.getClientRects()].map(({ top }) => Math.round(top)));
        return tops.size > 1 ? [label.textContent] : [];
      }),
    );
    expect(wrapped, `${width} px wide`).toEqual([]);
  }
});

test('needs you: a waiting chain is one row with its root first, opens into its items, and links to the graph', async ({
  page,
  swarm,
  server,
}) => {
  swarm.register([
    { id: 'agent-0', pid: claudeProcess() },
    { id: 'agent-1', pid: goneProcess(), age: 900 },
    ...['agent-2', 'agent-5', 'agent-6'].map((id) => ({ id })),
  ]);
  swarm.lock('src/ledger.ts', 'agent-1', 'balance');
  const blocked = (sender: string, recipient: string, minutes: number) => ({
    ...{ sender, recipients: [recipient], msg_type: 'BLOCKED', content: 'I need `src/ledger.ts`.' },
    timestamp: formatNaiveLocal(Date.now() - minutes * 60_000 - 5000),
    delivery_status: { [recipient]: true },
  });
  swarm.send(blocked('agent-2', 'agent-1', 12), blocked('agent-5', 'agent-2', 7), blocked('agent-6', 'agent-1', 6));
  await server.start();
  await openLive(page, server);
  const rows = rowsOf(page);
  const chain = rows.first().getByRole('button', { name: /Waiting chain/ });
  await expect(chain).toContainText(
    /agent-1 \(dead, holds ledger\.ts\) blocks agent-2 for \d+ min, which blocks agent-5 for \d+ min; 1 more wait in this chain/,
  );
  await expect(rows).toHaveCount(1);
  await expect(needsYou(page).getByRole('status')).toContainText('4');
  await chain.click();
  await expect(rows.first().getByRole('listitem')).toHaveCount(4);
  await expect(rows.first().locator('code').first()).toHaveText('src/ledger.ts');
  await expect(needsYou(page)).not.toContainText('`');
  expect(await faults(page)).toEqual([]);
  await rows.first().getByRole('link', { name: 'Show all waits in the graph' }).click();
  await expect(page).toHaveURL(/view=waits/);
  await expect(page.getByRole('list', { name: 'Root blockers' })).toContainText('agent-1 dead 3 agents wait for it');
});

test.describe('on a narrow screen', () => {
  test.use({ viewport: { width: 390, height: 844 } });

  test('needs you: uses the height of the screen, and scrolls inside', async ({ page, swarm, server }) => {
    swarm.register([{ id: 'agent-0' }]);
    for (let count = 0; count < 20; count++) swarm.lock(`docs/${count}.md`, `ghost-${count}`);
    await server.start();
    // The first page of a server is rendered before attention items were computed.
    await openLive(page, server);
    await expect(page.getByRole('tab', { name: 'Needs you 20' })).toBeVisible();
    await page.reload();
    const links = needsYou(page).getByRole('link');
    await expect(links).toHaveCount(20);
    const below = page.getByRole('region', { name: 'At a glance' });
    await expect(below).toBeVisible();
    const box = await needsYou(page).boundingBox();
    const glance = await below.boundingBox();
    expect((box?.y ?? 0) + (box?.height ?? 0)).toBe(glance?.y);
    expect((glance?.y ?? 0) + (glance?.height ?? 0)).toBe(844);
    await expect(links.nth(8)).toBeInViewport({ ratio: 0.95 });
    await links.last().focus();
    await expect(links.last()).toBeInViewport();
    expect(await page.evaluate(() => document.documentElement.scrollHeight)).toBe(844);
    expect(await faults(page)).toEqual([]);
  });
});

test.describe('on a narrow screen', () => {
  test.use({ viewport: { width: 390, height: 844 } });

  test('at a glance: the tab also says who is in which state, and which locks are past the timeout', async ({
    page,
    swarm,
    server,
  }) => {
    const pid = claudeProcess();
    swarm.register([{ id: 'agent-0', pid: goneProcess(), age: 600 }, { id: 'agent-1', pid }, { id: 'agent-2' }]);
    swarm.lock('src/old.ts', 'agent-1', 'work', 540);
    swarm.lock('src/new.ts', 'agent-1', 'work', 10);
    await server.start();
    await openLive(page, server);
    await page.getByRole('tab', { name: 'Needs you' }).click();
    const glance = page.getByRole('region', { name: 'At a glance' });
    await expect(glance.getByRole('term')).toHaveText(['running', 'dead', 'stale locks']);
    await expect(glance.getByRole('definition')).toHaveText([
      'agent-1agent-2',
      'agent-0',
      /^src\/old\.ts\s*agent-1\s*.*9 min$/,
    ]);
    expect(await faults(page)).toEqual([]);
    await glance.getByRole('link', { name: 'src/old.ts' }).click();
    await expect(page).toHaveURL(/lock=/);
    await expect(panel(page, 'Locks')).toBeVisible();
  });
});
