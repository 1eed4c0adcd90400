/** What `--test-alert` does: one post to each receiver, as an alert would be posted. */
import { randomUUID } from 'node:crypto';
import { basename } from 'node:path';
import { AllowedHosts } from '../lib/alerts/allowed-hosts';
import { CurrentReceivers } from '../lib/alerts/current-receivers';
import { deliver } from '../lib/alerts/deliver';
import type { Receiver } from '../lib/alerts/receivers';
import { postBody } from '../lib/alerts/shapes';
import type { Config } from '../lib/config/config';
import { UNKNOWN_ATTENTION_FACTS } from '../lib/contract/defaults';
import { formatInstant } from '../lib/contract/instant';
import { StartError } from './start-error';

/**
 * Posts a test to every receiver that the settings name, once.
 *
 * @returns a line for each
 * @throws {ConfigError} if the settings are wrong
 * @throws {StartError} if they name nobody
 */
export async function testAlerts(config: Config): Promise<{ said: string; delivered: boolean }[]> {
  const { all: receivers } = new CurrentReceivers(config);
  if (receivers.length === 0) throw new StartError('Nobody is told: set ALERT_WEBHOOKS or ALERTS_FILE.');
  const allowed = new AllowedHosts(config.alertHosts);
  const swarm = basename(config.root ?? (config.startFolders[0] as string));
  return Promise.all(
    receivers.map(async (receiver) => {
      const outcome = await deliver(receiver, testPost(receiver, swarm, config.publicUrl), allowed);
      const delivered = outcome.kind === 'delivered';
      const { name } = receiver.rule;
      return { said: delivered ? `${name}: delivered.` : `${name}: not delivered: ${outcome.reason}.`, delivered };
    }),
  );
}

function testPost({ rule, format }: Receiver, swarm: string, link: string | null): { key: string; body: string } {
  const at = formatInstant(Date.now());
  const key = randomUUID();
  const entry = {
    ...{ id: `test:${key}`, kind: 'source_unreadable' as const, severity: 'notice' as const, since: at },
    ...{ subject: 'test', reason: 'This is a test: nothing is the matter.' },
    ...UNKNOWN_ATTENTION_FACTS,
    why: { rule: 'A test of the receiver.', facts: [], threshold: null, setting: null },
    evidence: { agents: [], locks: [], messages: [], sources: [] },
  };
  const alerts = [{ key, event: 'test' as const, at, entry, link }];
  return { key, body: postBody(format, { version: 1, swarm, receiver: rule.name, alerts, left_out: 0 }) };
}
