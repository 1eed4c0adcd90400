/**
 * A writer of the kind of the swarm's tool, as a process of its own: it adds entries to `PENDING_ACKS.json` without a
 * lock, checking the version before the rename. Arguments: the folder, the number of entries.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const [folder = '', count = '0'] = process.argv.slice(2);
const path = join(folder, 'PENDING_ACKS.json');

const read = () => JSON.parse(readFileSync(path, 'utf8')) as { version: number; pending_acks: object[] };

for (let number = 0; number < Number(count); number++) {
  for (;;) {
    const seen = read();
    seen.pending_acks.push({ msg_id: `tool-${number}`, sender_id: 'agent-0', recipient_id: 'agent-1', message: {} });
    const temporary = join(folder, `tmp${String(number).padStart(8, '0')}`);
    writeFileSync(temporary, JSON.stringify({ ...seen, version: seen.version + 1 }, null, 2), { mode: 0o600 });
    if (read().version !== seen.version) continue;
    renameSync(temporary, path);
    break;
  }
  await delay(2);
}
