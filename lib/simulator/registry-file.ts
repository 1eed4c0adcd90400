/** The registry as `discover-agents` writes it (swarm-files.md §2, §3). Only a simulated swarm may write one. */
import { renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { REGISTRY_FILE } from '../sources/claudeswarm/registry';
import { formatUtc, pythonJsonIndented, temporaryName } from '../sources/claudeswarm/written-form';
import type { StoryAgent } from './world';

export interface RosterEntry {
  agent: Omit<StoryAgent, 'role'>;
  status: 'active' | 'stale';
  /** Milliseconds since 1970. */
  lastSeen: number;
}

/**
 * Replaces the registry of a root: a temporary file of mode 0600, then a rename, so that readers never see a part.
 *
 * @param now milliseconds since 1970
 */
export function writeRegistry(root: string, roster: readonly RosterEntry[], now: number): void {
  const sessions = [...new Set(roster.map(({ agent }) => agent.sessionName))];
  const registry = {
    session_name: sessions[0] ?? 'unknown',
    updated_at: formatUtc(now),
    agents: roster.map(({ agent, status, lastSeen }) => ({
      id: agent.id,
      pane_index: agent.paneIndex,
      pid: agent.pid,
      status,
      last_seen: formatUtc(lastSeen),
      session_name: agent.sessionName,
      tmux_pane_id: agent.tmuxPaneId,
    })),
    session_names: sessions.length > 0 ? sessions.sort() : undefined,
  };
  replaceFile(root, REGISTRY_FILE, registry);
}

/** Replaces a JSON file of the swarm as its tool does, so that readers never see a part. */
export function replaceFile(root: string, name: string, value: unknown): void {
  const temporary = path.join(root, temporaryName());
  writeFileSync(temporary, pythonJsonIndented(value), { mode: 0o600 });
  renameSync(temporary, path.join(root, name));
}
