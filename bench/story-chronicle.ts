/** What a simulated swarm wrote, moment by moment: the truth that the dashboard's past is held against. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PastState } from '../lib/contract/past-schemas';
import type { Written } from '../lib/simulator/player';
import { LOCKS_FOLDER } from '../lib/sources/claudeswarm/locks';
import { readInstant } from '../lib/sources/claudeswarm/naive-time';
import { REGISTRY_FILE } from '../lib/sources/claudeswarm/registry';

const NEWEST = 50;

interface Version {
  /** Milliseconds since 1970. */
  at: number;
  content: unknown[];
}

interface SentMessage {
  at: number;
  fields: Record<string, unknown>;
}

export class Chronicle {
  readonly #root: string;
  readonly #registry: Version[] = [];
  readonly #locks: Version[] = [];
  readonly #messages: SentMessage[] = [];

  constructor(root: string) {
    this.#root = root;
  }

  /** To be called after each write, at once. */
  readonly take = (written: Written): void => {
    if (written.file === 'registry') append(this.#registry, this.#readRegistry());
    else if (written.file === 'locks') append(this.#locks, this.#readLocks());
    else {
      for (const line of written.lines) {
        const fields = line as Record<string, unknown>;
        this.#messages.push({ at: readInstant(fields.timestamp)?.milliseconds ?? 0, fields });
      }
    }
  };

  /** @returns how far a moment is from the nearest change of the registry or the locks, in milliseconds */
  distance(at: number): number {
    const changes = [...this.#registry, ...this.#locks];
    return changes.reduce((nearest, change) => Math.min(nearest, Math.abs(change.at - at)), Number.POSITIVE_INFINITY);
  }

  /** @returns what differs between the swarm at a moment and what the dashboard tells of it, a sentence each */
  compare({ agents, locks, messages, stats }: PastState, at: number): string[] {
    const sent = this.#messages.filter((message) => message.at <= at);
    const newest = sent.slice(-NEWEST).map(({ fields }) => plainMessage(fields));
    return [
      ...difference('agents', versionAt(this.#registry, at), agents.agents.map(plainAgent)),
      ...difference('locks', versionAt(this.#locks, at), locks.locks.map(plainLock)),
      ...difference('messages', newest, messages.messages.map(plainMessage)),
      ...difference('count of messages', [sent.length], [stats.message_count]),
    ];
  }

  #readRegistry(): unknown[] {
    const { agents } = JSON.parse(readFileSync(join(this.#root, REGISTRY_FILE), 'utf8')) as { agents: Fields[] };
    return agents.map(plainAgent);
  }

  #readLocks(): unknown[] {
    const folder = join(this.#root, LOCKS_FOLDER);
    return readdirSync(folder)
      .filter((name) => name.endsWith('.lock'))
      .sort()
      .map((name) => plainLock({ ...JSON.parse(readFileSync(join(folder, name), 'utf8')), lock_file: name }));
  }
}

type Fields = Readonly<Record<string, unknown>>;

function plainAgent({ id, status, pane_index, tmux_pane_id, pid, last_seen }: Fields): Fields {
  return { id, status, pane_index, tmux_pane_id, pid, last_seen };
}

function plainLock({ lock_file, agent_id, filepath, locked_at, reason }: Fields): Fields {
  return { lock_file, agent_id, filepath, locked_at, reason };
}

function plainMessage({ sender, timestamp, msg_id, content }: Fields): Fields {
  return { sender, timestamp, msg_id, content };
}

function append(versions: Version[], content: unknown[]): void {
  if (JSON.stringify(versions.at(-1)?.content) === JSON.stringify(content)) return;
  versions.push({ at: Date.now(), content });
}

function versionAt(versions: readonly Version[], at: number): unknown[] {
  return versions.findLast((version) => version.at <= at)?.content ?? [];
}

function difference(what: string, expected: unknown[], actual: unknown[]): string[] {
  const [a, b] = [JSON.stringify(expected), JSON.stringify(actual)];
  return a === b ? [] : [`The ${what} were ${a.slice(0, 600)}, but ${b.slice(0, 600)} is told.`];
}
