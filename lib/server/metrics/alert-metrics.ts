import type { Registry } from 'prom-client';
import type { ReceiverState } from '../../contract/alert-schemas';
import { getRuntime } from '../../swarms/swarm';
import { type Reading, readCounter, readGauge } from './read-metric';

/** Registers the metrics of alert receivers. The names of receivers come from the settings. */
export function registerAlertMetrics(registry: Registry): void {
  readCounter(registry, {
    name: 'claude_swarm_alerts_total',
    help: 'Finished alerts, by receiver and outcome: delivered, given up, or left out because too many were waiting.',
    labelNames: ['receiver', 'outcome'],
    read: () => getRuntime().alerts().flatMap(outcomes),
  });
  readCounter(registry, {
    name: 'claude_swarm_alert_tries_failed_total',
    help: 'Posts of alerts that failed, by receiver; most are tried again.',
    labelNames: ['receiver'],
    read: () =>
      getRuntime()
        .alerts()
        .map(({ name, failed }) => [{ receiver: name }, failed] as const),
  });
  readGauge(registry, {
    name: 'claude_swarm_alerts_queued',
    help: 'Alerts that are waiting or being sent, by receiver.',
    labelNames: ['receiver'],
    read: () =>
      getRuntime()
        .alerts()
        .map(({ name, queued }) => [{ receiver: name }, queued] as const),
  });
}

function outcomes({ name, delivered, given_up, left_out }: ReceiverState): Reading[] {
  return Object.entries({ delivered, given_up, left_out }).map(
    ([outcome, count]) => [{ receiver: name, outcome }, count] as const,
  );
}
