import { spawnSync } from 'node:child_process';
import { claudeProcess } from '../test/support/claude-process';
import { expect, openLive, panel, test } from './fixtures';

test('live: messages, locks and agents come and go without a reload', async ({ page, swarm, server }) => {
  swarm.register([{ id: 'agent-0' }]);
  await server.start();
  await openLive(page, server);

  swarm.send({ sender: 'agent-0', msg_type: 'QUESTION', content: 'Who owns the parser?', recipients: ['all'] });
  const message = panel(page, 'Messages').getByRole('listitem').filter({ hasText: 'Who owns the parser?' });
  await expect(message).toContainText('agent-0 → everyone');
  await expect(message).toContainText('QUESTION');

  swarm.lock('src/a.ts', 'agent-0', 'work');
  await expect(panel(page, 'Locks')).toContainText('src/a.ts');
  swarm.release('src/a.ts', 'agent-0');
  await expect(panel(page, 'Locks')).toContainText('No file is locked.');

  swarm.register([{ id: 'agent-0' }, { id: 'agent-7' }]);
  await expect(panel(page, 'Agents')).toContainText('agent-7');
  swarm.register([{ id: 'agent-0' }]);
  await expect(page.locator('[id="agent-agent-7"]')).toHaveCount(0);
  await expect(panel(page, 'Agents')).toContainText('1 agent left in the last hour');
  swarm.removeRegistry();
  await expect(panel(page, 'Agents')).toContainText(/Old data from .* The registry is missing since/);
  await expect(panel(page, 'Agents')).toContainText('agent-0');
});

test('live: health is shown in words, with its reason', async ({ page, swarm, server }) => {
  const gone = spawnSync(process.execPath, ['-e', '']).pid;
  swarm.register([
    { id: 'agent-here', pid: claudeProcess() },
    { id: 'agent-gone', pid: gone, age: 400 },
    { id: 'agent-late', age: 120 },
    { id: 'agent-lost', age: 7200 },
  ]);
  await server.start();
  await openLive(page, server);
  const agent = (id: string) => panel(page, 'Agents').getByRole('listitem').filter({ hasText: id });
  await expect(agent('agent-here')).toContainText('active');
  await expect(agent('agent-gone')).toContainText('dead');
  await expect(agent('agent-late')).toContainText('stale');
  await expect(agent('agent-lost')).toContainText('unknown');
  for (const id of ['agent-here', 'agent-gone', 'agent-late', 'agent-lost']) {
    await expect(agent(id).locator('p')).toContainText(/\w+.*\./);
  }
});

test('live: an unreadable registry is reported at the top, and the last good one stays', async ({
  page,
  swarm,
  server,
}) => {
  swarm.register([{ id: 'agent-0' }]);
  await server.start();
  await openLive(page, server);
  swarm.writeRegistry('{"agents": [');
  const needsYou = page.getByRole('region', { name: 'Needs you' });
  await expect(needsYou).toContainText('Can’t be read');
  await expect(needsYou).toContainText('what it said before is shown');
  await expect(panel(page, 'Agents')).toContainText('agent-0');
  swarm.register([{ id: 'agent-1' }]);
  await expect(needsYou).toContainText('Nothing right now.');
  await expect(panel(page, 'Agents')).toContainText('agent-1');
});

test('live: failed deliveries, stale and overlapping locks are marked with their reasons', async ({
  page,
  swarm,
  server,
}) => {
  swarm.register([{ id: 'agent-0' }, { id: 'agent-1' }]);
  swarm.send({ recipients: ['agent-1', 'agent-2'], delivery_status: { 'agent-1': true, 'agent-2': false } });
  swarm.lock('src/a.ts', 'agent-0', 'long work', 400);
  swarm.lock('src/*.ts', 'agent-1');
  swarm.lock('docs/b.md', 'agent-ghost');
  await server.start();
  await openLive(page, server);
  await expect(panel(page, 'Messages')).toContainText('Partly delivered: did not reach agent-2');
  const lock = (path: string) => panel(page, 'Locks').getByRole('listitem').filter({ hasText: path });
  await expect(lock('long work')).toContainText('past the timeout');
  await expect(lock('long work')).toContainText('overlaps');
  await expect(lock('long work')).toContainText('src/*.ts, held by agent-1');
  await expect(lock('docs/b.md')).toContainText('orphaned');
});

test('messages: the list follows its end, and does not move while the reader is above', async ({
  page,
  swarm,
  server,
}) => {
  for (let count = 0; count < 60; count++) swarm.send({});
  await server.start();
  await openLive(page, server);
  const list = page.getByRole('region', { name: 'List of messages' });
  await expect(list.getByText('message 60.')).toBeInViewport();
  swarm.send({});
  await expect(list.getByText('message 61.')).toBeInViewport();

  await list.evaluate((element) => element.scrollTo({ top: -400 }));
  const above = list.getByText('message 52.', { exact: true });
  await expect(above).toBeInViewport();
  const place = await above.boundingBox();
  swarm.send({}, {}, {});
  const button = page.getByRole('button', { name: '3 new' });
  await expect(button).toBeVisible();
  expect(await above.boundingBox()).toEqual(place);
  await button.click();
  await expect(list.getByText('message 64.')).toBeInViewport();
  await expect(button).toHaveCount(0);
});
