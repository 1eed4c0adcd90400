import { get, type IncomingHttpHeaders } from 'node:http';
import { findProjectRoot } from '../lib/sources/claudeswarm/project-root';
import { PROJECT } from '../test/support/production-server';
import { connection, expect, openLive, panel, test } from './fixtures';

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false });

  test('page: the HTML contains the first state', async ({ page, swarm, server }) => {
    swarm.register([{ id: 'agent-0' }, { id: 'agent-1' }]);
    swarm.lock('src/a.ts', 'agent-1', 'fix the parser');
    swarm.send({ content: 'hello from before' });
    await server.start();
    await page.goto(server.url);
    await expect(panel(page, 'Agents')).toContainText('agent-1');
    await expect(panel(page, 'Locks')).toContainText('src/a.ts');
    await expect(panel(page, 'Locks')).toContainText('fix the parser');
    await expect(panel(page, 'Messages')).toContainText('hello from before');
    await expect(page.getByText('Without JavaScript this page does not update itself')).toBeVisible();
    await expect(page.getByText(/It shows the swarm at \d\d:\d\d:\d\d UTC\./)).toBeVisible();
    await expect(connection(page)).toBeHidden();
    await expect(page.getByRole('button', { name: 'Help and keys' })).toBeHidden();
  });
});

test('page: each panel of an empty project says what to do', async ({ page, server }) => {
  await server.start();
  await openLive(page, server);
  await expect(panel(page, 'Agents')).toContainText('claudeswarm discover-agents');
  await expect(panel(page, 'Messages')).toContainText('No messages yet.');
  await expect(panel(page, 'Locks')).toContainText('No file is locked.');
  await expect(page.getByRole('list', { name: 'Problems with the data' })).toBeEmpty();
});

test.describe('without a project', () => {
  // A start in the dashboard's own folder names no project, unless the folder is inside one.
  test.use({ settings: { CLAUDESWARM_ROOT: '' } });
  const around = findProjectRoot({ startFolders: [PROJECT], excluded: PROJECT });
  test.skip(around !== null, `This checkout is inside the project ${around?.root}.`);

  test('first steps: state where the dashboard searched and what to do next', async ({ page, server }) => {
    await server.start();
    await page.goto(server.url);
    await expect(page.getByRole('heading', { name: 'No swarm found' })).toBeVisible();
    await expect(page.getByText(PROJECT)).toBeVisible();
    await expect(page.getByText('npm start -- --demo')).toBeVisible();
  });
});

test('Host check: a request with a foreign host is refused and gets no data', async ({ swarm, server }) => {
  swarm.register([{ id: 'agent-secret' }]);
  swarm.send({ content: 'a secret sentence' });
  await server.start();
  for (const path of ['/', '/?x=1', '/nothing']) {
    const answer = await request(server.port, path, 'evil.example', path === '/' ? 'text/html,*/*;q=0.8' : '*/*');
    expect(answer.status).toBe(403);
    expect(answer.body).not.toContain('secret');
    expect(answer.body).not.toContain(swarm.root);
    expect(answer.body).toContain(path === '/' ? '<h1>Forbidden host</h1>' : '"title":"Forbidden host"');
    expect(answer.headers['cache-control']).toContain('no-store');
    expect(answer.headers['x-content-type-options']).toBe('nosniff');
  }
  expect((await request(server.port, '/', `localhost:${server.port}`)).body).toContain('agent-secret');
});

test('page: an unknown address is reported as such', async ({ page, server, complaints }) => {
  complaints.allow(/404/);
  await server.start();
  const response = await page.goto(`${server.url}/nothing`);
  expect(response?.status()).toBe(404);
  await expect(page.getByRole('heading', { name: 'There is no such page' })).toBeVisible();
  await expect(connection(page)).toHaveCount(0);
});

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

function request(port: number, path: string, host: string, accept = '*/*'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path, headers: { Host: host, Accept: accept } }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        body += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
    }).on('error', reject);
  });
}
