/** Large logs for benchmarks and tests: an exact number of traceable messages, written as fast as the disk allows. */
import { closeSync, openSync, writeSync } from 'node:fs';
import path from 'node:path';
import { phrase } from '../../lib/simulator/phrases';
import { Random } from '../../lib/simulator/random';
import { MESSAGE_TYPES } from '../../lib/simulator/world';
import { LOG_NAME } from '../../lib/sources/claudeswarm/message-log';
import { formatNaiveLocal, pythonJson } from '../../lib/sources/claudeswarm/written-form';

export interface BacklogOptions {
  /** An existing folder; its log is replaced. */
  root: string;
  messages: number;
  seed?: number;
  agents?: number;
  /** The time of the last message, milliseconds since 1970; now if left out. */
  until?: number;
}

const CHUNK_CHARACTERS = 4 * 1024 * 1024;
const MESSAGES_PER_MS = 1 / 500;
const CONTENTS = 997;

/**
 * Writes a log with about 300 bytes per message, oldest first, and two messages per second of its own time. Every
 * message has an own `msg_id`, and its content ends in its serial number, `#1` the oldest.
 *
 * @returns the size of the log in bytes
 */
export function writeBacklog({ root, messages, seed = 1, agents = 10, until = Date.now() }: BacklogOptions): number {
  const random = new Random(seed);
  // Encoding dominates, so sentences are generated once and reused; the serial number makes every line different.
  const contents = Array.from({ length: CONTENTS }, () =>
    shortened(phrase(random, random.pick(['progress', 'question', 'answer']))),
  );
  const descriptor = openSync(path.join(root, LOG_NAME), 'w', 0o600);
  try {
    let bytes = 0;
    let chunk = '';
    for (let serial = 1; serial <= messages; serial += 1) {
      const at = until - (messages - serial) / MESSAGES_PER_MS;
      chunk += backlogLine(random, agents, at, `${contents[serial % CONTENTS]} #${serial}`);
      if (chunk.length >= CHUNK_CHARACTERS || serial === messages) {
        bytes += writeSync(descriptor, chunk);
        chunk = '';
      }
    }
    return bytes;
  } finally {
    closeSync(descriptor);
  }
}

function backlogLine(random: Random, agents: number, at: number, content: string): string {
  const sender = random.integer(0, agents - 1);
  const recipient = `agent-${(sender + random.integer(1, agents - 1)) % agents}`;
  const delivered = !random.chance(0.02);
  const line = {
    sender: `agent-${sender}`,
    timestamp: formatNaiveLocal(at),
    msg_type: random.pick(MESSAGE_TYPES),
    content,
    recipients: [recipient],
    msg_id: random.uuid(),
    delivery_status: { [recipient]: delivered },
    success_count: delivered ? 1 : 0,
    failure_count: delivered ? 0 : 1,
  };
  return `${pythonJson(line)}\n`;
}

function shortened(text: string): string {
  return text.length <= 60 ? text : `${text.slice(0, 59)}…`;
}
