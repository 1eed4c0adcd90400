import type { Registry } from 'prom-client';
import { getRuntime } from '../../swarms/swarm';
import { readCounter } from './read-metric';

/** Registers the metrics of commands. Names and outcomes are words of the code. */
export function registerActionMetrics(registry: Registry): void {
  readCounter(registry, {
    name: 'claude_swarm_actions_total',
    help: 'Commands that ended or were refused since this process began, by name and outcome; "repeated" for those whose key was used before.',
    labelNames: ['action', 'outcome'],
    read: () =>
      getRuntime()
        .actions?.runner.counts()
        .map(({ action, outcome, count }) => [{ action, outcome }, count] as const) ?? [],
  });
}
