import AxeBuilder from '@axe-core/playwright';
import { expect, openLive, panel, test } from './fixtures';
import type { TestSwarm } from './swarm';

const HOSTILE = `<img src=x onerror="document.title='taken'">\u001b[31mred\u202Edrow\u200B${'w'.repeat(10_000)}`;

/** Something of everything that a panel can show. */
function busy(swarm: TestSwarm): void {
  swarm.register([{ id: 'agent-0' }, { id: 'agent-1', age: 120 }, { id: 'agent-2', age: 9000 }]);
  swarm.lock('src/a.ts', 'agent-0');
  swarm.lock('app/[id]/page.tsx', 'agent-1', 'the page');
  swarm.lock('old.ts', 'agent-9', '', 250);
  for (const msg_type of ['INFO', 'QUESTION', 'BLOCKED', 'COMPLETED', 'TASK-DELEGATION', 'SOMETHING']) {
    swarm.send({ msg_type, delivery_status: { 'agent-1': msg_type !== 'BLOCKED' }, requires_ack: true });
  }
  swarm.send({ content: 'line\n'.repeat(40) });
}

test('the server and the browser draw every emoji alike', async ({ page, swarm, server }) => {
  // A difference would make React throw the server's page away, with an error in the console, which fails the test.
  swarm.send({ content: 'a 🏳️‍🌈 ❤️‍🔥 👩‍💻 🧑🏽‍🚒 👨‍👩‍👧‍👦 z' });
  await server.start();
  await openLive(page, server);
  await expect(panel(page, 'Messages')).toContainText('a 🏳️‍🌈 ❤️‍🔥 👩‍💻 🧑🏽‍🚒 👨‍👩‍👧‍👦 z');
});

test('hostile text is text in every field of every record', async ({ page, swarm, server }) => {
  swarm.register([
    { id: HOSTILE, pane_index: HOSTILE, pid: 1, status: HOSTILE, session_name: HOSTILE, tmux_pane_id: HOSTILE },
    { id: 'agent-1', pane_index: { a: [1] }, status: null, session_name: 7, last_seen: HOSTILE },
  ]);
  swarm.lock('x', 'agent-0', HOSTILE);
  swarm.send(
    {
      sender: HOSTILE,
      content: HOSTILE,
      msg_type: HOSTILE,
      recipients: [HOSTILE],
      delivery_status: { [HOSTILE]: false },
    },
    {
      sender: 5,
      content: { a: HOSTILE },
      msg_type: null,
      recipients: { a: 1 },
      delivery_status: 'yes',
      timestamp: HOSTILE,
    },
    { sender: null, content: null, recipients: null, task: { objective: HOSTILE, priority: [] } },
  );
  await server.start();
  await openLive(page, server);
  const messages = panel(page, 'Messages');
  await expect(messages).toContainText('<img src=x onerror=');
  await expect(messages).toContainText('␛[31mred');
  await expect(messages.getByTitle('U+202E right-to-left override').first()).toBeVisible();
  await expect(messages.getByTitle('U+200B zero width space').first()).toBeVisible();
  await expect(panel(page, 'Agents').getByRole('listitem')).toHaveCount(2);
  await expect(page.locator('img')).toHaveCount(0);
  await expect(page).toHaveTitle('Claude Swarm');
  expect(await pageWidth(page)).toBeLessThanOrEqual(1440);

  await messages
    .getByRole('button', { name: /Show all/ })
    .first()
    .click();
  await expect(messages).toContainText('w'.repeat(10_000));
  await expect(page.locator('body')).not.toContainText(/NaN|undefined|\[object/);
});

for (const colorScheme of ['light', 'dark'] as const) {
  for (const width of [1440, 390]) {
    test.describe(`${colorScheme}, ${width} px wide`, () => {
      test.use({ colorScheme, viewport: { width, height: width === 390 ? 844 : 900 } });

      test('nothing is hard to read or out of reach', async ({ page, swarm, server }) => {
        busy(swarm);
        await server.start();
        await openLive(page, server);
        swarm.writeRegistry('no registry');
        await expect(page.getByText('what it said before is shown')).toBeVisible();
        await expect(panel(page, 'Locks').getByRole('listitem')).toHaveCount(3);
        const { violations } = await new AxeBuilder({ page }).analyze();
        expect(violations).toEqual([]);
        expect(await pageWidth(page)).toBeLessThanOrEqual(width);
      });
    });
  }
}

function pageWidth(page: { evaluate<T>(read: () => T): Promise<T> }): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth);
}
