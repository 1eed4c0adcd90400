/** The files of a swarm, changed one by one as its tool does; each change contains a mark. */
import { mkdirSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Random } from '../../lib/simulator/random';
import { lockFileName } from '../../lib/sources/claudeswarm/lock-entry';
import { LOCKS_FOLDER } from '../../lib/sources/claudeswarm/locks';
import { LogWriter } from '../../lib/sources/claudeswarm/writer';
import { formatNaiveLocal } from '../../lib/sources/claudeswarm/written-form';
import { mark } from './viewers';

const AGENTS = 8;

export class SwarmFiles {
  readonly root: string;
  readonly #random = new Random(5);
  readonly #log: LogWriter;

  constructor(root: string) {
    this.root = root;
    mkdirSync(path.join(root, LOCKS_FOLDER), { recursive: true });
    this.#log = new LogWriter(root, { rotateAtBytes: Number.MAX_SAFE_INTEGER });
    this.writeRegistry(0);
  }

  message(text: string): object {
    const recipient = `agent-${this.#random.integer(0, AGENTS - 1)}`;
    return {
      sender: `agent-${this.#random.integer(0, AGENTS - 1)}`,
      timestamp: formatNaiveLocal(Date.now()),
      msg_type: 'INFO',
      content: `${text} the parser of the lock files is done, its tests pass`,
      recipients: [recipient],
      msg_id: this.#random.uuid(),
      delivery_status: { [recipient]: true },
      success_count: 1,
      failure_count: 0,
    };
  }

  /** Appends messages in one write; the last one contains the mark. */
  appendMessages(number: number, count = 1): void {
    const lines = Array.from({ length: count }, (_, index) => this.message(index === count - 1 ? mark(number) : ''));
    this.#log.appendAll(lines);
  }

  /** @param name of the locked file */
  acquireLock(number: number, name = `src/${mark(number)}.ts`): void {
    const agent_id = `agent-${number % AGENTS}`;
    const lock = { agent_id, filepath: name, locked_at: Date.now() / 1000, reason: mark(number) };
    writeFileSync(this.#lockPath(name), JSON.stringify(lock, null, 2));
  }

  releaseLock(name: string): void {
    unlinkSync(this.#lockPath(name));
  }

  /** Replaces the registry, as its tool does: a new file under its name. */
  writeRegistry(number: number): void {
    const seen = new Date().toISOString().replace('Z', '+00:00');
    const agents = Array.from({ length: AGENTS }, (_, index) => ({
      id: `agent-${index}`,
      pane_index: `%${index}`,
      pid: 4_000_000 + index,
      status: index === 0 ? mark(number) : 'active',
      last_seen: seen,
      session_name: 'swarm',
      tmux_pane_id: `%${index}`,
    }));
    const file = path.join(this.root, 'ACTIVE_AGENTS.json');
    writeFileSync(`${file}.tmp`, JSON.stringify({ session_name: 'swarm', updated_at: seen, agents }, null, 2));
    renameSync(`${file}.tmp`, file);
  }

  close(): void {
    this.#log.close();
  }

  #lockPath(name: string): string {
    return path.join(this.root, LOCKS_FOLDER, lockFileName(name));
  }
}
