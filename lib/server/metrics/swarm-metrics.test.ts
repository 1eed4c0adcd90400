import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Registry } from 'prom-client';
import { type Figures, NO_FIGURES, type Runtime, setRuntime } from '../../swarms/swarm';
import { registerSwarmMetrics } from './swarm-metrics';

test('what the history has counted is not told as nothing before it is known: a restart would look like losses', async () => {
  const registry = new Registry();
  registerSwarmMetrics(registry);
  const figures: Figures = { ...NO_FIGURES };
  const log = { gaps: 3, skipped: [{ reason: 'invalid JSON', count: 2, last: null }], backlog: null };
  const { hub, health } = {
    hub: { state: (kind: string) => (kind === 'sources' ? { value: { log } } : undefined), head: () => ({ seq: 0 }) },
    health: () => ({ status: 'healthy', history: { role: 'recorder' } }),
  };
  const runtime = { hub, health, figures: () => figures, alerts: () => [] };
  setRuntime(runtime as unknown as Runtime);
  const counted = async () =>
    (await registry.metrics()).match(
      /^claude_swarm_log_(gaps|lines_skipped)_total\S* [1-9]\d*$|^claude_swarm_log_\w+_total\S* 0$/gm,
    );
  assert.equal(await counted(), null);
  figures.logKnown = true;
  assert.deepEqual((await counted())?.sort(), [
    'claude_swarm_log_gaps_total 3',
    'claude_swarm_log_lines_skipped_total{reason="invalid_json"} 2',
    'claude_swarm_log_lines_skipped_total{reason="nested_too_deeply"} 0',
    'claude_swarm_log_lines_skipped_total{reason="not_an_object"} 0',
    'claude_swarm_log_lines_skipped_total{reason="other"} 0',
    'claude_swarm_log_lines_skipped_total{reason="too_long"} 0',
  ]);
});
