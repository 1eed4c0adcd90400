import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { DIALOG_SCREEN, FakeTerminals } from './fake-terminals';
import { expect, openAsOperator, test } from './fixtures';

const FOLDER = resolve('screenshots/terminal');
const WIDTHS = [
  { width: 1440, height: 900 },
  { width: 1366, height: 768 },
  { width: 390, height: 844 },
];
/** A screen with the colours of a program, wide characters and lines that are drawn. */
const EDITOR = [
  '\x1b[7m src/cart/totals.ts                                                     utf-8 \x1b[0m',
  '\x1b[90m  1\x1b[0m \x1b[35mexport function\x1b[0m \x1b[34mtotalOf\x1b[0m(cart: \x1b[36mCart\x1b[0m) {',
  '\x1b[90m  2\x1b[0m   \x1b[90m// 合計を計算する\x1b[0m',
  '\x1b[90m  3\x1b[0m   \x1b[35mreturn\x1b[0m cart.items.\x1b[34mreduce\x1b[0m((sum, item) \x1b[35m=>\x1b[0m sum + item.price, \x1b[33m0\x1b[0m);',
  '\x1b[90m  4\x1b[0m }',
  '┌──────────────┬───────────┐',
  '│ \x1b[32m✔ 41 passed\x1b[0m  │ \x1b[31m2 failed\x1b[0m  │',
  '└──────────────┴───────────┘',
  '\x1b[48;5;22m\x1b[38;5;230m + added line \x1b[0m',
  '\x1b[41m\x1b[97m - removed line \x1b[0m',
].join('\r\n');

test('terminal: pictures of a terminal, of typing and of the wall', async ({ page, swarm, server }) => {
  const terminals = new FakeTerminals();
  await terminals.listen(page);
  swarm.register([1, 2, 3, 4, 5, 6].map((n) => ({ id: `agent-${n}` })));
  swarm.send({ sender: 'agent-2', msg_type: 'BLOCKED', content: 'Who has the schema?' });
  terminals.show('agent-1', DIALOG_SCREEN, { columns: 120, rows: 30 });
  terminals.view('agent-1', {
    composer: 'absent',
    dialog: {
      question: 'Do you want to proceed?',
      options: [
        { key: '1', label: 'Yes' },
        { key: '2', label: "Yes, and don't ask again for npm test" },
        { key: '3', label: 'No, and tell Claude what to do differently' },
      ],
    },
  });
  terminals.show('agent-2', EDITOR);
  terminals.show('agent-3', `${DIALOG_SCREEN}`, { columns: 200, rows: 50 });
  terminals.show('agent-4', '$ npm test\r\n…', {
    state: { state: 'dead', detail: 'Its process ended with status 1.' },
  });
  terminals.show('agent-5', '', {
    state: { state: 'no_pane', detail: 'Neither the registry nor a session names one.' },
  });
  terminals.show('agent-6', EDITOR);
  await server.start();
  await openAsOperator(page, server);
  mkdirSync(FOLDER, { recursive: true });
  for (const size of WIDTHS) {
    await page.setViewportSize(size);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      const shoot = (name: string) => page.screenshot({ path: `${FOLDER}/${name}-${size.width}-${colorScheme}.png` });
      await page.goto(`${server.url}/?agent=agent-1&terminal=open`);
      const terminal = page.getByRole('region', { name: 'Terminal of agent-1' });
      await expect(terminal.locator('.xterm-rows')).toContainText('Do you want to proceed?');
      await page.getByRole('button', { name: 'Type into agent-1' }).click();
      await expect(terminal).toContainText('What you type goes to agent-1');
      await shoot('typing');
      await page.goto(`${server.url}/?agent=agent-2&terminal=open`);
      await expect(page.locator('.xterm-rows')).toContainText('removed line');
      await shoot('terminal');
      await page.goto(`${server.url}/?agent=agent-5&terminal=open`);
      await expect(page.getByRole('region', { name: 'Terminal of agent-5' })).toContainText('No pane of this agent');
      await shoot('no-pane');
      await page.goto(`${server.url}/?view=terminals`);
      await expect(page.getByRole('region', { name: 'Terminals', exact: true })).toContainText('No pane of this agent');
      await page.waitForFunction(() => document.querySelector('canvas')?.width !== 300);
      await shoot('wall');
    }
  }
  process.stdout.write(`Pictures: ${FOLDER}\n`);
});
