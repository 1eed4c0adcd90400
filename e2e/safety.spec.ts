import { formatNaiveLocal } from '../lib/sources/claudeswarm/written-form';
import { expect, expectFaultless, openLive, pageWidth, panel, SCREENS, test } from './fixtures';
import type { TestSwarm } from './swarm';

const HOSTILE = `<img src=x onerror="document.title='taken'">\u001b[31mred\u202Edrow\u200B${'w'.repeat(10_000)}`;

// A name this long fits in an address only with this setting.
test.use({ settings: { LIMIT_URL_BYTES: '16384' } });

/** An example of everything that the panels can show. */
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

/** Hostile text in every field of every record on the page, and values of unexpected types. */
function hostile(swarm: TestSwarm): void {
  swarm.register(
    [
      {
        id: HOSTILE,
        pane_index: HOSTILE,
        pid: 1,
        status: HOSTILE,
        session_name: HOSTILE,
        tmux_pane_id: HOSTILE,
        age: 900,
      },
      { id: 'agent-1', pane_index: { a: [1] }, status: null, session_name: 7, last_seen: HOSTILE, note: HOSTILE },
    ],
    HOSTILE,
  );
  swarm.lock('x', 'agent-0', HOSTILE);
  swarm.lock(HOSTILE, HOSTILE, HOSTILE, 400);
  const old = formatNaiveLocal(Date.now() - 600_000);
  swarm.send(
    {
      sender: HOSTILE,
      content: HOSTILE,
      msg_type: HOSTILE,
      msg_id: HOSTILE,
      recipients: [HOSTILE],
      delivery_status: { [HOSTILE]: false },
      [HOSTILE]: HOSTILE,
    },
    { sender: HOSTILE, content: HOSTILE, msg_type: 'BLOCKED', recipients: [HOSTILE], timestamp: old },
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
}

test('safety: hostile text stays text in every field of every record', async ({ page, swarm, server, complaints }) => {
  // The API refuses a name of 10,000 characters; the page reports it.
  complaints.allow(/422/);
  hostile(swarm);
  await server.start();
  for (const screen of SCREENS) {
    await test.step(`${screen.width} px wide`, async () => {
      await page.setViewportSize(screen);
      await openLive(page, server);
      const laidOut = async (view: string) => {
        expect(await pageWidth(page), `${view}: width`).toBe(screen.width);
        expect(await page.evaluate(() => document.documentElement.scrollHeight), `${view}: height`).toBe(screen.height);
        await expect(page.locator('img'), view).toHaveCount(0);
        await expect(page, view).toHaveTitle(/Claude Swarm$/);
        await expect(page.locator('body'), view).not.toContainText(/NaN|undefined|\[object/);
      };
      await page.keyboard.press('4');
      const needsYou = page.getByRole('region', { name: 'Needs you' });
      await expect(needsYou).toContainText('<img src=x onerror=');
      await laidOut('needs you');

      await page.keyboard.press('3');
      await expect(panel(page, 'Locks').getByRole('listitem')).toHaveCount(2);
      await laidOut('locks');

      await page.keyboard.press('1');
      await expect(panel(page, 'Agents')).toContainText('<img src=x onerror=');
      await laidOut('agents');

      await page.keyboard.press('2');
      const messages = panel(page, 'Messages');
      await expect(messages).toContainText('<img src=x onerror=');
      await expect(messages).toContainText('␛[31mred');
      await expect(messages.getByTitle('U+202E right-to-left override').first()).toBeVisible();
      await expect(messages.getByTitle('U+200B zero width space').first()).toBeVisible();
      await messages
        .getByRole('button', { name: /Show all/ })
        .first()
        .click();
      await expect(messages).toContainText('w'.repeat(10_000));
      await laidOut('messages');

      await page.keyboard.press('Control+k');
      await expect(page.getByRole('dialog').getByRole('option').first()).toBeVisible();
      await laidOut('palette');
      await page.keyboard.press('Escape');
      await page.goto(`${server.url}/?agent=${encodeURIComponent(HOSTILE)}`);
      await expect(page.locator('.detail-place')).toContainText('<img src=x onerror=');
      await laidOut('detail');
    });
  }
});

test('accessibility: every part is readable and reachable in every theme and width', async ({
  page,
  swarm,
  server,
}) => {
  busy(swarm);
  await server.start();
  await openLive(page, server);
  swarm.writeRegistry('no registry');
  await page.keyboard.press('4');
  await expect(page.getByRole('region', { name: 'Needs you' })).toContainText('Can’t be read');
  await expectFaultless(page, async () => {});
  // A wide screen shows every part; on a narrow one each part is a tab.
  for (const key of ['1', '2', '3'])
    await expectFaultless(page, () => page.keyboard.press(key), { screens: [SCREENS[1]] });
});
