/** Writes ten days of a swarm directly into the database of a history. */
import { History } from '../lib/history/history';
import { Journal, type JournalUpdate } from '../lib/history/journal';
import { Random } from '../lib/simulator/random';
import { lockFileName } from '../lib/sources/claudeswarm/lock-entry';

const AGENTS = 8;
const PATHS = 80;
const ENTRIES_AT_ONCE = 10_000;
const DAY_MS = 86_400_000;
const TYPES = ['INFO', 'QUESTION', 'ACK', 'BLOCKED', 'COMPLETED'];
const REASON = 'rename parseVoucher in all of the checkout';

export interface PastSize {
  entries: number;
  messages: number;
  days: number;
}

type Change = JournalUpdate['changed'][number];

/** @param until the end of these days, milliseconds since 1970 */
export function writePast(file: string, { entries, messages, days }: PastSize, until: number): void {
  const since = until - days * DAY_MS;
  const history = new History(file, { readTime: (time) => Date.parse(String(time)) * 1000 });
  const random = new Random(3);
  writeMessages(history, random, messages, since, until);
  const journal = new Journal(history.db, { aliveAt: null, reason: '', now: since });
  const begin = [...names('agent-', AGENTS)].map((id): Change => agentOf(id, 'active'));
  journal.record({ at: since, changed: begin, complete: ['agent', 'lock', 'registry', 'source', 'attention'] });
  const step = (until - since) / entries;
  const held = new Set<string>();
  for (let from = 0; from < entries; from += ENTRIES_AT_ONCE) {
    history.db.transaction(() => {
      for (let n = from; n < Math.min(from + ENTRIES_AT_ONCE, entries); n++) {
        const at = Math.floor(since + n * step);
        journal.record({ at, changed: [changeOf(random, held, at)], complete: [] });
      }
    })();
  }
  history.close();
}

function changeOf(random: Random, held: Set<string>, at: number): Change {
  const kind = random.integer(0, 9);
  if (kind === 0) return headerOf(at);
  if (kind === 1) return agentOf(`agent-${random.integer(0, AGENTS - 1)}`, random.pick(['active', 'stale', 'dead']));
  const filepath = `src/checkout/part-${random.integer(0, PATHS - 1)}.ts`;
  const name = lockFileName(filepath);
  if (held.delete(filepath)) return ['lock', name, null];
  held.add(filepath);
  const agent_id = `agent-${random.integer(0, AGENTS - 1)}`;
  const lock = { agent_id, filepath, locked_at: at / 1000, reason: REASON, lock_file: name };
  const said = { acquired_at: new Date(at).toISOString(), stale: false, orphaned: false, pattern: false, warnings: [] };
  return ['lock', name, JSON.stringify({ ...lock, ...said })];
}

function agentOf(id: string, health: string): Change {
  const entry = { id, pane_index: 'shop:0.1', pid: 4_194_307, status: 'active', session_name: 'shop', health };
  return ['agent', id, JSON.stringify(entry)];
}

function headerOf(at: number): Change {
  const time = new Date(at).toISOString();
  const last_seen = names('agent-', AGENTS).map((id) => [id, time]);
  const header = { session_name: 'shop', session_names: ['shop'], updated_at: time, last_seen };
  return ['registry', 'header', JSON.stringify(header)];
}

function writeMessages(history: History, random: Random, count: number, since: number, until: number): void {
  const speakers = names('agent-', AGENTS);
  for (let from = 0; from < count; from += ENTRIES_AT_ONCE) {
    const lines = Array.from({ length: Math.min(ENTRIES_AT_ONCE, count - from) }, (_, n) => {
      const timestamp = new Date(since + ((from + n) * (until - since)) / count).toISOString();
      const [sender, recipient] = [random.pick(speakers), random.pick(speakers)];
      const content = `Message ${from + n} about the checkout`;
      const fields = { sender, timestamp, msg_type: random.pick(TYPES), content, recipients: [recipient] };
      return { text: JSON.stringify(fields), fields };
    });
    history.append(lines, '{}', until);
  }
}

function names(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, n) => `${prefix}${n}`);
}
