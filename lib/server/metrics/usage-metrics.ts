/** Metrics of tokens and cost. Agents and models that exceed a thousand pairs share the labels `other`. */
import type { Registry } from 'prom-client';
import { getRuntime } from '../../swarms/swarm';
import { type Reading, readCounter } from './read-metric';

const KINDS = ['input', 'output', 'cache_read', 'cache_write_5m', 'cache_write_1h'] as const;

/** Registers the metrics of usage. An agent that is not known has an empty label. */
export function registerUsageMetrics(registry: Registry): void {
  const labelNames = ['agent', 'model'];
  const totals = () => getRuntime().figures().usage;
  readCounter(registry, {
    name: 'claude_swarm_usage_tokens_total',
    help: 'Tokens that agents have used since the history began, by kind.',
    labelNames: [...labelNames, 'kind'],
    read: () =>
      totals().flatMap(({ agent, model, ...sums }) =>
        KINDS.map((kind): Reading => [{ agent, model, kind }, sums[kind]]),
      ),
  });
  readCounter(registry, {
    name: 'claude_swarm_usage_cost_usd_total',
    help: 'Estimated cost in US dollars since the history began, of models with a known price.',
    labelNames,
    read: () =>
      totals()
        .filter(({ priced }) => priced > 0)
        .map(({ agent, model, cost }): Reading => [{ agent, model }, cost]),
  });
  readCounter(registry, {
    name: 'claude_swarm_usage_unpriced_tokens_total',
    help: 'Tokens of models without a known price, which the cost leaves out.',
    labelNames,
    read: () => totals().map(({ agent, model, unpriced_tokens }): Reading => [{ agent, model }, unpriced_tokens]),
  });
}
