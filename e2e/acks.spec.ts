import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatNaiveLocal } from '../lib/sources/claudeswarm/written-form';
import { letAct } from './composer-page';
import { expect, expectFaultless, openAsOperator, test } from './fixtures';
import type { TestSwarm } from './swarm';

const fileOf = (swarm: TestSwarm) => join(swarm.root, 'PENDING_ACKS.json');

function writeAcks(swarm: TestSwarm, version: number): void {
  const entry = (msg_id: string, recipient_id: string, nextInMs: number) => ({
    ...{ msg_id, sender_id: 'agent-0', recipient_id, retry_count: 1 },
    message: { sender_id: 'agent-0', content: `[REQUIRES-ACK] Text of ${msg_id}`, recipients: [recipient_id], msg_id },
    ...{ sent_at: formatNaiveLocal(Date.now() - 90_000), next_retry_at: formatNaiveLocal(Date.now() + nextInMs) },
  });
  const pending_acks = [entry('m-1', 'agent-1', 3_600_000), entry('m-2', 'agent-2', -3_600_000)];
  writeFileSync(fileOf(swarm), JSON.stringify({ version, pending_acks }, null, 2));
}

const contentOf = (swarm: TestSwarm) =>
  JSON.parse(readFileSync(fileOf(swarm), 'utf8')) as { version: number; pending_acks: { msg_id: string }[] };

test('pending acks: listed with what is overdue first, and removed after a question', async ({
  page,
  swarm,
  server,
}) => {
  swarm.register([{ id: 'agent-0' }, { id: 'agent-1' }, { id: 'agent-2' }]);
  writeAcks(swarm, 3);
  let posted: unknown;
  await page.route('**/api/acks/remove', (route) => {
    posted = route.request().postDataJSON();
    const { version, pending_acks } = contentOf(swarm);
    const left = pending_acks.filter(({ msg_id }) => msg_id !== 'm-2');
    writeFileSync(fileOf(swarm), JSON.stringify({ version: version + 1, pending_acks: left }));
    return route.fulfill({ json: { outcome: 'removed', count: 1, version: version + 1 } });
  });
  await server.start();
  await openAsOperator(page, server);
  await page.getByRole('button', { name: 'Pending acks' }).click();
  const rows = page.getByRole('list', { name: 'Pending acknowledgements' }).getByRole('listitem');
  await expect(rows).toHaveCount(2);
  await expect(rows.first()).toContainText('overdue agent-0 → agent-2');
  await expect(rows.first()).toContainText('1 retry');
  await expect(rows.last()).toContainText('waiting agent-0 → agent-1');
  await expect(rows.last()).toContainText('Text of m-1');
  await rows.first().getByRole('button', { name: 'Remove…' }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: 'Remove the entry' })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(rows.first().getByRole('button', { name: 'Remove…' })).toBeFocused();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Enter');
  await expect(rows).toHaveCount(1);
  expect(posted).toEqual({ msg_id: 'm-2', recipient_id: 'agent-2', version: 3, folder: null });
});

test('pending acks: a refusal is shown at the entry; readers see no button', async ({
  page,
  swarm,
  server,
  complaints,
}) => {
  complaints.allow(/status of 409/);
  swarm.register([{ id: 'agent-0' }, { id: 'agent-1' }, { id: 'agent-2' }]);
  writeAcks(swarm, 3);
  const detail = 'PENDING_ACKS.json has version 4, not version 3; nothing was removed.';
  const type = 'urn:claude-swarm-dashboard:problem:acks_changed';
  await page.route('**/api/acks/remove', (route) =>
    route.fulfill({ status: 409, json: { type, title: 'x', status: 409, detail, version: 4 } }),
  );
  await server.start();
  await page.goto(`${server.url}/?view=acks#key=${server.operatorKey}`);
  const row = page.getByRole('list', { name: 'Pending acknowledgements' }).getByRole('listitem').first();
  await row.getByRole('button', { name: 'Remove…' }).click();
  await row.getByRole('button', { name: 'Remove the entry' }).click();
  await expect(row.getByRole('alert')).toHaveText(detail);
  await expect(row.getByRole('button', { name: 'Remove…' })).toBeFocused();
  await expectFaultless(page, async () => {
    await expect(row).toBeVisible();
  });
  await letAct(page, ['locks']);
  await page.reload();
  await expect(row).toBeVisible();
  await expect(page.getByRole('button', { name: 'Remove…' })).toHaveCount(0);
});
