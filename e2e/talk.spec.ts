import type { TalkAnswer, TalkPair } from '../lib/contract/past-schemas';
import { expect, faults, pageWidth, type panel, test } from './fixtures';

const view = (page: Parameters<typeof panel>[0]) => page.getByRole('region', { name: 'Timeline and relations' });
const matrix = (page: Parameters<typeof panel>[0]) => view(page).getByRole('table', { name: 'Conversations' });

const pair = (sender: string, recipient: string, types: Record<string, number>, open?: string): TalkPair => ({
  sender,
  recipient,
  count: Object.values(types).reduce((sum, count) => sum + count, 0),
  types,
  unanswered: open ? 1 : 0,
  first_unanswered: open ?? null,
});

const PAIRS = [
  pair('agent-0', 'agent-1', { INFO: 12, QUESTION: 3 }, 'e.1'),
  pair('agent-1', 'agent-0', { INFO: 4, COMPLETED: 2, BLOCKED: 1 }),
  pair('agent-2', 'all', { INFO: 2 }),
];

/** Answers every request for conversations with the same data. */
async function answerTalk(page: Parameters<typeof panel>[0], pairs: TalkPair[]): Promise<void> {
  await page.route('**/api/talk?*', (route) => {
    const query = new URL(route.request().url()).searchParams;
    const [since, until] = [query.get('since') ?? '', query.get('until') ?? ''];
    expect([Date.parse(since) < Date.parse(until)]).toEqual([true]);
    const answer: TalkAnswer = { since, until, pairs, count: pairs.length };
    return route.fulfill({ json: answer });
  });
}

test('conversations: cells state their counts in words; selecting one filters the messages', async ({
  page,
  swarm,
  server,
  complaints,
}) => {
  // The made-up answer names a message that the server never had.
  complaints.allow(/status of 410/);
  swarm.register([{ id: 'agent-0' }, { id: 'agent-1' }, { id: 'agent-2' }, { id: 'agent-3' }]);
  await server.start();
  await answerTalk(page, PAIRS);
  await page.goto(`${server.url}/?view=talk`);
  await expect(matrix(page).getByRole('columnheader')).toHaveText(['from ↓ to →', 'agent-0', 'agent-1', 'all', 'sent']);
  await expect(matrix(page).getByRole('row').nth(1)).toContainText('15');
  await expect(view(page)).toContainText('24 messages, one for each recipient');
  await expect(view(page)).toContainText('1 registered agent said nothing');
  const cell = matrix(page).getByRole('button', {
    name: 'agent-0 to agent-1: 15 messages: 12 INFO, 3 QUESTION; 1 question unanswered',
  });
  await expect(cell).toContainText('?1');
  await cell.hover();
  await expect(view(page)).toContainText('agent-0 to agent-1: 15 messages: 12 INFO, 3 QUESTION');
  expect(await faults(page)).toEqual([]);
  await cell.click();
  await expect(page).toHaveURL(/from=agent-0/);
  await expect(page).toHaveURL(/to=agent-1/);
  await expect(page).toHaveURL(/since=/);
  // The range follows the present, and so does the filter.
  await expect(page).not.toHaveURL(/until=/);
  await expect(cell).toHaveAttribute('aria-pressed', 'true');
  await cell.click();
  await expect(page).not.toHaveURL(/from=|since=/);
  const gone = page.waitForResponse((response) => response.status() === 410);
  await view(page).getByRole('link', { name: 'Show the first unanswered' }).click();
  await gone;
  await expect(page).toHaveURL(/message=e\.1/);
});

test('conversations: counts messages, and marks the unanswered question', async ({ page, swarm, server }) => {
  swarm.register([{ id: 'agent-0' }, { id: 'agent-1' }]);
  swarm.send({}, { msg_type: 'QUESTION', content: 'Cents?' }, { sender: 'agent-1', recipients: ['agent-2'] });
  await server.start();
  await page.goto(`${server.url}/?view=talk`);
  const cell = matrix(page).getByRole('button', {
    name: 'agent-0 to agent-1: 2 messages: 1 INFO, 1 QUESTION; 1 question unanswered',
  });
  await cell.click();
  const messages = page.getByRole('region', { name: 'Messages', exact: true });
  await expect(messages.getByText('Cents?')).toBeVisible();
  await expect(messages.getByText('message 3.')).toBeHidden();
  await view(page).getByRole('link', { name: 'Show the first unanswered' }).click();
  await expect(messages.getByText('Cents?')).toBeInViewport();
});

test('conversations: one tab stop, arrow keys move, Enter selects', async ({ page, swarm, server }) => {
  swarm.register([{ id: 'agent-0' }]);
  await server.start();
  await answerTalk(page, PAIRS);
  await page.goto(`${server.url}/?view=talk`);
  await expect(matrix(page).locator('button[tabindex="0"]')).toHaveCount(1);
  await matrix(page).locator('button[tabindex="0"]').focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowLeft');
  await expect(matrix(page).getByRole('button', { name: /^agent-1 to agent-0/ })).toBeFocused();
  await expect(matrix(page).locator('button[tabindex="0"]')).toHaveCount(1);
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/from=agent-1/);
  await page.keyboard.press('End');
  await page.keyboard.press('PageDown');
  await expect(matrix(page).getByRole('button', { name: /^agent-2 to all/ })).toBeFocused();
});

test('conversations: an empty range and a refusing server are reported', async ({
  page,
  swarm,
  server,
  complaints,
}) => {
  swarm.register([{ id: 'agent-0' }]);
  await server.start();
  await answerTalk(page, []);
  await page.goto(`${server.url}/?view=talk`);
  await expect(view(page)).toContainText('No messages in this range.');
  complaints.allow(/status of 503/);
  await page.route('**/api/talk?*', (route) =>
    route.fulfill({ status: 503, json: { detail: 'The history is being opened.' } }),
  );
  await page.reload();
  await expect(view(page)).toContainText('The history is being opened.');
});

test.describe('on a narrow screen', () => {
  test.use({ viewport: { width: 390, height: 844 } });

  test('conversations: the matrix scrolls beside its senders', async ({ page, swarm, server }) => {
    swarm.register([{ id: 'agent-0' }]);
    await server.start();
    const names = Array.from({ length: 18 }, (_, index) => `agent-${index}`);
    const others = (from: string) => names.filter((to) => to !== from);
    await answerTalk(
      page,
      names.flatMap((from, index) => others(from).map((to) => pair(from, to, { INFO: index + 1 }))),
    );
    await page.goto(`${server.url}/?view=talk`);
    // Of many agents the busiest come first.
    await expect(matrix(page).getByRole('rowheader').first()).toHaveText('agent-17');
    const last = matrix(page).getByRole('columnheader').last();
    await last.scrollIntoViewIfNeeded();
    await expect(matrix(page).getByRole('rowheader').first()).toBeInViewport();
    expect(await pageWidth(page)).toBe(390);
    expect(await faults(page)).toEqual([]);
  });
});
