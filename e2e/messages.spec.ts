import { readFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import type { MessagesAnswer } from '../lib/contract/schemas';
import { expect, faults, openLive, panel, pasted, test } from './fixtures';

const list = (page: Page) => page.getByRole('region', { name: 'List of messages' });
const rows = (page: Page) => panel(page, 'Messages').locator('li[data-seq]');
const row = (page: Page, text: string | RegExp) => rows(page).filter({ hasText: text });
const search = (page: Page) => page.getByRole('searchbox', { name: 'Search messages' });
const many = (count: number) => Array.from({ length: count }, () => ({}));

/** The numbers of the rendered messages, in order. */
async function numbers(page: Page): Promise<number[]> {
  const texts = await rows(page).allTextContents();
  return texts.map((text) => Number(/message (\d+)\./.exec(text)?.[1]));
}

function isUnbroken(drawn: readonly number[]): boolean {
  return drawn.length > 0 && drawn.every((number, index) => number === (drawn[0] ?? 0) + index);
}

/** Waits until what the wheel began has ended, which a browser may draw in several frames. */
function scrolled(page: Page): Promise<void> {
  return list(page).evaluate(async (element) => {
    for (let still = 0, top = Number.NaN; still < 3; still = element.scrollTop === top ? still + 1 : 0) {
      top = element.scrollTop;
      await new Promise(requestAnimationFrame);
    }
  });
}

test('messages: scrolling up loads older pages back to the first message, each message once and in order', async ({
  page,
  swarm,
  server,
}) => {
  swarm.send(...many(430));
  await server.start();
  await openLive(page, server);
  await expect(row(page, 'message 430.')).toBeInViewport();
  const seen = new Set<number>();
  await list(page).hover();
  await expect(async () => {
    await page.mouse.wheel(0, -1500);
    await scrolled(page);
    const drawn = await numbers(page);
    expect(isUnbroken(drawn)).toBe(true);
    for (const number of drawn) seen.add(number);
    await expect(page.getByText('This is the first message kept.')).toBeInViewport({ timeout: 50 });
  }).toPass({ intervals: [50] });
  expect([...seen].sort((one, other) => one - other)).toEqual(Array.from({ length: 430 }, (_, index) => index + 1));
  await page.getByRole('button', { name: 'Newest', exact: true }).click();
  await expect(row(page, 'message 430.')).toBeInViewport();
});

test('messages: visible text does not move while older pages are inserted above', async ({ page, swarm, server }) => {
  swarm.send(
    ...Array.from({ length: 400 }, (_, index) => ({ content: `message ${index + 1}.${'\nline'.repeat(index % 7)}` })),
  );
  await server.start();
  await openLive(page, server);
  await page.route('**/api/messages?**before=**', async (route) => {
    await gate;
    await route.continue();
  });
  let open = () => {};
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  await list(page).evaluate((element) => element.scrollTo({ top: -900 }));
  const first = await list(page).evaluate((element) => {
    const { top } = element.getBoundingClientRect();
    const visible = [...element.querySelectorAll('li[data-seq]')].find((one) => one.getBoundingClientRect().top >= top);
    return visible?.getAttribute('data-seq') ?? '';
  });
  const held = page.locator(`#message-${first}`);
  await expect(page.getByRole('button', { name: 'Loading…' })).toBeAttached();
  const before = await held.boundingBox();
  open();
  await expect(page.getByRole('button', { name: 'Older messages' })).toBeAttached();
  const after = await held.boundingBox();
  expect(Math.abs((after?.y ?? 0) - (before?.y ?? 1e9))).toBeLessThan(1);
});

test('messages: the whole history can be scrolled with a bounded number of rows', async ({ page, swarm, server }) => {
  swarm.send(...many(4000));
  await server.start();
  await openLive(page, server);
  await list(page).focus();
  await page.keyboard.press('Home');
  await expect(row(page, /message 1\.(?!\d)/)).toBeInViewport();
  await expect(page.getByText('This is the first message kept.')).toBeAttached();
  await list(page).hover();
  await expect(async () => {
    await page.mouse.wheel(0, 3000);
    expect(isUnbroken(await numbers(page))).toBe(true);
    expect(await rows(page).count()).toBeLessThanOrEqual(90);
    await expect(row(page, 'message 1500.')).toBeAttached({ timeout: 20 });
  }).toPass({ intervals: [20] });
  await page.keyboard.press('f');
  await expect(row(page, 'message 4000.')).toBeInViewport();
});

test('messages: code, lists, tables and links are rendered, HTML is text, only http(s) is a link', async ({
  page,
  swarm,
  server,
}) => {
  swarm.send({
    content: [
      'Done, see `parse()`:',
      '',
      '```ts',
      'const a = 1;',
      '```',
      '- **first** point',
      '- [docs](https://docs.example/x) and [evil](javascript:alert(1))',
      '',
      '| call | ms |',
      '|---|--:|',
      '| `GET /` | 12 |',
      '',
      '<b onclick="x()">bold</b> ![i](https://a.example/i.png) src/*.ts and lib/*.ts',
    ].join('\n'),
  });
  await server.start();
  await openLive(page, server);
  const message = rows(page).first();
  await expect(message.locator('pre')).toHaveText('const a = 1;');
  await expect(message.locator('strong')).toHaveText('first');
  await expect(message.getByRole('cell', { name: '12' })).toBeVisible();
  await expect(message.getByRole('link')).toHaveCount(1);
  await expect(message.getByRole('link', { name: 'docs' })).toHaveAttribute('href', 'https://docs.example/x');
  await expect(message).toContainText('[evil](javascript:alert(1))');
  await expect(message).toContainText('<b onclick="x()">bold</b> ![i](https://a.example/i.png) src/*.ts and lib/*.ts');
  await expect(message.locator('img, b')).toHaveCount(0);
});

test('messages: code wider than the list scrolls by keyboard', async ({ page, swarm, server }) => {
  swarm.send({ content: `\`\`\`\n${'wide '.repeat(300)}\n\`\`\`` });
  await server.start();
  await openLive(page, server);
  const code = rows(page).getByRole('group', { name: 'Code' });
  await rows(page).focus();
  await page.keyboard.press('Tab');
  await expect(code).toBeFocused();
  await page.keyboard.press('ArrowRight');
  await expect.poll(() => code.evaluate((element) => element.scrollLeft)).toBeGreaterThan(0);
  await expect(rows(page)).toHaveCount(1);
  expect(await faults(page)).toEqual([]);
});

test('messages: an answer links to its question, however far back it is', async ({ page, swarm, server }) => {
  const asked = '33333333-3333-4333-8333-333333333333';
  swarm.send({ content: 'The first question.', msg_id: asked }, ...many(1500), {
    sender: 'agent-2',
    content: 'Answered at last.',
    parent_msg_id: asked,
  });
  await server.start();
  await openLive(page, server);
  // The question is not loaded: the server is asked for its text.
  await row(page, 'Answered at last.').getByRole('button', { name: 'agent-0: “The first question.”' }).click();
  const question = row(page, 'The first question.');
  await expect(question).toBeInViewport();
  await expect(question).toHaveAttribute('aria-current', 'true');
  await expect(page).toHaveURL(/\?message=[\w-]+\.1$/);
  await page.goBack();
  await expect(page).toHaveURL(/\/$/);
});

test('messages: the narrowest panel has room for the search box', async ({ page, context, swarm, server }) => {
  swarm.send({});
  await server.start();
  await context.addCookies([{ name: 'swarm_layout', value: '1600.1600', url: server.url }]);
  await openLive(page, server);
  expect((await search(page).boundingBox())?.width).toBeGreaterThan(140);
  await page.getByRole('button', { name: 'Filter', exact: true }).click();
  await expect(page.getByRole('checkbox', { name: /INFO/ })).toBeFocused();
  await expect(page.getByRole('checkbox', { name: /INFO/ })).toBeInViewport();
  const sheet = page.getByRole('dialog', { name: 'Filter' });
  expect(await sheet.evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)).toBeLessThanOrEqual(0);
});

test('messages: long ones are folded; Enter opens and folds them without moving them', async ({
  page,
  swarm,
  server,
}) => {
  swarm.send(...many(30), { content: `long\n${'line\n'.repeat(60)}end of it` }, ...many(6));
  await server.start();
  await openLive(page, server);
  const long = row(page, 'Show all: 62 lines');
  await expect(long).not.toContainText('end of it');
  await long.focus();
  const { y } = (await long.boundingBox()) ?? { y: -1 };
  await page.keyboard.press('Enter');
  const opened = row(page, 'end of it');
  await expect(opened).toBeVisible();
  expect(Math.abs(((await opened.boundingBox())?.y ?? 0) - y)).toBeLessThan(2);
  await page.keyboard.press('Enter');
  await expect(opened).toHaveCount(0);
});

test('messages: retries, acknowledgements and replies link to each other', async ({ page, swarm, server }) => {
  const asked = '11111111-1111-4111-8111-111111111111';
  const text = '[REQUIRES-ACK] Who takes the parser?';
  swarm.send(
    { content: text, msg_id: asked, requires_ack: true },
    ...many(40),
    { content: `[RETRY-1] ${text}`, requires_ack: true },
    { sender: 'agent-1', msg_type: 'ACK', content: `[ACK] ${asked}: I do.` },
    { sender: 'agent-2', content: 'Then I test it.', parent_msg_id: asked },
    { sender: 'agent-2', content: 'About something else.', parent_msg_id: '22222222-2222-4222-8222-222222222222' },
  );
  await server.start();
  await openLive(page, server);
  // The retry and the acknowledgement are folded into the question.
  await expect(row(page, '[RETRY-1]')).toHaveCount(0);
  await expect(row(page, 'I do.')).toHaveCount(0);
  const reply = row(page, 'Then I test it.');
  await expect(reply).toContainText('answers agent-0: “[REQUIRES-ACK] Who takes the parser?”');
  await reply.getByRole('button', { name: /agent-0: “\[REQUIRES-ACK\]/ }).click();
  const question = rows(page).filter({ hasText: 'acknowledged by agent-1' });
  await expect(question).toBeInViewport();
  await expect(question).toHaveAttribute('aria-current', 'true');
  await expect(question).toContainText('answered by agent-2');
  await question.getByRole('button', { name: '✓ acknowledged by agent-1 · ↻ 1 retry' }).click();
  await expect(question).toContainText('[RETRY-1] [REQUIRES-ACK] Who takes the parser?');
  await expect(question).toContainText(`[ACK] ${asked}: I do.`);
  // The time leads to the message as a row of its own.
  await question.getByRole('listitem').filter({ hasText: 'I do.' }).getByRole('button').click();
  await expect(row(page, 'I do.').last()).toHaveAttribute('aria-current', 'true');
  await expect(row(page, 'I do.').last()).toContainText('answers agent-0');
  await page.goBack();
  await page.goBack();
  await page.keyboard.press('f');
  await row(page, 'About something else.')
    .getByRole('button', { name: /a message that is not kept/ })
    .click();
  await expect(search(page)).toHaveValue('"22222222-2222-4222-8222-222222222222"');
});

test('filter: parts combine, are in the address, apply to new messages, and are cleared by one key', async ({
  page,
  swarm,
  server,
}) => {
  swarm.register([{ id: 'agent-0' }, { id: 'agent-1' }, { id: 'agent-2' }]);
  swarm.send(
    ...Array.from({ length: 300 }, (_, index) => ({
      sender: `agent-${index % 3}`,
      recipients: [`agent-${(index + 1) % 3}`],
      msg_type: index % 10 === 0 ? 'BLOCKED' : 'INFO',
      content: `message ${index + 1}. ${index % 100 === 7 ? 'The Lexer, größer' : 'nothing'}`,
    })),
  );
  await server.start();
  await openLive(page, server);
  await page.keyboard.press('/');
  await expect(search(page)).toBeFocused();
  await page.keyboard.type('lexer grosser* ');
  await expect(page).toHaveURL(/q=lexer/);
  await search(page).fill('LEXER');
  await expect(rows(page)).toHaveCount(3);
  await expect(rows(page).first().locator('mark')).toHaveText('Lexer');
  swarm.send({ content: 'another lexer' }, { content: 'another thing' });
  await expect(rows(page)).toHaveCount(4);
  await page.keyboard.press('Escape');
  await expect(page).toHaveURL(/\/$/);
  await expect(row(page, 'another thing')).toBeInViewport();

  await search(page).fill('type:blocked from:agent-1 ');
  await expect(page).toHaveURL(/from=agent-1&type=BLOCKED/);
  await expect(search(page)).toHaveValue('');
  await expect(rows(page)).toHaveCount(10);
  swarm.send({ sender: 'agent-1', msg_type: 'BLOCKED', content: 'live and matching' });
  swarm.send({ sender: 'agent-2', msg_type: 'BLOCKED', content: 'live and not matching' });
  await expect(rows(page)).toHaveCount(11);
  await page.reload();
  await expect(rows(page)).toHaveCount(11);
  await page.getByRole('button', { name: 'Remove the filter from agent-1' }).click();
  await expect(row(page, 'live and not matching')).toBeVisible();

  await page.getByRole('button', { name: 'Filter', exact: true }).click();
  await page.getByRole('checkbox', { name: /INFO/ }).check();
  await page.getByRole('combobox', { name: 'Sender or recipient' }).selectOption('agent-2');
  await page.getByRole('button', { name: '1 hour' }).click();
  await expect(page).toHaveURL(/agent=agent-2.*since=.*type=BLOCKED&type=INFO/);
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    expect(await faults(page, { part: '#messages' })).toEqual([]);
  }
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await expect(page).toHaveURL(/\/$/);
});

test('filter: an invalid part is reported below the box', async ({ page, swarm, server, complaints }) => {
  complaints.allow(/422/);
  swarm.send({});
  await server.start();
  await openLive(page, server);
  await search(page).fill('since:soon ');
  await expect(page.getByRole('status').filter({ hasText: '“soon” is not a valid time' })).toBeVisible();
  await expect(search(page)).toHaveValue('since:soon ');
  await page.goto(`${server.url}/?since=nonsense`);
  await expect(page.getByText(/“since” must be a time in ISO 8601/)).toBeVisible();
  await search(page).press('Escape');
  await expect(row(page, 'message 1.')).toBeVisible();
});

test('messages: a link opens its message; a link to a missing message is reported', async ({
  page,
  swarm,
  server,
  complaints,
}) => {
  complaints.allow(/410/);
  swarm.send(...many(700));
  await server.start();
  await openLive(page, server);
  const { messages, next_cursor } = await server.get<MessagesAnswer>('/api/messages?limit=700');
  const epoch = next_cursor.split('.')[0];
  const wanted = messages[149];
  await page.goto(`${server.url}/?message=${epoch}.${wanted?.seq}`);
  await expect(row(page, 'message 150.')).toBeInViewport();
  await expect(row(page, 'message 150.')).toHaveAttribute('aria-current', 'true');
  expect(isUnbroken(await numbers(page))).toBe(true);
  swarm.send({});
  await page.getByRole('button', { name: '1 new' }).click();
  await expect(row(page, 'message 701.')).toBeInViewport();
  await expect(page).toHaveURL(/\/$/);

  await page.goto(`${server.url}/?message=other.5`);
  await expect(page.getByText('That message is no longer kept')).toBeVisible();
  await page.getByRole('button', { name: 'Back to the newest' }).click();
  await expect(page.getByText('That message is no longer kept')).toHaveCount(0);
});

test('messages: the list works by keyboard, and a link to a row is copied', async ({
  page,
  context,
  swarm,
  server,
}) => {
  await context.grantPermissions(['clipboard-write']);
  swarm.send(...many(120));
  await server.start();
  await openLive(page, server);
  await row(page, 'message 120.').focus();
  for (const _ of [1, 2, 3]) await page.keyboard.press('ArrowUp');
  await expect(row(page, 'message 117.')).toBeFocused();
  await page.keyboard.press('PageUp');
  await page.keyboard.press('PageUp');
  await expect(page.locator('li[data-seq]:focus')).toBeInViewport();
  await expect(page.getByRole('button', { name: 'Follow the newest' })).toHaveText('Paused');
  const focused = await page.locator('li[data-seq]:focus').getAttribute('data-seq');
  await page.keyboard.press('l');
  await expect(page.getByText('Link copied')).toBeVisible();
  await page.keyboard.press('End');
  await expect(row(page, 'message 120.')).toBeInViewport();
  await expect(page.getByRole('button', { name: 'Follow the newest' })).toHaveText('Following');
  await page.keyboard.press('f');
  swarm.send({});
  await expect(page.getByRole('button', { name: '1 new' })).toBeVisible();
  expect(await pasted(page)).toMatch(new RegExp(`^${server.url}/\\?message=[\\w-]+\\.${focused}$`));
});

test('download: filtered messages are saved as JSON lines or CSV', async ({ page, swarm, server }) => {
  swarm.send(...many(1500), { msg_type: 'BLOCKED', content: '=HYPERLINK("x")\nsecond' });
  await server.start();
  await openLive(page, server);
  const save = async (name: RegExp) => {
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name }).click()]);
    return { name: file.suggestedFilename(), text: readFileSync(await file.path(), 'utf8') };
  };
  await page.getByRole('button', { name: 'Download' }).click();
  const json = await save(/JSON lines/);
  expect(json.name).toMatch(/^swarm-messages-.*\.jsonl$/);
  const saved = json.text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line).content);
  expect(saved).toHaveLength(1501);
  expect(saved.slice(0, 1500)).toEqual(Array.from({ length: 1500 }, (_, index) => `message ${index + 1}.`));
  await expect(page.getByText('Saved 1,501 messages.')).toBeVisible();
  await page.goto(`${server.url}/?type=BLOCKED`);
  await page.getByRole('button', { name: 'Download' }).click();
  const csv = await save(/CSV/);
  expect(csv.text.split('\r\n')).toHaveLength(3);
  expect(csv.text).toContain('"\'=HYPERLINK(""x"")\nsecond"');
});

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false });

  test('messages: the HTML contains them, including Markdown and a simple filter', async ({ page, swarm, server }) => {
    swarm.send({ content: 'plain words' }, { msg_type: 'BLOCKED', content: 'see `code`' });
    await server.start();
    await page.goto(server.url);
    await expect(panel(page, 'Messages')).toContainText('plain words');
    await expect(rows(page).locator('code')).toHaveText('code');
    await page.goto(`${server.url}/?type=BLOCKED`);
    await expect(rows(page)).toHaveCount(1);
  });
});

test('messages: times are shown in the viewer’s zone', async ({ browser, swarm, server }) => {
  swarm.send({});
  await server.start();
  const { messages } = await server.get<MessagesAnswer>('/api/messages');
  const context = await browser.newContext({ timezoneId: 'Asia/Kolkata' });
  const page = await context.newPage();
  await openLive(page, server);
  const sent = new Date(String(messages[0]?.sent_at));
  const clock = sent.toLocaleTimeString('en-GB', { timeZone: 'Asia/Kolkata' });
  await expect(rows(page).getByTitle(new RegExp(`Sent: .*${clock}`))).toBeVisible();
  await context.close();
});
