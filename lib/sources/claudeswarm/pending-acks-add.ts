/** Adds entries to `PENDING_ACKS.json`, as the swarm's tool does when a message needs an acknowledgement. */
import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PENDING_ACKS_FILE } from './pending-acks';
import { pythonJsonIndented, temporaryName } from './written-form';

const MAX_ATTEMPTS = 5;
const MAX_FILE_BYTES = 16 * 1024 * 1024;

/** One entry, with exactly the fields that the tool accepts. Times are naive, in the agents' zone. */
export interface NewPendingAck {
  msg_id: string;
  sender_id: string;
  recipient_id: string;
  message: object;
  sent_at: string;
  retry_count: 0;
  next_retry_at: string;
}

/**
 * Adds entries, and raises the version. The file is replaced only if it is still the one that was read.
 *
 * @param folder of the file, the swarm's root
 * @throws if the file is not one that can be extended, or changes all the time
 */
export async function addPendingAcks(folder: string, entries: readonly NewPendingAck[]): Promise<void> {
  const path = join(folder, PENDING_ACKS_FILE);
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const before = await signatureOf(path);
    const { version, pending_acks, ...rest } = await readAcks(path);
    const content = { version: version + 1, pending_acks: [...pending_acks, ...entries], ...rest };
    const temporary = join(folder, temporaryName());
    try {
      await writeFile(temporary, pythonJsonIndented(content), { flag: 'wx', mode: 0o600 });
      if ((await signatureOf(path)) !== before) continue;
      await rename(temporary, path);
      return;
    } finally {
      await rm(temporary, { force: true });
    }
  }
  throw new Error(`${path} changed while it was extended, ${MAX_ATTEMPTS} times.`);
}

async function readAcks(path: string): Promise<{ version: number; pending_acks: unknown[] }> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (text === null) return { version: 0, pending_acks: [] };
  if (text.length > MAX_FILE_BYTES) throw new Error(`${path} is too large to be extended.`);
  const value: unknown = parse(text, path);
  const { version = 0, pending_acks = [] } = value as Record<string, unknown>;
  if (typeof version !== 'number' || !Array.isArray(pending_acks)) throw new Error(`${path} has another form.`);
  return { ...(value as object), version, pending_acks };
}

function parse(text: string, path: string): object {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch {
    // As below.
  }
  throw new Error(`${path} is no valid JSON object, so nothing was added to it.`);
}

async function signatureOf(path: string): Promise<string> {
  const found = await stat(path, { bigint: true }).catch(() => null);
  return found === null ? 'missing' : `${found.ino} ${found.size} ${found.mtimeNs}`;
}
