import { mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLock, LogWriter, releaseLock } from '../lib/sources/claudeswarm/writer';
import { formatNaiveLocal } from '../lib/sources/claudeswarm/written-form';

interface TestAgent {
  id: string;
  /** The age of the entry in seconds. */
  age?: number;
  /** The default is above every real pid, so that no process is found. */
  pid?: number;
  [field: string]: unknown;
}

/** A swarm in a temporary folder, written as the swarm's own tool writes it. */
export class TestSwarm {
  readonly root = realpathSync(mkdtempSync(join(tmpdir(), 'swarm-e2e-')));
  readonly #log = new LogWriter(this.root);
  #sent = 0;

  /** Replaces the registry. */
  register(agents: readonly TestAgent[], session = 'main'): void {
    const entries = agents.map(({ age = 0, ...agent }, index) => ({
      pane_index: `main:0.${index}`,
      pid: 4_194_400 + index,
      status: 'active',
      last_seen: new Date(Date.now() - age * 1000).toISOString().replace('Z', '000+00:00'),
      session_name: 'main',
      tmux_pane_id: `%${index}`,
      ...agent,
    }));
    this.writeRegistry(
      JSON.stringify({
        session_name: session,
        updated_at: new Date().toISOString().replace('Z', '000+00:00'),
        agents: entries,
        session_names: [session],
      }),
    );
  }

  /** Writes any text as the registry. */
  writeRegistry(text: string): void {
    const temporary = join(this.root, 'tmpabcdefgh');
    writeFileSync(temporary, text);
    renameSync(temporary, join(this.root, 'ACTIVE_AGENTS.json'));
  }

  removeRegistry(): void {
    rmSync(join(this.root, 'ACTIVE_AGENTS.json'));
  }

  /** Appends messages in one write; the default content of each is its number. */
  send(...messages: Record<string, unknown>[]): void {
    this.#log.appendAll(
      messages.map((fields) => {
        this.#sent += 1;
        const delivery_status = fields.delivery_status ?? { 'agent-1': true };
        const accepted = Object.values(delivery_status);
        return {
          sender: 'agent-0',
          timestamp: formatNaiveLocal(Date.now()),
          msg_type: 'INFO',
          content: `message ${this.#sent}.`,
          recipients: ['agent-1'],
          msg_id: `00000000-0000-4000-8000-${String(this.#sent).padStart(12, '0')}`,
          delivery_status,
          success_count: accepted.filter(Boolean).length,
          failure_count: accepted.filter((one) => !one).length,
          ...fields,
        };
      }),
    );
  }

  /** Locks a path regardless of other locks; listing or acquiring by the tool would remove stale ones. */
  lock(filepath: string, agentId: string, reason = 'work', ageSeconds = 0): void {
    mkdirSync(join(this.root, '.agent_locks'), { recursive: true });
    createLock(this.root, { agentId, filepath, reason, now: Date.now() - ageSeconds * 1000 });
  }

  release(filepath: string, agentId: string): void {
    releaseLock(this.root, agentId, filepath);
  }

  remove(): void {
    this.#log.close();
    rmSync(this.root, { recursive: true, force: true });
  }
}
