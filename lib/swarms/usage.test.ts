import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { UsageState } from '../contract/claude-schemas';
import { NO_SUM, NO_USAGE } from '../contract/defaults';
import type { UsageEvent } from '../recorder/events';
import type { OwnPrice } from '../sources/claude-code/model-prices';
import { OwnPrices } from './own-prices';
import { SwarmUsage } from './usage';

const folder = mkdtempSync(join(tmpdir(), 'swarm-usage-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const EVENT: UsageEvent = {
  type: 'usage',
  usage: { ...NO_USAGE, today: { ...NO_SUM, messages: 3 }, unknown_models: ['x'] },
  totals: [],
  contextWindows: [['claude-opus-5-5', 1_000_000]],
};

function swarmUsage(path: string | null) {
  const sent: (readonly OwnPrice[])[] = [];
  const published: UsageState[] = [];
  const prices = new OwnPrices(path);
  const usage = new SwarmUsage({
    ...{ prices, zone: 'Europe/Berlin', publish: (state) => published.push(state) },
    recorder: { setOwnPrices: (own) => sent.push(own) },
  });
  return { usage, sent, published };
}

test('take(): publishes sums with the progress of reading, and answers what the context of a model holds', () => {
  const { usage, published } = swarmUsage(null);
  usage.setProgress({ read_bytes: 1, total_bytes: 4 });
  usage.take(EVENT);
  assert.deepEqual([published.at(-1)?.today.messages, published.at(-1)?.progress?.total_bytes], [3, 4]);
  usage.setProgress(null);
  assert.equal(published.at(-1)?.progress, null);
  assert.deepEqual([usage.contextWindow('claude-opus-5-5'), usage.contextWindow('x')], [1_000_000, null]);
  assert.deepEqual(usage.complete({ since: 1, until: 2, by: 'day' }), {
    ...{ since: 1, until: 2, by: 'day', zone: 'Europe/Berlin', progress: null, unknownModels: ['x'] },
  });
});

test('refresh(): prices that do not parse are a source that cannot be read, and the former ones stay', () => {
  const path = join(folder, 'prices.yaml');
  writeFileSync(path, 'models: no list');
  const { usage, sent } = swarmUsage(path);
  assert.equal(usage.refresh(), true);
  const status = () => usage.sources.CLAUDE_PRICES;
  assert.equal(status()?.state, 'unreadable');
  assert.match(status()?.reason ?? '', /^CLAUDE_PRICES \/.*prices\.yaml, models: .* Bundled prices are used;/);
  assert.equal(usage.refresh(), false, 'nothing has changed');
  writeFileSync(path, '{"models": [{"model": "own", "input": 1, "output": 2}]}');
  assert.deepEqual([usage.refresh(), status()?.state, sent.at(-1)?.[0]?.model], [true, 'ok', 'own']);
  writeFileSync(path, '{"models": [{"model": "own", "input": "free", "output": 2}]}');
  assert.equal(usage.refresh(), true);
  assert.match(status()?.reason ?? '', /its last valid version stay/);
  assert.equal(sent.length, 1);
  rmSync(path);
  usage.refresh();
  assert.match(status()?.reason ?? '', /is missing\. The prices of its last valid version stay/);
  assert.equal(sent.length, 1);
});

test('refresh(): without own prices there is no fault', () => {
  const { usage, sent } = swarmUsage(null);
  assert.equal(usage.refresh(), false);
  assert.deepEqual([usage.sources.CLAUDE_PRICES?.state, sent], ['ok', []]);
});
