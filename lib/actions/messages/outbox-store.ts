/**
 * Keeps messages until they are final, one file each, in a folder that belongs to this process while it lives. The
 * messages of a process that died are taken over by the next one, once.
 */
import { randomBytes } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { MESSAGE_TYPES } from '../../contract/message-types';
import { tryFlock } from '../../platform/flock';
import { errorCode } from '../../platform/read-file';

const OWNER_FILE = 'owner.lock';
const MAX_FILE_BYTES = 512 * 1024;
const MAX_OPEN_TRIES = 20;
const OPEN_INTERVAL_MS = 10;

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
      const opened = this.#open();
      try {
        await opened;
        await this.#write(message);
      } catch (error) {
        if (errorCode(error) !== 'ENOENT') throw error;
        await this.#forgetFolder(opened);
        await this.#open();
        await this.#write(message);
      }
    });
  }

  async #write(message: KeptMessage): Promise<void> {
    const path = join(this.#own, `${message.id}.json`);
    await writeFile(`${path}.tmp`, JSON.stringify(message), { mode: 0o600 });
    await rename(`${path}.tmp`, path);
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
   * Takes over the messages of processes that have ended. A file that is not one is removed; one that can't be read or
   * moved now is left for the next time.
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

  /** Gives up a folder that somebody has removed, unless another message has done so. */
  async #forgetFolder(opened: Promise<void>): Promise<void> {
    if (this.#opening !== opened) return;
    const owner = this.#owner;
    [this.#owner, this.#opening] = [null, null];
    await owner?.close();
  }

  async #createOwn(): Promise<void> {
    const path = join(this.#own, OWNER_FILE);
    for (let tries = 0; tries < MAX_OPEN_TRIES; tries += 1) {
      await mkdir(this.#own, { recursive: true, mode: 0o700 });
      const file = await open(path, 'a', 0o600);
      // A process that looks for the messages of ended ones may have been faster, and removes the folder then.
      if (tryFlock(file.fd, path) && (await isAt(file, path))) {
        this.#owner = file;
        return;
      }
      await file.close();
      await delay(OPEN_INTERVAL_MS);
    }
    throw new Error(`${path} is locked by another process.`);
  }

  async #adoptFrom(folder: string): Promise<KeptMessage[]> {
    const path = join(folder, OWNER_FILE);
    const owner = await open(path, 'r+').catch(() => null);
    if (owner === null) return [];
    try {
      // While it lives, its process has this lock.
      if (!tryFlock(owner.fd, path)) return [];
      const { found, isWhole } = await this.#moveFrom(folder);
      if (isWhole) await rm(folder, { recursive: true, force: true });
      return found;
    } finally {
      await owner.close();
    }
  }

  /** @returns what was taken over; whether nothing is left */
  async #moveFrom(folder: string): Promise<{ found: KeptMessage[]; isWhole: boolean }> {
    const found: KeptMessage[] = [];
    let isWhole = true;
    // Another process may have taken over and removed all of it meanwhile.
    for (const name of await readdir(folder).catch(() => [])) {
      if (!name.endsWith('.json')) continue;
      try {
        const message = parseKept(await readFile(join(folder, name)));
        if (message === null) continue;
        await this.#open();
        // In one step, so that it is never in two places.
        await rename(join(folder, name), join(this.#own, `${message.id}.json`));
        found.push(message);
      } catch {
        isWhole = false;
      }
    }
    return { found, isWhole };
  }
}

function parseKept(bytes: Buffer): KeptMessage | null {
  if (bytes.length > MAX_FILE_BYTES) return null;
  try {
    return keptMessage.safeParse(JSON.parse(bytes.toString('utf8'))).data ?? null;
  } catch {
    return null;
  }
}

/** @returns whether an open file still has its name */
async function isAt(file: FileHandle, path: string): Promise<boolean> {
  const [opened, named] = await Promise.all([file.stat(), stat(path).catch(() => null)]);
  return named?.ino === opened.ino && named.dev === opened.dev;
}
