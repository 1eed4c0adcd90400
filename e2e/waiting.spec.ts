import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, faults, openLive, pageWidth, panel, test } from './fixtures';
import type { TestSwarm } from './swarm';

const view = (page: Parameters<typeof panel>[0]) => page.getByRole('region', { name: 'Timeline and relations' });
const waits = (page: Parameters<typeof panel>[0]) =>
  view(page).getByRole('list', { name: 'Waiting' }).getByRole('listitem');

function ask(swarm: TestSwarm, sender: string, recipient: string, msg_type = 'QUESTION', content = 'Go on?'): void {
  swarm.send({ sender, recipients: [recipient], msg_type, content, delivery_status: { [recipient]: true } });
}

function writeStore(swarm: TestSwarm, name: string, value: object): void {
  writeFileSync(join(swarm.root, `${name}.tmp`), JSON.stringify(value));
  renameSync(join(swarm.root, `${name}.tmp`), join(swarm.root, name));
}

const task = (id: string, assigned_to: string, ...blocked_by: string[]) => ({
  [id]: { task_id: id, objective: `do ${id}`, status: 'working', assigned_to, blocked_by },
});

test('waiting: empty at first; each wait appears with its reason, links to its evidence, and disappears', async ({
  page,
  swarm,
  server,
}) => {
  swarm.register([{ id: 'agent-0' }, { id: 'agent-1' }, { id: 'agent-2' }]);
  await server.start();
  await page.goto(`${server.url}/?view=waits`);
  await expect(view(page)).toContainText('The files show no agent that waits for another.');
  ask(swarm, 'agent-2', 'agent-1', 'QUESTION', 'Cents or euros?');
  await expect(waits(page)).toContainText([/agent-2 waits for agent-1.*QUESTION unanswered since .* — declared/]);
  await expect(waits(page).first()).toContainText('agent-2 asked agent-1, who has not answered: "Cents or euros?"');
  swarm.lock('src/*.ts', 'agent-0', 'all of it', 60);
  swarm.lock('src/a.ts', 'agent-2', 'one of it', 30);
  writeStore(swarm, 'TASKS.json', { tasks: { ...task('t1', 'agent-1', 't2'), ...task('t2', 'agent-0') } });
  await expect(waits(page)).toHaveCount(3);
  await expect(waits(page).filter({ hasText: 'agent-2 waits for agent-0' })).toContainText('inferred');
  await expect(waits(page).filter({ hasText: 'agent-1 waits for agent-0' })).toContainText('"do t1" of agent-1');
  await expect(view(page).getByRole('region', { name: 'Drawing of waiting agents' }).getByRole('link')).toHaveText([
    'agent-2',
    'agent-1',
    'agent-0',
  ]);
  expect(await faults(page)).toEqual([]);

  await waits(page).getByRole('link', { name: 'agent-2 waits for agent-1' }).press('Enter');
  await expect(page).toHaveURL(/view=waits/);
  await expect(page).toHaveURL(/message=/);
  await waits(page).getByRole('link', { name: 'agent-2 waits for agent-0' }).click();
  await expect(page).toHaveURL(/lock=/);
  await expect(panel(page, 'Locks').getByRole('button', { name: 'src/a.ts' })).toBeInViewport();

  swarm.release('src/a.ts', 'agent-2');
  writeStore(swarm, 'TASKS.json', { tasks: {} });
  ask(swarm, 'agent-1', 'agent-2', 'INFO', 'Cents.');
  await expect(view(page)).toContainText('The files show no agent that waits for another.');
});

test('waiting: a wait cycle is the first item in "Needs you", and links here', async ({ page, swarm, server }) => {
  swarm.register([{ id: 'agent-0' }, { id: 'agent-1' }, { id: 'agent-2' }]);
  swarm.lock('docs/b.md', 'agent-ghost');
  await server.start();
  await openLive(page, server);
  const needsYou = page.getByRole('region', { name: 'Needs you' });
  await expect(needsYou.getByRole('link')).toHaveCount(1);
  ask(swarm, 'agent-0', 'agent-1', 'BLOCKED', 'I need the schema.');
  ask(swarm, 'agent-1', 'agent-2', 'BLOCKED', 'I need the tests.');
  writeStore(swarm, 'CONFLICT_LOG.json', {
    conflicts: [
      { conflict_id: 'c', conflict_type: 'merge', agents_involved: ['agent-2', 'agent-0'], status: 'pending' },
    ],
  });
  const first = needsYou.getByRole('link').first();
  await expect(first).toContainText('Deadlock');
  await expect(first).toContainText('agent-0, agent-1 and agent-2 wait for each other');
  await first.click();
  await expect(page).toHaveURL(/view=waits/);
  await expect(waits(page).filter({ hasText: 'in a wait cycle' })).toHaveCount(3);
  await expect(page.locator('[data-arrow]')).toHaveCount(3);
  expect(await faults(page)).toEqual([]);
  ask(swarm, 'agent-1', 'agent-0', 'INFO', 'Here is the schema.');
  await expect(needsYou.getByRole('link').first()).not.toContainText('Deadlock');
  await expect(waits(page)).toHaveCount(2);
});

test('waiting: too many agents to draw are listed; at a past moment waits are reported as unknown', async ({
  page,
  swarm,
  server,
}) => {
  swarm.register([{ id: 'agent-0' }]);
  for (let count = 0; count < 22; count++) ask(swarm, `asker-${count}`, 'agent-0');
  await server.start();
  await page.goto(`${server.url}/?view=waits`);
  await expect(view(page)).toContainText('23 agents wait or are waited for: too many to draw.');
  await expect(waits(page)).toHaveCount(22);
  await page.goto(`${server.url}/?view=waits&at=${encodeURIComponent(new Date().toISOString())}`);
  await expect(view(page)).toContainText('Waiting is only known for the present.');
});

test.describe('on a narrow screen', () => {
  test.use({ viewport: { width: 390, height: 844 } });

  test('waiting: drawing and list are below each other', async ({ page, swarm, server }) => {
    swarm.register([{ id: 'agent-0' }, { id: 'agent-1' }, { id: 'agent-2' }]);
    ask(swarm, 'agent-0', 'agent-1');
    ask(swarm, 'agent-1', 'agent-2');
    await server.start();
    await page.goto(`${server.url}/?view=waits`);
    await expect(waits(page)).toHaveCount(2);
    await expect(waits(page).first()).toBeInViewport();
    expect(await pageWidth(page)).toBe(390);
    expect(await faults(page)).toEqual([]);
    await waits(page).getByRole('link').first().click();
    await expect(page.getByRole('tab', { name: 'Messages' })).toHaveAttribute('aria-selected', 'true');
  });
});
