/** The files about work of a real swarm. */
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { formatNaiveLocal } from '../lib/sources/claudeswarm/written-form';
import type { TestSwarm } from './swarm';

const SAMPLE = resolve('test/fixtures/samples/normal-swarm');
const FILES = [
  ...['CONTEXTS.json', 'CONFLICT_LOG.json', 'DELEGATION_HISTORY.json', 'LEARNING_DATA.json', 'COORDINATION.md'],
  '.agent_memory',
];

/** The files of a real swarm; agent-1 has read its messages up to ten minutes ago. */
export function writeWorkFiles(swarm: TestSwarm): void {
  swarm.register([{ id: 'agent-0' }, { id: 'agent-1' }]);
  for (const file of FILES) cpSync(join(SAMPLE, file), join(swarm.root, file), { recursive: true });
  mkdirSync(join(swarm.root, '.swarm'));
  const mark = formatNaiveLocal(Date.now() - 600_000);
  writeFileSync(join(swarm.root, '.swarm', 'last_read_messages.json'), JSON.stringify({ 'agent-1': mark }));
  swarm.send({ recipients: ['agent-1'], timestamp: formatNaiveLocal(Date.now() - 300_000) });
}
