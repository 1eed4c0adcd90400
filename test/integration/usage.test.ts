/** Tokens and cost of the production server: from its history, over the API, the stream and the metrics. */
import assert from 'node:assert/strict';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type UsageAnswer, usageAnswer } from '../../lib/contract/claude-schemas';
import { attentionAnswer } from '../../lib/contract/schemas';
import { answered } from '../support/claude-usage';
import { ProductionServer } from '../support/production-server';
import { recordUsage } from '../support/recorded-usage';
import { until } from '../support/until';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'usage-')));
const MINUTE_MS = 60_000;
const MILLION = 1_000_000;
const at = Date.now() - MINUTE_MS;

const root = mkdtempSync(join(folder, 'root-'));
writeFileSync(join(root, 'agent_messages.log'), '');
const history = join(folder, 'history.sqlite');
const prices = join(folder, 'prices.yaml');
const settings = { CLAUDESWARM_ROOT: root, SWARM_HISTORY: history, CLAUDE_PRICES: prices };
const servers: ProductionServer[] = [];
after(async () => {
  for (const server of servers) await server.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
});

async function started(): Promise<ProductionServer> {
  const server = await ProductionServer.started(settings);
  servers.push(server);
  return server;
}

test('/api/usage: what has no cost gets one at the start, by the bundled and by own prices; a fault of the file is shown', async () => {
  recordUsage(
    history,
    [
      answered({ at, agentId: 'agent-1', output: MILLION }),
      answered({ at, agentId: 'agent-2', model: 'own-1', output: MILLION }),
      answered({ at, agentId: 'agent-2', model: 'in-house-7b', output: 5 }),
    ],
    false,
  );
  writeFileSync(prices, 'models: [{ model: "own-*", input: 1, output: ');
  const server = await started();
  const usage = async (): Promise<UsageAnswer> => usageAnswer.parse(await server.get('/api/usage?by=agent&part=model'));
  const first = await until(usage, ({ total }) => total.cost_usd === 20);
  assert.equal(first.total.unpriced_tokens, MILLION + 5);
  const attention = async () => attentionAnswer.parse(await server.get('/api/attention')).attention;
  const items = await until(attention, (list) => list.some(({ reason }) => reason.includes('CLAUDE_PRICES')));
  assert.ok(items.some(({ kind, reason }) => kind === 'source_unreadable' && /Bundled prices are used/.test(reason)));

  writeFileSync(prices, 'models: [{ model: "own-*", input: 1, output: 7 }]');
  const second = await until(usage, ({ total }) => total.cost_usd === 27);
  await until(attention, (list) => !list.some(({ reason }) => reason.includes('CLAUDE_PRICES')));
  assert.deepEqual(
    second.rows.map(({ key, part, cost_usd }) => [key, part, cost_usd]),
    [
      ['agent-1', 'claude-opus-5-5', 20],
      ['agent-2', 'own-1', 7],
      ['agent-2', 'in-house-7b', null],
    ],
  );
  const unknown = await until(usage, ({ unknown_models }) => unknown_models.length > 0);
  assert.deepEqual(unknown.unknown_models, ['in-house-7b']);

  const metrics = await (await fetch(`${server.url}/metrics`)).text();
  for (const line of [
    'claude_swarm_usage_tokens_total{agent="agent-1",model="claude-opus-5-5",kind="output"} 1000000',
    'claude_swarm_usage_cost_usd_total{agent="agent-2",model="own-1"} 7',
    'claude_swarm_usage_unpriced_tokens_total{agent="agent-2",model="in-house-7b"} 5',
  ])
    assert.ok(metrics.includes(line), line);
  assert.ok(!metrics.includes('claude_swarm_usage_cost_usd_total{agent="agent-2",model="in-house-7b"}'));

  // A second process on the same history has the same sums.
  const other = await started();
  const same = await until(
    async () => usageAnswer.parse(await other.get('/api/usage?by=agent&part=model')),
    ({ unknown_models }) => unknown_models.length > 0,
  );
  assert.deepEqual([same.rows, same.total], [second.rows, second.total]);
});

test('/api/usage: refuses what it does not know', async () => {
  const [server] = servers;
  assert.ok(server);
  for (const query of ['by=session', 'by=agent&part=agent', 'since=2026-02-03T10:00:00Z&until=2026-02-03T09:00:00Z']) {
    const response: Response = await fetch(`${server.url}/api/usage?${query}`);
    assert.equal(response.status, 422, query);
  }
});
