/** The page of terminals, on a server that the tests play: what the real one sends is checked by terminal.spec.ts. */

import { DIALOG_SCREEN, FakeTerminals } from './fake-terminals';
import {
  test as base,
  connection,
  expect,
  expectFaultless,
  openAsOperator,
  openLive,
  pasted,
  SCREENS,
} from './fixtures';

const test = base.extend<{ terminals: FakeTerminals }>({
  terminals: async ({ page }, use) => {
    const terminals = new FakeTerminals();
    await terminals.listen(page);
    await use(terminals);
  },
});

type Page = Parameters<typeof openLive>[0];
type Server = Parameters<typeof openLive>[1];

const terminal = (page: Page, agent = 'agent-1') => page.getByRole('region', { name: `Terminal of ${agent}` });
const rows = (page: Page, agent = 'agent-1') => terminal(page, agent).locator('.xterm-rows');
const screen = (page: Page) => page.locator('.xterm-screen');
const wall = (page: Page) => page.getByRole('region', { name: 'Terminals', exact: true });
const OPTIONS = {
  composer: 'absent' as const,
  dialog: {
    question: 'Do you want to proceed?',
    options: [
      { key: '1', label: 'Yes' },
      { key: '3', label: 'No, and tell Claude what to do differently' },
    ],
  },
};

/** An agent with a pane. */
const withPane = (id: string, pane: number) => ({ id, pane_index: `main:0.${pane}`, tmux_pane_id: `%${pane}` });

/** Starts the server and opens the terminal of agent-1. */
async function watchTerminal(page: Page, server: Server): Promise<void> {
  await server.start();
  await page.goto(`${server.url}/?agent=agent-1&terminal=open`);
}

/** As `watchTerminal`, with the operator key. */
async function operateTerminal(page: Page, server: Server): Promise<void> {
  await server.start();
  await openAsOperator(page, server);
  await page.goto(`${server.url}/?agent=agent-1&terminal=open`);
}

test('terminal: opened by a button, by its key and by a link; its colours pass the security policy', async ({
  page,
  swarm,
  server,
  terminals,
}) => {
  swarm.register([withPane('agent-1', 3)]);
  terminals.show('agent-1', DIALOG_SCREEN);
  await server.start();
  await page.goto(`${server.url}/?agent=agent-1`);
  await expect(connection(page)).toHaveText(/Live/);
  await page.getByRole('button', { name: 'Terminal', exact: true }).click();
  await expect(page).toHaveURL(/terminal=open/);
  await expect(rows(page)).toContainText('Do you want to proceed?');
  await expect(terminal(page)).toContainText('80 × 24');
  // A colour that only a style attribute can give, as far as the theme's contrast allows.
  const gold = rows(page).getByText('Bash command');
  const ink = rows(page).getByText('Do you want to proceed?');
  const colour = (element: typeof gold) => element.evaluate((one) => getComputedStyle(one).color);
  expect(await colour(gold)).not.toBe(await colour(ink));
  terminals.write('agent-1', '\r\n\x1b[31mone more line\x1b[0m');
  await expect(rows(page)).toContainText('one more line');
  await page.keyboard.press('v');
  await expect(page).not.toHaveURL(/terminal=/);
  await expect(terminal(page)).toHaveCount(0);
  await page.goto(`${server.url}/?agent=agent-1&terminal=open`);
  await expect(rows(page)).toContainText('one more line');
  await page.getByRole('button', { name: 'Close', exact: true }).click();
  await expect(page).not.toHaveURL(/terminal=|agent=/);
});

test('terminal: searched, with the number of matches; its text is selected and copied', async ({
  page,
  swarm,
  server,
  terminals,
}) => {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  swarm.register([withPane('agent-1', 3)]);
  terminals.show('agent-1', 'alpha beta\r\nbeta gamma\r\nlast beta');
  await server.start();
  await openLive(page, server);
  await page.goto(`${server.url}/?agent=agent-1&terminal=open`);
  await expect(rows(page)).toContainText('last beta');
  await screen(page).click();
  await page.keyboard.press('Control+f');
  const field = page.getByRole('searchbox', { name: 'Search in the terminal' });
  await expect(field).toBeFocused();
  await page.keyboard.type('beta');
  await expect(terminal(page)).toContainText('1 of 3');
  await page.keyboard.press('Enter');
  await expect(terminal(page)).toContainText('2 of 3');
  await page.getByRole('button', { name: 'Previous match' }).click();
  await expect(terminal(page)).toContainText('1 of 3');
  await field.fill('nothing like it');
  await expect(terminal(page)).toContainText('no match');
  await page.keyboard.press('Escape');
  await expect(field).toHaveCount(0);
  await expect(page).toHaveURL(/agent=agent-1/);
  const box = await rows(page).getByText('beta gamma').boundingBox();
  await page.mouse.dblclick((box?.x ?? 0) + 10, (box?.y ?? 0) + 6);
  await page.keyboard.press('Control+c');
  await page.keyboard.press('Escape');
  expect(await pasted(page)).toBe('beta');
});

test('terminal: after a lost connection it continues after the last id, and says meanwhile that it is not live', async ({
  page,
  swarm,
  server,
  terminals,
}) => {
  swarm.register([withPane('agent-1', 3)]);
  terminals.show('agent-1', 'first line');
  await watchTerminal(page, server);
  await expect(rows(page)).toContainText('first line');
  terminals.write('agent-1', '\r\nsecond line');
  await expect(rows(page)).toContainText('second line');
  await terminals.drop();
  await expect(terminal(page)).toContainText('Not connected');
  await expect.poll(() => terminals.of('subscribe').at(-1)?.last_event_id).toBe('e.2');
  await expect(terminal(page)).not.toContainText('Not connected');
  await expect(rows(page)).toContainText('second line');
  expect(terminals.connections).toBe(2);
});

test('terminal: with typing off Tab leaves it and nothing is sent; what there is to say about a pane is said', async ({
  page,
  swarm,
  server,
  terminals,
}) => {
  swarm.register([withPane('agent-1', 3)]);
  terminals.show('agent-1', 'a shell');
  await watchTerminal(page, server);
  await expect(rows(page)).toContainText('a shell');
  await screen(page).click();
  await page.keyboard.type('rm -r');
  await page.keyboard.press('Tab');
  await expect(page.locator('.xterm-helper-textarea')).not.toBeFocused();
  await expect(terminal(page)).toContainText('You can only watch.');
  terminals.show('agent-1', 'last words', { state: { state: 'dead', detail: 'claude ended with status 1.' } });
  await expect(terminal(page)).toContainText('Its process has ended');
  await expect(terminal(page)).toContainText('claude ended with status 1.');
  await expect(rows(page)).toContainText('last words');
  expect(terminals.sent.map(({ type }) => type)).toEqual(['hello', 'subscribe']);
});

test('terminal: without a pane it says why, and the commands for a terminal of one’s own stay', async ({
  page,
  swarm,
  server,
  terminals,
}) => {
  swarm.register([withPane('agent-1', 3)]);
  terminals.show('agent-1', '', { state: { state: 'no_tmux', detail: 'The program tmux was not found.' } });
  await watchTerminal(page, server);
  await expect(terminal(page)).toContainText('The dashboard finds no tmux where it runs.');
  await expect(terminal(page)).toContainText('The program tmux was not found.');
  await expect(terminal(page)).toContainText('tmux switch-client -t');
});

test('terminal: typing is switched on, keys and digits are sent, and it is left by its key', async ({
  page,
  swarm,
  server,
  terminals,
}) => {
  swarm.register([withPane('agent-1', 3)]);
  terminals.show('agent-1', DIALOG_SCREEN);
  terminals.view('agent-1', OPTIONS);
  await operateTerminal(page, server);
  await expect(rows(page)).toContainText('Do you want to proceed?');
  const type = page.getByRole('button', { name: 'Type into agent-1' });
  await expect(page.getByRole('button', { name: 'Interrupt' })).toHaveCount(0);
  await type.click();
  await expect(terminal(page)).toContainText('What you type goes to agent-1');
  await expect(page.locator('.xterm-helper-textarea')).toBeFocused();
  await page.getByRole('button', { name: /^1 Yes$/ }).click();
  await expect.poll(() => terminals.of('keys')[0]).toMatchObject({ keys: ['1'], expected_option: 'Yes' });
  await expect(terminal(page)).toContainText('Sent 1 key.');
  terminals.view('agent-1', { composer: 'empty', dialog: null });
  await expect(page.getByRole('button', { name: /^1 Yes$/ })).toHaveCount(0);
  await screen(page).click();
  await page.keyboard.type('hi');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect.poll(() => terminals.of('keys').flatMap(({ keys }) => keys)).toEqual(['1', 'Tab', 'Enter']);
  const typed = terminals.of('input');
  expect(typed.map(({ text }) => text).join('')).toBe('hi');
  expect(typed[0]).toMatchObject({ submit: false, as_command: true, anywhere: true });
  await expect(page.locator('.xterm-helper-textarea')).toBeFocused();
  terminals.answer = () => ({ outcome: 'stopped', detail: 'It is idle since the Escape.' });
  await page.getByRole('button', { name: 'Interrupt' }).click();
  await expect(terminal(page)).toContainText('It is idle since the Escape.');
  await screen(page).click();
  await page.keyboard.press('Control+Shift+Enter');
  await expect(terminal(page)).not.toContainText('What you type goes to agent-1');
  await expect(terminal(page)).toBeFocused();
  await page.keyboard.type('not sent');
  expect(terminals.of('input')).toHaveLength(typed.length);
});

test('terminal: a refusal is shown, what was typed after it is not sent, and another agent ends typing', async ({
  page,
  swarm,
  server,
  terminals,
}) => {
  swarm.register([withPane('agent-1', 3), withPane('agent-2', 4)]);
  terminals.show('agent-1', 'one');
  terminals.show('agent-2', 'two');
  await operateTerminal(page, server);
  const accepts = terminals.answer;
  terminals.answer = () => ({ outcome: 'not_typed', detail: 'The terminal changed before, so nothing was typed.' });
  await page.getByRole('button', { name: 'Type into agent-1' }).click();
  await page.keyboard.type('x');
  await expect(terminal(page).getByRole('alert')).toHaveText(/so nothing was typed/);
  terminals.answer = accepts;
  await page.keyboard.type('y');
  await expect(terminal(page)).toContainText('Sent 1 key.');
  await expect(terminal(page).getByRole('alert')).toHaveText(/so nothing was typed/);
  await page
    .getByRole('region', { name: 'Agents', exact: true })
    .getByText('agent-2')
    .first()
    .evaluate((name) => (name as HTMLElement).click());
  await page.goto(`${server.url}/?agent=agent-2&terminal=open`);
  await expect(rows(page, 'agent-2')).toContainText('two');
  await expect(page.getByRole('button', { name: 'Type into agent-2' })).toHaveAttribute('aria-pressed', 'false');
});

test('terminal: a paste of several lines is shown before it is sent', async ({ page, swarm, server, terminals }) => {
  swarm.register([withPane('agent-1', 3)]);
  terminals.show('agent-1', 'one');
  await operateTerminal(page, server);
  await page.getByRole('button', { name: 'Type into agent-1' }).click();
  const paste = (text: string) =>
    page.locator('.xterm-helper-textarea').evaluate((field, content) => {
      const clipboardData = new DataTransfer();
      clipboardData.setData('text/plain', content);
      field.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
    }, text);
  await paste('one line');
  await expect.poll(() => terminals.of('input').map(({ text }) => text)).toEqual(['one line']);
  await paste('first\nsecond');
  const dialog = page.getByRole('dialog', { name: 'Paste 2 lines?' });
  await expect(dialog).toContainText('second');
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await paste('first\r\nsecond');
  await dialog.getByRole('button', { name: 'Paste' }).click();
  await expect
    .poll(() => terminals.of('input').at(-1))
    .toMatchObject({ text: 'first\nsecond', submit: false, anywhere: false });
  expect(terminals.of('input')).toHaveLength(2);
});

test('terminal: the wall shows previews, says who needs a person, and opens a terminal', async ({
  page,
  swarm,
  server,
  terminals,
}) => {
  swarm.register([1, 2, 3].map((n) => withPane(`agent-${n}`, n)));
  for (const n of [1, 2, 3]) terminals.show(`agent-${n}`, `screen of ${n}`);
  await server.start();
  await page.goto(`${server.url}/?view=terminals`);
  await expect(wall(page).getByRole('listitem')).toHaveCount(3);
  await expect.poll(() => terminals.of('subscribe').map(({ mode }) => mode)).toEqual(['preview', 'preview', 'preview']);
  const isDrawn = () =>
    wall(page)
      .locator('canvas')
      .first()
      .evaluate((canvas: HTMLCanvasElement) => {
        const context = canvas.getContext('2d');
        const { data } = context?.getImageData(0, 0, canvas.width || 1, canvas.height || 1) ?? { data: [] };
        return new Set(Array.from(data)).size > 4;
      });
  await expect.poll(isDrawn).toBe(true);
  await page.getByText('Choose by hand').click();
  await page.getByRole('checkbox', { name: 'agent-2' }).click();
  await expect(wall(page).getByRole('listitem')).toHaveCount(2);
  await wall(page)
    .getByRole('button', { name: /agent-3/ })
    .click();
  await expect(page).toHaveURL(/agent=agent-3&terminal=open/);
  await expect(rows(page, 'agent-3')).toContainText('screen of 3');
  expect(terminals.connections).toBe(1);
});

test('terminal: without a session the wall and the terminal say that an agent waits at the dialog on its screen', async ({
  page,
  swarm,
  server,
  terminals,
}) => {
  swarm.register([1, 2].map((n) => withPane(`agent-${n}`, n)));
  for (const n of [1, 2]) terminals.show(`agent-${n}`, DIALOG_SCREEN);
  await server.start();
  await page.goto(`${server.url}/?view=terminals`);
  const tile = wall(page).getByRole('listitem').filter({ hasText: 'agent-2' });
  await expect(wall(page).getByRole('listitem')).toHaveCount(2);
  const said = 'waits at a dialog: Do you want to proceed?';
  await expect(wall(page)).not.toContainText('waits at a dialog');
  terminals.view('agent-2', OPTIONS);
  await expect(tile).toContainText(said);
  await expect(tile.getByTitle('Its screen shows a dialog.')).toHaveCount(1);
  await expect(wall(page).getByRole('listitem').first()).not.toContainText('waits at a dialog');
  await tile.getByRole('button', { name: /agent-2/ }).click();
  await expect(terminal(page, 'agent-2').getByRole('status').filter({ hasText: said })).toBeVisible();
  terminals.show('agent-2', DIALOG_SCREEN, { state: { state: 'gone', detail: 'Its pane %2 is gone.' } });
  await expect(terminal(page, 'agent-2')).toContainText('Its pane is closed.');
  await expect(page.getByText('waits at a dialog')).toHaveCount(0);
});

test('terminal: terminal and wall have no fault in both themes, wide and narrow', async ({
  page,
  swarm,
  server,
  terminals,
}) => {
  swarm.register([withPane('agent-1', 3), withPane('agent-2', 4)]);
  terminals.show('agent-1', DIALOG_SCREEN, { columns: 160, rows: 50 });
  terminals.show('agent-2', DIALOG_SCREEN);
  terminals.view('agent-1', OPTIONS);
  await server.start();
  await openAsOperator(page, server);
  await page.goto(`${server.url}/?agent=agent-1&terminal=open&view=terminals`);
  await expectFaultless(page, async (width) => {
    if (width < 500) await page.goto(`${server.url}/?agent=agent-1&terminal=open`);
    await expect(rows(page)).toContainText('Do you want to proceed?');
    if (width < 500) await page.getByRole('button', { name: 'Type into agent-1' }).click();
    else await page.getByRole('button', { name: 'Search in the terminal' }).click();
  });
});

test('terminal: the wall has no fault on a narrow screen', async ({ page, swarm, server, terminals }) => {
  swarm.register([withPane('agent-1', 3), withPane('agent-2', 4)]);
  terminals.show('agent-1', DIALOG_SCREEN);
  terminals.show('agent-2', '', { state: { state: 'no_pane', detail: 'No pane is known.' } });
  await server.start();
  await page.goto(`${server.url}/?view=terminals`);
  const bring = async () => {
    await expect(wall(page).getByRole('listitem')).toHaveCount(2);
    await expect(wall(page)).toContainText('No pane of this agent is known.');
  };
  await expectFaultless(page, bring, { screens: SCREENS.slice(1), part: '#timeline' });
});

test('terminal: on a narrow screen a link to it shows it, not the wall; typing ends where another tab is shown', async ({
  page,
  swarm,
  server,
  terminals,
}) => {
  swarm.register([withPane('agent-1', 3)]);
  terminals.show('agent-1', 'one');
  await server.start();
  await openAsOperator(page, server);
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(`${server.url}/?agent=agent-1&terminal=open&view=terminals`);
  await expect(rows(page)).toContainText('one');
  await page.getByRole('button', { name: 'Type into agent-1' }).click();
  const frame = page.getByText('What you type goes to');
  await expect(frame).toBeVisible();
  await page.getByRole('tab', { name: 'Messages' }).click();
  await expect(frame).toHaveCount(0);
  await page.getByRole('tab', { name: 'Agents' }).click();
  await expect(page.getByRole('button', { name: 'Type into agent-1' })).toHaveAttribute('aria-pressed', 'false');
});

test('terminal: on a narrow screen Back leads from a terminal to the wall from which it was opened, and Forward to it', async ({
  page,
  swarm,
  server,
  terminals,
}) => {
  swarm.register([withPane('agent-1', 3), withPane('agent-2', 4)]);
  terminals.show('agent-1', 'one');
  terminals.show('agent-2', 'two');
  await server.start();
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(`${server.url}/?view=terminals`);
  const tab = (name: string) => page.getByRole('tab', { name });
  await expect(wall(page).getByRole('listitem')).toHaveCount(2);
  await wall(page)
    .getByRole('button', { name: /agent-2/ })
    .click();
  await expect(rows(page, 'agent-2')).toContainText('two');
  await page.goBack();
  await expect(page).not.toHaveURL(/agent=/);
  await expect(tab('Timeline')).toHaveAttribute('aria-selected', 'true');
  await expect(wall(page)).toBeVisible();
  await page.goForward();
  await expect(rows(page, 'agent-2')).toContainText('two');
  await expect(terminal(page, 'agent-2')).toBeVisible();
  await tab('Messages').click();
  await page.goBack();
  await expect(wall(page)).toBeVisible();
});

test('terminal: keys that can not be sent are named, and what another key would mean is not sent', async ({
  page,
  swarm,
  server,
  terminals,
}) => {
  swarm.register([withPane('agent-1', 3)]);
  terminals.show('agent-1', 'one');
  await operateTerminal(page, server);
  await page.getByRole('button', { name: 'Type into agent-1' }).click();
  const alert = terminal(page).getByRole('alert');
  for (const [key, name] of [
    ['Home', 'Home'],
    ['End', 'End'],
    ['Shift+Tab', 'Shift+Tab'],
    ['PageUp', 'Page Up'],
    ['Delete', 'Delete'],
    ['F5', 'F5'],
    ['Shift+Enter', 'Shift+Enter'],
    ['Control+a', 'Ctrl+A'],
  ] as const) {
    await page.keyboard.press(key);
    await expect(alert).toContainText(`${name} was not sent. What is sent from here: text, Enter, Escape, Tab,`);
  }
  await page.keyboard.press('Tab');
  await expect.poll(() => terminals.of('keys').map(({ keys }) => keys)).toEqual([['Tab']]);
  await expect(page.locator('.xterm-helper-textarea')).toBeFocused();
  expect(terminals.of('input')).toEqual([]);
});

test('terminal: another program in its foreground is named before anything is typed, and ends typing', async ({
  page,
  swarm,
  server,
  terminals,
}) => {
  swarm.register([withPane('agent-1', 3)]);
  terminals.show('agent-1', 'one', { state: { foreground: 'unknown', command: 'node' } });
  await operateTerminal(page, server);
  await expect(terminal(page)).toContainText('Foreground program: node. Whether it is Claude Code is not known');
  const type = page.getByRole('button', { name: 'Type into agent-1' });
  await type.click();
  await expect(terminal(page)).toContainText('What you type goes to agent-1');
  terminals.show('agent-1', 'vim', { state: { foreground: 'other', command: 'vim' } });
  await expect(terminal(page)).toContainText('Foreground program: vim. Claude Code is suspended or in the background');
  await expect(terminal(page)).not.toContainText('What you type goes to agent-1');
  await expect(terminal(page).getByRole('alert')).toContainText('Typing was switched off.');
  await expect(type).toHaveCount(0);
  await expect(terminal(page)).toContainText('Bring Claude Code to the foreground there');
  terminals.show('agent-1', 'back');
  await expect(terminal(page)).not.toContainText('Foreground program');
  await expect(type).toHaveAttribute('aria-pressed', 'false');
  await screen(page).click();
  await page.keyboard.type('not sent');
  expect(terminals.of('input')).toEqual([]);
});

test('terminal: Enter goes only to the screen that was seen, and to no dialog that has just opened', async ({
  page,
  swarm,
  server,
  terminals,
}) => {
  swarm.register([withPane('agent-1', 3)]);
  terminals.show('agent-1', 'one');
  terminals.view('agent-1', { composer: 'draft', dialog: null });
  await operateTerminal(page, server);
  await expect(rows(page)).toContainText('one');
  await page.getByRole('button', { name: 'Type into agent-1' }).click();
  await page.keyboard.press('Enter');
  await expect.poll(() => terminals.of('keys')).toHaveLength(1);
  expect(terminals.of('keys')[0]).toMatchObject({ keys: ['Enter'], expected_screen: 'composer' });
  await page.clock.install();
  await page.clock.pauseAt(Date.now() + 1000);
  terminals.view('agent-1', OPTIONS);
  await expect(page.getByRole('button', { name: /^1 Yes$/ })).toBeVisible();
  await page.locator('.xterm-helper-textarea').press('Enter');
  await expect(terminal(page).getByRole('alert')).toContainText('Enter was not sent: a dialog has just opened.');
  await page.keyboard.press('1');
  await expect(terminal(page).getByRole('alert')).toContainText('1 was not sent: a dialog has just opened.');
  await page.getByRole('button', { name: 'Enter', exact: true }).click();
  await expect(terminal(page).getByRole('alert')).toContainText('Enter was not sent: a dialog has just opened.');
  await page.getByRole('button', { name: /^3 No/ }).click();
  await expect(terminal(page).getByRole('alert')).toContainText('3 was not sent: a dialog has just opened.');
  expect(terminals.of('keys')).toHaveLength(1);
  await page.clock.runFor(600);
  await page.locator('.xterm-helper-textarea').press('Enter');
  await page.clock.runFor(100);
  await expect.poll(() => terminals.of('keys')).toHaveLength(2);
  expect(terminals.of('keys')[1]).toMatchObject({ keys: ['Enter'], expected_screen: 'dialog' });
});

test('terminal: a past moment shows no terminal and sends nothing', async ({ page, swarm, server, terminals }) => {
  swarm.register([withPane('agent-1', 3)]);
  terminals.show('agent-1', 'one');
  await server.start();
  const at = new Date(Date.now() - 60_000).toISOString();
  await page.goto(`${server.url}/?agent=agent-1&terminal=open&view=terminals&at=${encodeURIComponent(at)}`);
  await expect(page.getByText('terminals are not recorded').first()).toBeVisible();
  expect(terminals.sent).toEqual([]);
});
