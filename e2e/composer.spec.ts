import type { Page } from '@playwright/test';
import { formatInstant } from '../lib/contract/instant';
import { formatNaiveLocal } from '../lib/sources/claudeswarm/written-form';
import { FakeSending, letAct, outgoing } from './composer-page';
import { dated, expect, expectFaultless, faults, openAsOperator, panel, test } from './fixtures';
import type { TestSwarm } from './swarm';

const composer = (page: Page) => page.getByRole('region', { name: 'Write to agents' });
const line = (page: Page) => composer(page).getByRole('button', { name: 'Write to agents' });
const to = (page: Page) => composer(page).getByRole('combobox', { name: 'To' });
const text = (page: Page) => composer(page).getByRole('textbox', { name: 'Text' });
const send = (page: Page) => composer(page).getByRole('button', { name: /^Send/ });
const options = (page: Page) => page.getByRole('listbox', { name: 'Agents' }).getByRole('option');
const sent = (page: Page) => page.getByRole('list', { name: 'Sent from the dashboard' });

function newSwarm(swarm: TestSwarm, count = 3): void {
  swarm.register(Array.from({ length: count }, (_, number) => ({ id: `agent-${number}` })));
  swarm.send(
    { content: 'first' },
    { sender: 'agent-2', msg_type: 'REVIEW-REQUEST', content: 'Please look at src/cart.' },
  );
}

/** Opens the composer and writes a message by keyboard; it is not sent yet. */
async function write(page: Page, recipients: string, content: string): Promise<void> {
  await line(page).click();
  await page.keyboard.type(recipients);
  await page.keyboard.press('Enter');
  await text(page).fill(content);
}

test('composer: a message is written and sent with the mouse, and keeps in view', async ({ page, swarm, server }) => {
  newSwarm(swarm);
  const fake = await FakeSending.on(page);
  await server.start();
  await openAsOperator(page, server);
  await line(page).click();
  await expect(to(page)).toBeFocused();
  await options(page).filter({ hasText: 'agent-1' }).click();
  await text(page).fill('The release is at noon.');
  await composer(page).getByRole('combobox', { name: 'Type:' }).selectOption('CONTEXT-UPDATE');
  await composer(page).getByRole('checkbox', { name: 'Requires acknowledgement' }).check();
  await expect(composer(page)).toContainText('23 of 10,240 bytes');
  await send(page).click();
  await expect(sent(page)).toContainText('“The release is at noon.”');
  await expect(sent(page)).toContainText('delivered agent-1');
  expect(fake.bodies).toEqual([
    {
      ...{ recipients: ['agent-1'], msg_type: 'CONTEXT-UPDATE', content: 'The release is at noon.' },
      requires_ack: true,
    },
  ]);
  expect(fake.requests[0]?.headers()['idempotency-key']).toBeTruthy();
  await expect(line(page)).toBeFocused();
  await expect(composer(page)).not.toContainText('Draft');
});

test('composer: by keyboard alone; two presses send once', async ({ page, swarm, server }) => {
  newSwarm(swarm);
  const fake = await FakeSending.on(page);
  let answer = () => {};
  fake.wait = new Promise((resolve) => {
    answer = resolve;
  });
  await server.start();
  await openAsOperator(page, server);
  await expect(line(page)).toBeVisible();
  await page.keyboard.press('c');
  await page.keyboard.type('nt-2');
  await page.keyboard.press('Enter');
  await page.keyboard.type('agent-0');
  await page.keyboard.press('Tab');
  await expect(composer(page).getByRole('list', { name: 'Recipients' }).getByRole('listitem')).toHaveText([
    'agent-2',
    'agent-0',
  ]);
  await expect(text(page)).toBeFocused();
  await page.keyboard.type('Hello, both.');
  await page.keyboard.press('Control+Enter');
  await page.keyboard.press('Control+Enter');
  await expect(composer(page)).toContainText('Sending…');
  answer();
  await expect(sent(page)).toContainText('Hello, both.');
  expect(fake.bodies).toEqual([{ recipients: ['agent-2', 'agent-0'], msg_type: 'INFO', content: 'Hello, both.' }]);
});

test('composer: a refusal that comes after the form was closed is shown, and the draft stays', async ({
  page,
  swarm,
  server,
  complaints,
}) => {
  complaints.allow(/status of 503/);
  newSwarm(swarm);
  const fake = await FakeSending.on(page);
  let answer = () => {};
  fake.wait = new Promise((resolve) => {
    answer = resolve;
  });
  const detail = 'The message could not be kept, so it was not sent.';
  const type = 'urn:claude-swarm-dashboard:problem:unavailable';
  fake.answer = () => ({ status: 503, json: { type, title: 'x', status: 503, detail } });
  await server.start();
  await openAsOperator(page, server);
  await write(page, 'agent-1', 'Hello.');
  await page.keyboard.press('Control+Enter');
  await page.keyboard.press('Escape');
  await line(page).click();
  await page.keyboard.press('Control+Enter');
  await expect(composer(page).getByRole('alert')).toHaveText('It is being sent; wait for the answer.');
  await page.keyboard.press('Escape');
  answer();
  await expect(composer(page).getByRole('alert')).toHaveText(detail);
  await expect(composer(page)).toContainText('Draft to agent-1: “Hello.”');
  expect(fake.requests).toHaveLength(1);
});

test('composer: Reply on a message fills sender and type, quotes it, and gives the focus back', async ({
  page,
  swarm,
  server,
}) => {
  newSwarm(swarm);
  const fake = await FakeSending.on(page);
  await server.start();
  await openAsOperator(page, server);
  const row = panel(page, 'Messages').getByRole('listitem').filter({ hasText: 'Please look' }).first();
  await row.hover();
  await row.getByRole('button', { name: 'Reply' }).click();
  await expect(text(page)).toBeFocused();
  await expect(composer(page).locator('blockquote')).toContainText('Please look at src/cart.');
  await expect(composer(page).getByRole('combobox', { name: 'Type:' })).toHaveValue('REVIEW-FEEDBACK');
  expect(await faults(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await expect(row).toBeFocused();
  await page.keyboard.press('r');
  await expect(text(page)).toBeFocused();
  await page.keyboard.type('Looks good.');
  await page.keyboard.press('Control+Enter');
  await expect(sent(page)).toContainText('Looks good.');
  await expect(row).toBeFocused();
  expect(fake.bodies).toEqual([
    {
      ...{ recipients: ['agent-2'], msg_type: 'REVIEW-FEEDBACK', content: 'Looks good.' },
      parent_msg_id: '00000000-0000-4000-8000-000000000002',
    },
  ]);
});

test('composer: Reply on an unanswered question shows the question and answers it', async ({ page, swarm, server }) => {
  newSwarm(swarm);
  const timestamp = formatNaiveLocal(Date.now() - 30 * 60_000);
  swarm.send({
    timestamp,
    sender: 'agent-1',
    msg_type: 'QUESTION',
    content: 'Which currency?',
    recipients: ['agent-0'],
  });
  const fake = await FakeSending.on(page);
  await server.start();
  await openAsOperator(page, server);
  const needsYou = page.getByRole('region', { name: 'Needs you' });
  const item = needsYou.getByRole('listitem').filter({ hasText: 'Which currency?' });
  await expect(item.getByRole('button', { name: 'Reply' })).toBeAttached();
  // The key belongs to the composer, which loads after the page.
  await expect(line(page)).toBeVisible();
  await page.keyboard.press('4');
  await expect(item.getByRole('link')).toBeFocused();
  await page.keyboard.press('r');
  await expect(text(page)).toBeFocused();
  await expect(composer(page).locator('blockquote')).toContainText('Which currency?');
  await expect(page).toHaveURL(/message=/);
  await page.keyboard.type('Euro.');
  await page.keyboard.press('Control+Enter');
  await expect(sent(page)).toContainText('Euro.');
  expect(fake.bodies[0]).toMatchObject({ recipients: ['agent-1'], msg_type: 'INFO', content: 'Euro.' });
  expect(fake.bodies[0]?.parent_msg_id).toBeTruthy();
  await expect(item.getByRole('link')).toBeFocused();
});

test('composer: a broadcast asks with the number of agents', async ({ page, swarm, server }) => {
  newSwarm(swarm, 12);
  const fake = await FakeSending.on(page);
  await server.start();
  await openAsOperator(page, server);
  await line(page).click();
  await page.keyboard.type('every');
  await expect(options(page)).toHaveText(['everyone12 agents']);
  await page.keyboard.press('Enter');
  await text(page).fill('Stop at noon.');
  await page.keyboard.press('Control+Enter');
  await expect(composer(page)).toContainText('This goes to 12 agents.');
  expect(fake.requests).toHaveLength(0);
  await expect(composer(page).getByRole('button', { name: 'Send to 12 agents' })).toBeFocused();
  expect(await faults(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await expect(text(page)).toBeFocused();
  await page.keyboard.press('Control+Enter');
  await page.keyboard.press('Enter');
  await expect(sent(page)).toContainText('Stop at noon.');
  expect(fake.bodies).toEqual([{ recipients: ['all'], msg_type: 'INFO', content: 'Stop at noon.' }]);
});

test('composer: refusals are at the field concerned, and the text stays', async ({
  page,
  swarm,
  server,
  complaints,
}) => {
  complaints.allow(/status of (422|409)/);
  newSwarm(swarm);
  const fake = await FakeSending.on(page);
  await server.start();
  await openAsOperator(page, server);
  await line(page).click();
  await page.keyboard.type('agent-77');
  await page.keyboard.press('Enter');
  await expect(composer(page).getByRole('alert')).toHaveText('No agent is called "agent-77". Choose one of the list.');
  await expect(to(page)).toHaveAttribute('aria-invalid', 'true');
  await to(page).fill('agent-1');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Control+Enter');
  await expect(composer(page).getByRole('alert')).toHaveText('Write a text first.');
  await expect(text(page)).toBeFocused();
  await text(page).fill('é'.repeat(5121));
  await expect(composer(page)).toContainText('10,242 of 10,240 bytes');
  await page.keyboard.press('Control+Enter');
  await expect(composer(page).getByRole('alert')).toContainText('2 bytes too long');
  expect(fake.requests).toHaveLength(0);

  await text(page).fill('Hello.');
  const errors = [{ parameter: 'recipients', detail: 'must be agents of the registry: agent-1 left.' }];
  fake.answer = () => ({
    status: 422,
    json: {
      type: 'urn:claude-swarm-dashboard:problem:invalid_parameter',
      title: 'x',
      status: 422,
      detail: 'Wrong.',
      errors,
    },
  });
  await page.keyboard.press('Control+Enter');
  await expect(composer(page).getByRole('alert')).toHaveText(
    'Recipients must be agents of the registry: agent-1 left.',
  );
  await expect(to(page)).toBeFocused();
  await expect(text(page)).toHaveValue('Hello.');
  expect(await faults(page)).toEqual([]);
});

test('composer: the draft survives closing, a reload and new messages', async ({ page, swarm, server }) => {
  newSwarm(swarm);
  await server.start();
  await openAsOperator(page, server);
  await write(page, 'agent-1', 'Half a thou');
  swarm.send({ content: 'another message' });
  await expect(panel(page, 'Messages').getByText('another message')).toBeVisible();
  await expect(text(page)).toBeFocused();
  await expect(text(page)).toHaveValue('Half a thou');
  await page.keyboard.press('Escape');
  await expect(composer(page)).toContainText('Draft to agent-1: “Half a thou”');
  await page.reload();
  await line(page).click();
  await expect(text(page)).toHaveValue('Half a thou');
  await expect(text(page)).toBeFocused();
});

test('composer: what is queued says until when and why, and can be withdrawn', async ({ page, swarm, server }) => {
  newSwarm(swarm);
  const fake = await FakeSending.on(page);
  const queued = {
    outcome: 'queued',
    via: null,
    detail: 'It waits at a permission prompt.',
    expires_at: formatInstant(Date.now() + 600_000),
  } as const;
  const failed = { outcome: 'failed', via: 'tmux', detail: 'Its pane is gone.', expires_at: null } as const;
  fake.answer = (body) => {
    const deliveries = { 'agent-1': queued, 'agent-2': failed };
    return { status: 201, json: { message: outgoing(body, { deliveries, final: false, logged: 'no' }), deliveries } };
  };
  const withdrawn: string[] = [];
  await page.route('**/api/messages/outgoing/*', (route) => {
    withdrawn.push(`${route.request().method()} ${new URL(route.request().url()).pathname}`);
    const deliveries = { 'agent-1': { ...failed, detail: 'It was withdrawn.' }, 'agent-2': failed };
    const body = { recipients: ['agent-1', 'agent-2'], msg_type: 'INFO', content: 'Wait.' };
    const message = outgoing(body, { deliveries, logged: 'failed', detail: 'The disk is full.' });
    return route.fulfill({ json: { outcome: 'withdrawn', withdrawn: ['agent-1'], message } });
  });
  await server.start();
  await openAsOperator(page, server);
  await write(page, 'agent-1 agent-2', 'Wait.');
  await page.keyboard.press('Control+Enter');
  await expect(sent(page)).toContainText(
    dated(/queued agent-1 until \d\d:\d\d:\d\d: It waits at a permission prompt\./),
  );
  await expect(sent(page)).toContainText('failed agent-2: Its pane is gone.');
  expect(await faults(page)).toEqual([]);
  await sent(page).getByRole('button', { name: 'Withdraw' }).click();
  await expect(sent(page)).toContainText('It was withdrawn.');
  await expect(sent(page)).toContainText('Not in the message log. The disk is full.');
  await expect(sent(page).getByRole('button', { name: 'Withdraw' })).toHaveCount(0);
  expect(withdrawn).toEqual(['DELETE /api/messages/outgoing/o-1']);
});

test('composer: the row of a message from here says how it was delivered, also in the page as the server renders it', async ({
  page,
  swarm,
  server,
}) => {
  newSwarm(swarm);
  await server.start();
  await openAsOperator(page, server);
  await write(page, 'agent-1', 'Are you there?');
  await page.keyboard.press('Control+Enter');
  // Nothing runs in its pane, so the outcome is final at once.
  const row = panel(page, 'Messages').locator('[data-seq]').filter({ hasText: 'Are you there?' });
  const deliveries = row.getByRole('list', { name: 'Deliveries' });
  await expect(deliveries).toContainText(/failed agent-1: ./);
  await expect(row).not.toContainText('Not delivered');
  await expect(row.getByRole('button', { name: 'Withdraw' })).toHaveCount(0);
  const rendered = await (await page.request.get(server.url)).text();
  expect(rendered).toContain('aria-label="Deliveries"');
  await page.reload();
  await expect(deliveries).toContainText(/failed agent-1: ./);
});

test('composer: a command of Claude Code is text unless the sender says otherwise', async ({ page, swarm, server }) => {
  newSwarm(swarm);
  const fake = await FakeSending.on(page);
  await server.start();
  await openAsOperator(page, server);
  const asCommand = composer(page).getByRole('checkbox', { name: 'As a command' });
  for (const command of [false, true]) {
    await write(page, 'agent-1', 'a plain text');
    await expect(asCommand).toHaveCount(0);
    await text(page).fill('/compact');
    if (command) await asCommand.check();
    else await expect(composer(page)).toContainText('It is sent as text');
    await text(page).press('Control+Enter');
    await expect(line(page)).toBeVisible();
  }
  expect(fake.bodies.map(({ as_command }) => as_command)).toEqual([undefined, true]);
});

test('composer: those who may not send see neither composer nor Reply', async ({ page, swarm, server }) => {
  newSwarm(swarm);
  await letAct(page, ['locks']);
  await server.start();
  const known = page.waitForResponse(/\/api\/me$/);
  await openAsOperator(page, server);
  await known;
  await expect(panel(page, 'Messages').getByText('Please look')).toBeVisible();
  await expect(composer(page)).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Reply' })).toHaveCount(0);
});

test('composer: at a past moment nothing can be sent', async ({ page, swarm, server }) => {
  newSwarm(swarm);
  await server.start();
  await openAsOperator(page, server);
  await expect(line(page)).toBeVisible();
  await page.goto(`${server.url}/?at=${encodeURIComponent(formatInstant(Date.now()))}`);
  await expect(page.locator('.page[data-past]')).toBeVisible();
  await expect(panel(page, 'Messages')).toBeVisible();
  await expect(composer(page)).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Reply' })).toHaveCount(0);
});

test('composer: opening it moves no row that the reader has scrolled to, and the newest stays in view', async ({
  page,
  swarm,
  server,
}) => {
  newSwarm(swarm);
  swarm.send(...Array.from({ length: 60 }, () => ({})));
  await server.start();
  await openAsOperator(page, server);
  const list = panel(page, 'Messages');
  await line(page).click();
  await expect(list.getByText('message 62.')).toBeInViewport({ ratio: 1 });
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await expect(line(page)).toBeVisible();
  await list.getByText('message 55.').hover();
  await page.mouse.wheel(0, -600);
  await expect(list.getByRole('button', { name: /Newest/ })).toBeVisible();
  const row = list.getByRole('listitem').filter({ hasText: 'message 40.' });
  const top = async () => Math.round((await row.boundingBox())?.y ?? 0);
  const before = await top();
  await line(page).click();
  await expect(to(page)).toBeFocused();
  expect(await top()).toBe(before);
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await expect(line(page)).toBeVisible();
  expect(await top()).toBe(before);
});

test('composer: fits all screens and themes with 40 agents, long names, right-to-left texts and emoji', async ({
  page,
  swarm,
  server,
}) => {
  const long = 'agent-with-a-very-long-name-that-nobody-would-choose-0123456789';
  swarm.register([{ id: long }, ...Array.from({ length: 39 }, (_, number) => ({ id: `agent-${number}` }))]);
  swarm.send({ sender: long, msg_type: 'QUESTION', content: 'שלום עולם 👩‍👩‍👧‍👦 '.repeat(40) });
  const fake = await FakeSending.on(page);
  await server.start();
  await openAsOperator(page, server);
  await expectFaultless(page, async (width) => {
    if (width < 768) await page.getByRole('tab', { name: 'Messages' }).click();
    if (await line(page).isHidden()) return;
    const row = panel(page, 'Messages').locator('[data-seq]').first();
    await row.hover();
    await row.getByRole('button', { name: 'Reply' }).click();
    await page.keyboard.type('مرحبا 👩‍👩‍👧‍👦 hello');
    await to(page).click();
    await expect(options(page).first()).toBeVisible();
  });
  await text(page).press('Control+Enter');
  await expect(sent(page)).toContainText('hello');
  expect(await faults(page)).toEqual([]);
  expect(fake.bodies[0]?.recipients).toEqual([long]);
});
