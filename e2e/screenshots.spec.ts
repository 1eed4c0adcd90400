import { spawnSync } from 'node:child_process';
import type { Page } from '@playwright/test';
import type { ProductionServer } from '../test/production-server';
import { connection, expect, openLive, test } from './fixtures';
import type { TestSwarm } from './swarm';

const SIZES = [
  { width: 1440, height: 900 },
  { width: 390, height: 844 },
];

/** A morning's work of six agents, with some trouble in it. */
function busy(swarm: TestSwarm): void {
  swarm.register([
    { id: 'agent-0', pid: process.pid },
    { id: 'agent-1', age: 20 },
    { id: 'agent-2', age: 140 },
    { id: 'agent-3', age: 8 },
    { id: 'agent-4', pid: spawnSync(process.execPath, ['-e', '']).pid, age: 900 },
    { id: 'agent-5', age: 7000 },
  ]);
  swarm.lock('src/auth/session.ts', 'agent-0', 'cookie flags', 40);
  swarm.lock('src/db/migrations/*.sql', 'agent-1', 'new column for refresh tokens', 95);
  swarm.lock('README.md', 'agent-4', 'installation steps', 280);
  const talk: [string, string[], string, string][] = [
    [
      'agent-0',
      ['agent-1'],
      'TASK-DELEGATION',
      'Please take over the refresh tokens: the table is in, the rotation is not.',
    ],
    ['agent-1', ['agent-0'], 'ACK', 'Taking it.'],
    [
      'agent-2',
      ['agent-0', 'agent-1'],
      'QUESTION',
      'Does the session cookie stay SameSite=Lax? The embed test needs None.',
    ],
    [
      'agent-0',
      ['agent-2'],
      'INFO',
      'Yes, it stays Lax:\n\n  secure: true\n  sameSite: "lax"\n\nThe embed gets a cookie of its own.',
    ],
    [
      'agent-3',
      ['agent-0', 'agent-1', 'agent-2', 'agent-4', 'agent-5'],
      'COMPLETED',
      'The parser is done. 42 tests pass.',
    ],
    ['agent-1', ['agent-4'], 'BLOCKED', 'I can’t go on before README.md is free again.'],
    ['agent-4', ['agent-1'], 'REVIEW-REQUEST', 'docs/setup.md is ready for a look.'],
  ];
  for (let round = 0; round < 9; round++) {
    for (const [sender, recipients, msg_type, content] of talk) {
      const delivery_status = Object.fromEntries(recipients.map((id) => [id, id !== 'agent-4']));
      swarm.send({ sender, recipients, msg_type, content, delivery_status });
    }
  }
}

async function picture(page: Page, name: string): Promise<void> {
  for (const size of SIZES) {
    await page.setViewportSize(size);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      const path = `screenshots/${name}-${size.width}-${colorScheme}.png`;
      await page.screenshot({ path, fullPage: size.width < 768 });
    }
  }
}

async function open(page: Page, server: ProductionServer): Promise<void> {
  await server.start();
  await openLive(page, server);
}

test('empty', async ({ page, server }) => {
  await open(page, server);
  await picture(page, 'empty');
});

test('busy', async ({ page, swarm, server }) => {
  busy(swarm);
  await open(page, server);
  await picture(page, 'busy');
});

test('broken registry', async ({ page, swarm, server }) => {
  busy(swarm);
  await open(page, server);
  swarm.writeRegistry('{"agents": [');
  await expect(page.getByText('what it said before is shown')).toBeVisible();
  await picture(page, 'broken-registry');
});

test('disconnected', async ({ page, swarm, server, complaints }) => {
  complaints.allow(/^Failed to load resource/);
  busy(swarm);
  await open(page, server);
  await server.stop();
  await expect(connection(page)).toHaveText(/Reconnecting/);
  await picture(page, 'disconnected');
});

test.describe('without a project', () => {
  test.use({ settings: { CLAUDESWARM_ROOT: '' } });

  test('first steps', async ({ page, server }) => {
    await server.start();
    await page.goto(server.url);
    await picture(page, 'first-steps');
  });
});
