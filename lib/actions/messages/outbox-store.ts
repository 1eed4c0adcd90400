/**
 * Keeps messages until they are final, one file each, in a folder that belongs to this process while it lives. The
 * messages of a process that died are taken over by the next one, once.
 */
import { randomBytes } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { MESSAGE_TYPES } from '../../contract/message-types';
import { tryFlock } from '../../platform/flock';

const OWNER_FILE = 'owner.lock';
const MAX_FILE_BYTES = 512 * 1024;

const keptDelivery = z.object({
  /** `begun`: the step that can't be undone began, so it is never repeated. */
  stage: z.enum(['waiting', 'begun', 'final']),
  outcome: z.enum(['delivered', 'queued', 'failed', 'unknown']),
  via: z.enum(['session', 'tmux']).nullable(),
  detail: z.string(),
  /** Of the agent when it was tried first; null before. */
  life: z.string().nullable(),
  withdrawn: z.boolean(),
});

/** One message as it is kept. Times are milliseconds since 1970. */
export const keptMessage = z.object({
  id: z.string().regex(/^[A-Za-z0-9-]{1,64}$/),
  at: z.number(),
  /** When what is still queued fails. */
  expiresAt: z.number(),
  sender: z.string(),
  msgType: z.enum(MESSAGE_TYPES),
  content: z.string(),
  requiresAck: z.boolean(),
  asCommand: z.boolean(),
  msgId: z.string(),
  /** Absent in files of an earlier version. */
  parentMsgId: z.string().nullable().default(null),
  deliveries: z.record(z.string(), keptDelivery),
  /** `begun`: writing its line began, so the log is searched before it is written again. */
  logged: z.enum(['no', 'begun', 'yes', 'failed']),
  logDetail: z.string().nullable(),
});

export type KeptDelivery = z.infer<typeof keptDelivery>;
export type KeptMessage = z.infer<typeof keptMessage>;

export class OutboxStore {
  readonly #folder: string;
  readonly #own: string;
  readonly #writes = new Map<string, Promise<void>>();
  #owner: FileHandle | null = null;
  #opening: Promise<void> | null = null;

  /** @param folder for this swarm; it is created with the first message */
  constructor(folder: string) {
    this.#folder = folder;
    this.#own = join(folder, randomBytes(8).toString('hex'));
  }

  /**
   * Keeps a message as it is now.
   *
   * @throws if the disk does not take it
   */
  save(message: KeptMessage): Promise<void> {
    return this.#inTurn(message.id, async () => {
      await this.#open();
      const path = join(this.#own, `${message.id}.json`);
      await writeFile(`${path}.tmp`, JSON.stringify(message), { mode: 0o600 });
      await rename(`${path}.tmp`, path);
    });
  }

  remove(id: string): Promise<void> {
    return this.#inTurn(id, () => rm(join(this.#own, `${id}.json`), { force: true }));
  }

  /** Writes of one message follow each other. */
  #inTurn(id: string, write: () => Promise<void>): Promise<void> {
    const last = (this.#writes.get(id) ?? Promise.resolve()).catch(() => {}).then(write);
    this.#writes.set(id, last);
    const forget = () => {
      if (this.#writes.get(id) === last) this.#writes.delete(id);
    };
    last.then(forget, forget);
    return last;
  }

  /**
   * Takes over the messages of processes that have ended. A file that is not one is removed.
   *
   * @returns them as they were kept last, in the order in which they were sent
   */
  async adopt(): Promise<KeptMessage[]> {
    const names = await readdir(this.#folder).catch(() => []);
    const found: KeptMessage[] = [];
    for (const name of names) {
      const folder = join(this.#folder, name);
      if (folder === this.#own) continue;
      found.push(...(await this.#adoptFrom(folder)));
    }
    return found.sort((one, other) => one.at - other.at);
  }

  /** Lets another process take over what is left. */
  async close(): Promise<void> {
    await this.#opening?.catch(() => {});
    await Promise.allSettled(this.#writes.values());
    if (this.#owner === null) return;
    const left = await readdir(this.#own).catch(() => []);
    if (left.every((name) => name === OWNER_FILE)) await rm(this.#own, { recursive: true, force: true });
    await this.#owner.close();
    this.#owner = null;
  }

  #open(): Promise<void> {
    this.#opening ??= this.#createOwn().catch((error) => {
      this.#opening = null;
      throw error;
    });
    return this.#opening;
  }

  async #createOwn(): Promise<void> {
    await mkdir(this.#own, { recursive: true, mode: 0o700 });
    const path = join(this.#own, OWNER_FILE);
    const file = await open(path, 'a', 0o600);
    if (!tryFlock(file.fd, path)) {
      await file.close();
      throw new Error(`${path} is locked by another process.`);
    }
    this.#owner = file;
  }

  async #adoptFrom(folder: string): Promise<KeptMessage[]> {
    const path = join(folder, OWNER_FILE);
    const owner = await open(path, 'r+').catch(() => null);
    if (owner === null) return [];
    try {
      // While it lives, its process has this lock.
      if (!tryFlock(owner.fd, path)) return [];
      const found: KeptMessage[] = [];
      // Another process may have taken over and removed all of it meanwhile.
      for (const name of await readdir(folder).catch(() => [])) {
        if (!name.endsWith('.json')) continue;
        const message = await readKept(join(folder, name));
        if (message === null) continue;
        await this.#open();
        // In one step, so that it is never in two places.
        await rename(join(folder, name), join(this.#own, `${message.id}.json`));
        found.push(message);
      }
      await rm(folder, { recursive: true, force: true });
      return found;
    } finally {
      await owner.close();
    }
  }
}

async function readKept(path: string): Promise<KeptMessage | null> {
  try {
    const bytes = await readFile(path);
    if (bytes.length > MAX_FILE_BYTES) return null;
    return keptMessage.safeParse(JSON.parse(bytes.toString('utf8'))).data ?? null;
  } catch {
    return null;
  }
}
