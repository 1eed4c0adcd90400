/** Terminals of stand-ins for Claude Code in a real tmux, on the real server. */
import { join } from 'node:path';
import { type FakeAgent, FakeAgents, missingTmux } from '../test/support/fake-agents';
import { test as base, expect, expectFaultless, openAsOperator } from './fixtures';

interface Terminals {
  fakes: FakeAgents;
}

const test = base.extend<Terminals>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads what a fixture needs from this pattern
  fakes: async ({}, use) => {
    const fakes = new FakeAgents();
    await use(fakes);
    fakes.stop();
  },
  settings: async ({ fakes }, use) => {
    await use({
      CLAUDESWARM_ROOT: fakes.root,
      CLAUDE_CONFIG_DIR: fakes.claudeFolder,
      XDG_STATE_HOME: join(fakes.folder, 'state'),
      SWARM_HISTORY: join(fakes.folder, 'history.sqlite'),
    });
  },
});

const missing = missingTmux() ?? (process.platform === 'linux' ? null : 'it needs /proc');
test.skip(missing !== null, missing ?? '');

type Page = Parameters<typeof openAsOperator>[0];

const terminal = (page: Page, agent = 'agent-0') => page.getByRole('region', { name: `Terminal of ${agent}` });
const rows = (page: Page, agent = 'agent-0') => terminal(page, agent).locator('.xterm-rows');
const wall = (page: Page) => page.getByRole('region', { name: 'Terminals', exact: true });

/** Starts stand-ins, each in a pane, and lists them in the registry. */
async function startAgents(fakes: FakeAgents, count: number): Promise<FakeAgent[]> {
  const agents: FakeAgent[] = [];
  for (let n = 0; n < count; n += 1) agents.push(await fakes.start());
  fakes.writeRegistry();
  return agents;
}

test('terminal: opened, read and searched; after a restart of the server it shows what is on the screen', async ({
  page,
  fakes,
  server,
  complaints,
}) => {
  // While the server is away.
  complaints.allow(/WebSocket connection to .* failed|^Failed to load resource|net::ERR_/);
  await startAgents(fakes, 1);
  await fakes.start({ program: 'printf "one needle\\r\\ntwo needles\\r\\n"; exec cat' });
  fakes.writeRegistry();
  await server.start();
  await openAsOperator(page, server);
  await page.goto(`${server.url}/?agent=agent-1&terminal=open`);
  await expect(rows(page, 'agent-1')).toContainText('two needles');
  await page.locator('.xterm-screen').click();
  await page.keyboard.press('Control+f');
  await page.keyboard.type('needle');
  await expect(terminal(page, 'agent-1')).toContainText('1 of 2');
  await page.goto(`${server.url}/?agent=agent-0&terminal=open`);
  await expect(rows(page)).toContainText('manual mode on');
  await server.stop();
  await expect(terminal(page)).toContainText('Not connected');
  await expect(rows(page)).toContainText('manual mode on');
  await server.start();
  await expect(terminal(page)).not.toContainText('Not connected');
  await expect(rows(page)).toContainText('manual mode on');
});

test('terminal: typed into, answered by a digit and interrupted, and the record says who did it', async ({
  page,
  fakes,
  server,
}) => {
  const [agent] = await startAgents(fakes, 1);
  await server.start();
  await openAsOperator(page, server);
  await page.goto(`${server.url}/?agent=agent-0&terminal=open`);
  await expect(rows(page)).toContainText('manual mode on');
  await page.getByRole('button', { name: 'Type into agent-0' }).click();
  await page.keyboard.type('hello there');
  await expect(rows(page)).toContainText('hello there');
  await page.keyboard.press('Enter');
  await expect.poll(() => agent?.got).toEqual(['hello there']);
  await agent?.control('dialog');
  const yes = page.getByRole('button', { name: /^1 Yes$/ });
  await yes.click();
  const hasty = terminal(page).getByRole('alert').filter({ hasText: 'a dialog has just opened' });
  const answered = async () => {
    if (await hasty.isVisible()) {
      await page.getByRole('button', { name: 'Dismiss' }).click();
      await yes.click();
    }
    return JSON.stringify(agent?.entries);
  };
  await expect.poll(answered).toContain('"answered":"1"');
  await expect(terminal(page)).toContainText(/press keys|type text/);
  await page.getByRole('button', { name: 'Interrupt' }).click();
  await expect(terminal(page).getByRole('status').or(terminal(page).getByRole('alert')).last()).not.toHaveText(
    'Interrupting…',
  );
});

test('terminal: the wall shows all agents and opens one; nothing has a fault', async ({ page, fakes, server }) => {
  await startAgents(fakes, 3);
  await server.start();
  await page.goto(`${server.url}/?view=terminals`);
  await expect(wall(page).getByRole('listitem')).toHaveCount(3);
  await expect(wall(page)).not.toContainText('Loading the screen…');
  await wall(page)
    .getByRole('button', { name: /agent-2/ })
    .click();
  await expect(rows(page, 'agent-2')).toContainText('manual mode on');
  await expectFaultless(page, async (width) => {
    if (width < 500) await page.goto(`${server.url}/?agent=agent-2&terminal=open`);
    await expect(rows(page, 'agent-2')).toContainText('manual mode on');
  });
});
