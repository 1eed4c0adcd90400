/** Permission requests of Claude Code, answered on the page. */
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { type SentHook, sendHook, writeHookToken } from '../test/support/hook-client';
import type { ProductionServer } from '../test/support/production-server';
import { test as base, type ClaudeSessions } from './claude-swarm';
import { expect, expectFaultless, openAsOperator } from './fixtures';
import type { TestSwarm } from './swarm';

const EDIT = {
  tool_name: 'Edit',
  tool_input: {
    file_path: '/srv/shop/cart.ts',
    old_string: 'const a = 1;\nkeep();',
    new_string: 'const a = 2;\nkeep();',
  },
};
const QUESTIONS = [
  {
    question: 'Which database?',
    multiSelect: false,
    options: [{ label: 'SQLite', description: 'One file' }, { label: 'PostgreSQL' }],
  },
  { question: 'Which extras?', multiSelect: true, options: [{ label: 'Logs' }, { label: 'Metrics' }] },
];
const RULE = {
  ...{ type: 'addRules', rules: [{ toolName: 'Bash', ruleContent: 'npm test' }], behavior: 'allow' },
  destination: 'localSettings',
};

/** Longer than the time for which buttons that have just appeared or moved are refused. */
const SETTLED_MS = 700;

interface Desk {
  /** Sends the request of an agent. */
  ask(name: string, event?: object): SentHook;
}

const test = base.extend<{ desk: Desk }>({
  desk: async ({ page, swarm, claude, server }, use) => {
    writeHookToken(join(claude.folder, 'state'));
    const sessions = startAll(swarm, claude);
    await server.start();
    await openAsOperator(page, server);
    await use({ ask: (name, event = {}) => ask(server, sessions[name] ?? '', event) });
  },
});

function startAll(swarm: TestSwarm, claude: ClaudeSessions): Record<string, string> {
  const names = ['shop-1a', 'shop-2b'];
  return Object.fromEntries(
    names.map((name) => {
      const session = claude.start(name, swarm.root);
      // It waits for what it asks; otherwise that would count as answered elsewhere after 10 s.
      session.change({ status: 'waiting', waitingFor: 'permission prompt' });
      return [name, session.sessionId];
    }),
  );
}

function ask(server: ProductionServer, session_id: string, event: object): SentHook {
  const common = { hook_event_name: 'PermissionRequest', session_id, cwd: '/srv/shop', permission_suggestions: [] };
  const command = { tool_name: 'Bash', tool_input: { command: 'npm test', description: 'Run the tests' } };
  return sendHook(server.url, { ...common, ...command, ...event });
}

const badge = (page: Page) => page.getByRole('button', { name: /for permission/ });
const inbox = (page: Page) => page.getByRole('dialog', { name: 'Permission requests' });
const card = (page: Page, name: string) => inbox(page).locator('[data-permission]', { hasText: name });

/** Waits until the buttons of the cards that are shown are taken at their word. */
const settled = (page: Page) => page.waitForTimeout(SETTLED_MS);

test('a prompt is allowed by mouse: the whole command is shown, and nothing is sent before one looks', async ({
  page,
  desk,
}) => {
  const hook = desk.ask('shop-1a', {
    tool_input: { command: 'npm test \u202e--force', description: 'Run the tests' },
    permission_suggestions: [RULE],
  });
  await badge(page).click();
  const one = card(page, 'shop-1a');
  await expect(one).toContainText('asks for permission: Bash');
  await expect(one).toContainText('npm test');
  await expect(one.locator('.mark').first()).toBeVisible();
  await expect(one).toContainText('/srv/shop');
  await expect(one).toContainText(/Held for 9:\d\d more/);
  await expect(one.getByRole('button', { name: /don’t ask again for Bash\(npm test\) in this project/ })).toBeVisible();
  await settled(page);
  await expectFaultless(page, async () => {
    await expect(one).toBeVisible();
  });
  await settled(page);
  await one.getByRole('button', { name: 'Allow', exact: true }).click();
  expect(await hook.answer).toEqual({ status: 200, decision: { behavior: 'allow' } });
  await expect(one).toContainText('Allowed.');
  await expect(badge(page)).toHaveCount(0);
});

test('by keyboard alone: opened from what needs you, allowed with A, denied with D and a message; Enter does nothing', async ({
  page,
  desk,
}) => {
  const first = desk.ask('shop-1a', EDIT);
  const item = page.getByRole('region', { name: 'Needs you' }).getByRole('link', { name: /shop-1a asks/ });
  await expect(item).toBeVisible();
  await item.focus();
  await page.keyboard.press('Enter');
  const one = card(page, 'shop-1a');
  await expect(one).toBeFocused();
  await expect(one.getByRole('group', { name: /Change 1 of/ })).toContainText('- const a = 1;');
  await expect(one.getByRole('group', { name: /Change 1 of/ })).toContainText('+ const a = 2;');
  await settled(page);
  await page.keyboard.press('Enter');
  await one.getByRole('button', { name: 'Allow', exact: true }).focus();
  await page.keyboard.press('Enter');
  await expect(one).not.toContainText('Allowed.');
  await one.focus();
  await page.keyboard.press('a');
  expect((await first.answer).decision).toEqual({ behavior: 'allow' });
  await expect(one).toContainText('Allowed.');

  const second = desk.ask('shop-2b');
  const other = card(page, 'shop-2b');
  await expect(other).toBeVisible();
  await settled(page);
  const message = other.getByRole('textbox', { name: /Message to the agent if you deny/ });
  await message.focus();
  await page.keyboard.type('Add a test and ask again.');
  await page.keyboard.press('Enter');
  await expect(message).toHaveValue('Add a test and ask again.');
  await other.focus();
  await settled(page);
  await page.keyboard.press('d');
  expect((await second.answer).decision).toEqual({ behavior: 'deny', message: 'Add a test and ask again.' });
  await page.keyboard.press('Escape');
  await expect(inbox(page)).toHaveCount(0);
  await expect(page).not.toHaveURL(/permission/);
});

test('a question is answered with an option, several options and a text of one’s own', async ({ page, desk }) => {
  const hook = desk.ask('shop-1a', { tool_name: 'AskUserQuestion', tool_input: { questions: QUESTIONS } });
  await badge(page).click();
  const one = card(page, 'shop-1a');
  await expect(one).toContainText('asks a question');
  const send = one.getByRole('button', { name: 'Send the answers' });
  await expect(send).toHaveAttribute('aria-disabled', 'true');
  await one.getByRole('radio', { name: /PostgreSQL/ }).check();
  await one.getByRole('checkbox', { name: 'Logs' }).check();
  await one.getByRole('textbox', { name: /Another answer to: Which extras/ }).fill('Tracing');
  await settled(page);
  await expectFaultless(page, async () => {
    await expect(one).toBeVisible();
  });
  await settled(page);
  await send.click();
  expect((await hook.answer).decision).toEqual({
    behavior: 'allow',
    updatedInput: {
      questions: QUESTIONS,
      answers: { 'Which database?': 'PostgreSQL', 'Which extras?': 'Logs, Tracing' },
    },
  });
});

test('a plan is shown as formatted text without markup of its own, and approved', async ({ page, desk }) => {
  const plan = '# Steps\n\n1. Move `cart.ts`\n2. <img src=x onerror="document.title=1"> **Test**';
  const hook = desk.ask('shop-1a', { tool_name: 'ExitPlanMode', tool_input: { plan } });
  await badge(page).click();
  const one = card(page, 'shop-1a');
  await expect(one.getByRole('listitem')).toHaveCount(2);
  await expect(one).toContainText('<img src=x');
  await expect(one.locator('img')).toHaveCount(0);
  await settled(page);
  await one.getByRole('button', { name: 'Approve and accept edits' }).click();
  expect((await hook.answer).decision).toEqual({
    behavior: 'allow',
    updatedInput: {},
    updatedPermissions: [{ type: 'setMode', mode: 'acceptEdits', destination: 'session' }],
  });
});

test('a click right after a card has appeared sends nothing, and nothing moves while the mouse is over the list', async ({
  page,
  desk,
}) => {
  const first = desk.ask('shop-1a');
  await expect(badge(page)).toBeVisible();
  // In the page itself, so that no time passes between the card and the click.
  await page.evaluate(() => {
    new MutationObserver((_changes, observer) => {
      const button = document.querySelector<HTMLElement>('[data-permission] [data-answers]');
      if (button === null) return;
      observer.disconnect();
      button.click();
    }).observe(document.body, { childList: true, subtree: true });
  });
  await badge(page).click();
  const one = card(page, 'shop-1a');
  await expect(one).toContainText('nothing was sent');
  await settled(page);
  const second = desk.ask('shop-2b');
  const other = card(page, 'shop-2b');
  await expect(other).toBeVisible();
  await settled(page);
  await other.hover();
  const before = await other.boundingBox();
  first.close();
  await expect(one).toContainText(/Claude Code (closed the request|did not wait longer)/);
  // Its card leaves the list of the server after 6 s, but not its place.
  await page.waitForTimeout(7000);
  await expect(one).toBeVisible();
  expect((await other.boundingBox())?.y).toBe(before?.y);
  await other.getByRole('button', { name: 'Deny', exact: true }).click();
  expect((await second.answer).decision?.behavior).toBe('deny');
});

test('what was answered in the terminal leaves the page, and an agent without a hook is shown with the way to it', async ({
  page,
  swarm,
  claude,
  server,
}) => {
  writeHookToken(join(claude.folder, 'state'));
  const session = claude.start('shop-1a', swarm.root);
  session.change({ status: 'busy' });
  await server.start();
  await openAsOperator(page, server);
  const hook = ask(server, session.sessionId, {});
  await badge(page).click();
  await expect(card(page, 'shop-1a')).toContainText('asks for permission');
  session.change({ status: 'waiting', waitingFor: 'permission prompt' });
  await expect(page.getByRole('region', { name: 'Needs you', includeHidden: true })).toContainText('Waits for you');
  await settled(page);
  session.change({ status: 'busy', waitingFor: undefined });
  expect((await hook.answer).status).toBe(204);
  await expect(card(page, 'shop-1a')).toContainText('Answered.');
  await expect(inbox(page)).toContainText('No request can be answered here now.');
  session.change({ status: 'waiting', waitingFor: 'permission prompt' });
  await expect(inbox(page).getByRole('article', { name: 'shop-1a waits in its terminal' })).toContainText(
    /tmux attach-session -t '%0'/,
  );
});
