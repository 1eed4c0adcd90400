/** The readers of Claude Code's files, as the settings want them. */
import type { Config } from '../config/config';
import { claudeCodeStatus } from '../sources/claude-code/claude-folder';
import { ClaudeWatcher } from '../sources/claude-code/claude-watcher';
import { SessionsReader } from '../sources/claude-code/sessions-reader';
import { TeamsReader } from '../sources/claude-code/teams-reader';
import { TranscriptsHandle } from '../workers/transcripts';
import type { ClaudeReaders } from './claude-sources';

/** @returns the readers; null where a setting switches them off, and then nothing is created */
export function claudeReaders({
  claudeCode,
  claudeConfigDir: folder,
  claudeTranscripts: transcripts,
}: Pick<Config, 'claudeCode' | 'claudeConfigDir' | 'claudeTranscripts'>): ClaudeReaders | null {
  if (!claudeCode) return null;
  return {
    sessions: new SessionsReader({ folder }),
    teams: (onMessage) => new TeamsReader({ folder, onMessage }),
    watch: (onHint) => new ClaudeWatcher(folder, onHint),
    joinStatus: claudeCodeStatus,
    transcripts: transcripts ? (marks, events) => new TranscriptsHandle({ folder, marks, ...events }) : null,
  };
}
