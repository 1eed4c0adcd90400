import type { Page } from '@playwright/test';
import { busy } from './busy';
import { expect, expectFaultless, faults, openLive, panel, SCREENS, test } from './fixtures';

test('keyboard: the whole page works with keys alone', async ({ page, swarm, server }) => {
  busy(swarm);
  await server.start();
  await openLive(page, server);
  const within = (id: string) => page.evaluate((name) => document.activeElement?.closest(`#${name}`) !== null, id);

  for (const [key, id] of [
    ['1', 'agents'],
    ['2', 'messages'],
    ['3', 'locks'],
    ['4', 'needs-you'],
  ] as const) {
    await page.keyboard.press(key);
    await expect.poll(() => within(id), `key ${key}`).toBe(true);
  }
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/[?](agent|lock|message)=/);
  await page.keyboard.press('Escape');

  await page.keyboard.press('1');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\?agent=/);
  await expect(page.getByRole('complementary')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page).not.toHaveURL(/agent=/);

  await page.keyboard.press('/');
  await page.keyboard.type('cookie t1');
  await expect(page.getByRole('searchbox').or(page.getByRole('textbox', { name: /Search/ }))).toHaveValue('cookie t1');
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'system');
});

test('help: lists every key, and returns the focus', async ({ page, swarm, server }) => {
  busy(swarm);
  await server.start();
  await openLive(page, server);
  const button = page.getByRole('button', { name: 'Help and keys' });
  await button.focus();
  await page.keyboard.press('?');
  const help = page.getByRole('dialog', { name: 'Keys' });
  for (const words of ['Go to agents', 'Go to what needs you', 'Change the theme', 'Open the command palette']) {
    await expect(help).toContainText(words);
  }
  // The page's shortcuts are off while a dialog is open.
  await page.keyboard.press('t');
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'system');
  await page.keyboard.press('Escape');
  await expect(help).toBeHidden();
  await expect(button).toBeFocused();
});

test('palette: finds commands, agents, types, files, locks and messages', async ({ page, swarm, server }) => {
  busy(swarm);
  await server.start();
  await openLive(page, server);
  const palette = page.getByRole('dialog', { name: 'Command palette' });
  const run = async (query: string) => {
    await page.keyboard.press('Control+k');
    await expect(palette.getByRole('combobox')).toBeFocused();
    await page.keyboard.type(query);
    await page.keyboard.press('Enter');
    await expect(palette).toBeHidden();
  };
  await run('choose agent-3');
  await expect(page).toHaveURL(/agent=agent-3/);
  await run('clear all');
  await expect(page).not.toHaveURL(/agent=/);
  await run('blocked');
  await expect(page).toHaveURL(/type=BLOCKED/);
  await run('theme');
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'light');
  await run('session.ts');
  await expect(page).toHaveURL(/lock=/);
  await run('locked by agent-4');
  await expect(page.locator('#locks [data-chosen]')).toContainText('README.md');
  await run('42 tests pass');
  await expect(page).toHaveURL(/message=/);
  await run('rotation of everything');
  await expect(page).toHaveURL(/q=rotation/);
  await run('export this time');
  const exporting = page.getByRole('dialog', { name: 'Export this time range' });
  await expect(exporting).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(exporting).toBeHidden();
  await run('clear all');
  await run('go to locks');
  await expect.poll(() => page.evaluate(() => document.activeElement?.closest('#locks') !== null)).toBe(true);
  await run('collapse or show locks');
  await expect(page.getByRole('region', { name: 'List of locks' })).toBeHidden();

  await page.keyboard.press('Control+k');
  await expect(palette.getByRole('option').first()).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('ArrowUp');
  await expect(palette.getByRole('option').last()).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.type('no such command');
  await expect(palette.getByRole('option')).toHaveText([/Search all messages for “no such command”/]);
  expect(await faults(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await expect(palette).toBeHidden();
  await expect(panel(page, 'Messages')).toBeVisible();
});

test('dialogs and popovers: accessible, close on Escape, and return the focus', async ({ page, swarm, server }) => {
  busy(swarm);
  await server.start();
  await openLive(page, server);
  for (const [label, name] of [
    ['Command palette', 'Command palette'],
    ['Help and keys', 'Keys'],
    ['Filter', 'Filter'],
    ['Download', 'Download'],
  ] as const) {
    const button = page.getByRole('button', { name: label });
    await button.focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name });
    await expect(dialog).toBeVisible();
    await expectFaultless(page, async () => {}, { screens: [SCREENS[0]] });
    await page.keyboard.press('Escape');
    await expect(dialog).toBeHidden();
    await expect(button).toBeFocused();
  }
});

test('dialog: keeps the focus inside and the page still; a press beside it closes it and returns the focus', async ({
  page,
  swarm,
  server,
}) => {
  busy(swarm);
  await server.start();
  await openLive(page, server);
  const button = page.getByRole('button', { name: 'Help and keys' });
  const help = page.getByRole('dialog', { name: 'Keys' });
  await button.click();
  await expect(help.getByRole('button', { name: 'Close' })).toBeFocused();
  for (let n = 0; n < 12; n += 1) {
    await page.keyboard.press('Tab');
    // Between the last and the first element the browser's own controls have the focus.
    const place = page.locator(':focus');
    if ((await place.count()) > 0) await expect(help.locator(':focus')).toHaveCount(1);
  }
  await expect(page.locator('html')).toHaveCSS('overflow', 'hidden');
  await help.getByRole('heading', { name: 'Keys' }).click();
  await expect(help).toBeVisible();
  await page.mouse.click(5, 5);
  await expect(help).toBeHidden();
  await expect(button).toBeFocused();
  await button.click();
  await help.getByRole('button', { name: 'Close' }).click();
  await expect(help).toBeHidden();
  await expect(button).toBeFocused();
});

/** Presses a key of another layout; Playwright's own keyboard has the US layout. */
function pressOther(
  page: Page,
  key: string,
  code: string,
  modifiers: { ctrlKey?: boolean; shiftKey?: boolean } = {},
): Promise<void> {
  return page.evaluate(
    (press) => {
      const event = new KeyboardEvent('keydown', { ...press, bubbles: true, cancelable: true });
      document.activeElement?.dispatchEvent(event);
    },
    { key, code, ...modifiers },
  );
}

test('keyboard: a Russian layout has every shortcut in its place', async ({ page, swarm, server }) => {
  busy(swarm);
  await server.start();
  await openLive(page, server);
  await pressOther(page, 'л', 'KeyK', { ctrlKey: true });
  await expect(page.getByRole('dialog', { name: 'Command palette' })).toBeVisible();
  await page.keyboard.press('Escape');
  await pressOther(page, 'а', 'KeyF');
  await expect(page.getByRole('button', { name: 'Follow the newest', pressed: false })).toBeVisible();
  await pressOther(page, 'е', 'KeyT');
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'light');
  await pressOther(page, ',', 'Slash', { shiftKey: true });
  await expect(page.getByRole('dialog', { name: 'Keys' })).toBeVisible();
  await page.keyboard.press('Escape');
  await pressOther(page, '.', 'Slash');
  await expect(page.getByRole('searchbox', { name: 'Search messages' })).toBeFocused();
});

test('keyboard: Escape and Enter of a composition belong to the input method', async ({ page, swarm, server }) => {
  busy(swarm);
  await server.start();
  await openLive(page, server);
  const input = await page.context().newCDPSession(page);
  const compose = (text: string) =>
    input.send('Input.imeSetComposition', { text, selectionStart: text.length, selectionEnd: text.length });
  const pressComposing = (key: string, windowsVirtualKeyCode: number) =>
    input.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', key, code: key, windowsVirtualKeyCode });
  const search = page.getByRole('searchbox', { name: 'Search messages' });
  await search.fill('tests ');
  await expect(page).toHaveURL(/q=tests/);
  await compose('にほん');
  await pressComposing('Escape', 27);
  await expect(search).toHaveValue(/^tests /);
  await expect(page).toHaveURL(/q=tests/);

  // The composition in the search box ends with the page.
  await openLive(page, server);
  await page.keyboard.press('Control+k');
  const palette = page.getByRole('dialog', { name: 'Command palette' });
  await expect(palette.getByRole('combobox')).toBeFocused();
  await compose('あ');
  await pressComposing('Enter', 13);
  await pressComposing('Escape', 27);
  await expect(palette).toBeVisible();
  await expect(palette.getByRole('combobox')).toHaveValue('あ');
});
