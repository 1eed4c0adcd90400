/** Records of Claude Code's files for tests. */
import type { ClaudeSession, ClaudeTeam, ClaudeTeamMember } from '../../lib/sources/claude-code/claude-session';

/** @returns an idle session whose process runs */
export function claudeSession(fields: Partial<ClaudeSession> & { pid: number }): ClaudeSession {
  return {
    procStart: '100',
    alive: true,
    sessionId: `0000000${fields.pid}-0000-4000-8000-000000000000`,
    cwd: '/home/u/proj',
    name: `proj-${fields.pid}`,
    nameSource: 'derived',
    version: '2.1.332',
    kind: 'interactive',
    entrypoint: 'cli',
    tmux: null,
    messagingSocketPath: null,
    jobId: null,
    status: 'idle',
    waitingFor: null,
    statusUpdatedAt: 1_700_000_000_000,
    startedAt: 1_700_000_000_000,
    keptFrom: null,
    ...fields,
  };
}

/** @returns the field `tmux` of a session in a pane */
export function inPane(pane: string, session = 'main'): ClaudeSession['tmux'] {
  return { session, window: '0', pane };
}

/** @returns a member of a team, inside the process of its lead unless `tmuxPaneId` says otherwise */
export function teamMember(name: string, fields: Partial<ClaudeTeamMember> = {}): ClaudeTeamMember {
  return {
    agentId: `${name}@team`,
    name,
    agentType: 'general-purpose',
    model: null,
    tmuxPaneId: 'in-process',
    backendType: 'in-process',
    cwd: '/home/u/proj',
    joinedAt: null,
    isActive: null,
    ...fields,
  };
}

/** @returns a team led by the process of a session */
export function claudeTeam({ pid, procStart, sessionId }: ClaudeSession, members: ClaudeTeamMember[]): ClaudeTeam {
  const lead = teamMember('team-lead', { tmuxPaneId: 'leader' });
  return {
    folder: 'team',
    name: 'team',
    leadAgentId: 'team-lead@team',
    leadSessionId: sessionId,
    leadProcess: { pid, procStart },
    members: [lead, ...members],
  };
}
