/** What the page says about a terminal that is not simply open. */
import type { LinkState, TerminalStatus } from '@/lib/client/terminal-link';
import type { Agent } from '@/lib/contract/schemas';
import type { TerminalState } from '@/lib/contract/terminal-schemas';

export interface TerminalNotice {
  title: string;
  /** What to do, or the evidence. */
  detail: string;
  tone: 'quiet' | 'warn' | 'bad';
  /** Whether there is no screen to show beside it. */
  instead: boolean;
}

type Closed = Exclude<TerminalState['state'], 'open'>;

const CLOSED: Record<Closed, Omit<TerminalNotice, 'detail'> & { action: string }> = {
  dead: {
    ...{ title: 'Its process has ended.', tone: 'warn', instead: false },
    action: 'Start the agent again in its pane to go on.',
  },
  gone: {
    ...{ title: 'Its pane is closed.', tone: 'warn', instead: false },
    action: 'Start the agent again; its new pane is shown here.',
  },
  no_pane: {
    ...{ title: 'No pane of this agent is known.', tone: 'quiet', instead: true },
    action: 'Start it within tmux; the registry or its session then names the pane.',
  },
  no_tmux: {
    ...{ title: 'The dashboard finds no tmux where it runs.', tone: 'quiet', instead: true },
    action: 'Install tmux there, or run the dashboard on the host of the agents.',
  },
  other_user: {
    ...{ title: 'Its tmux belongs to another user.', tone: 'quiet', instead: true },
    action: 'Run the dashboard as that user to see its terminal.',
  },
  old_version: {
    ...{ title: 'Its tmux is too old.', tone: 'quiet', instead: true },
    action: 'Terminals need tmux 3.0 or later.',
  },
  unreachable: {
    ...{ title: 'Its terminal can not be watched now.', tone: 'warn', instead: false },
    action: 'The dashboard tries again. Check whether the tmux server still runs.',
  },
};

const LAST = 'This is its last known screen.';

const LINKS: Partial<Record<LinkState, string>> = {
  reconnecting: 'Not connected. Connecting again…',
  paused: 'Paused while the page is hidden.',
};

/** @returns what is to be said; null while an open terminal is shown live */
export function terminalNotice(status: TerminalStatus): TerminalNotice | null {
  const { state, link, problem, screen } = status;
  const isEmpty = screen === null;
  if (problem !== null) {
    return { title: 'The terminal is not shown.', detail: problem, tone: 'warn', instead: isEmpty };
  }
  if (link === 'waiting') return { ...WAITING, instead: isEmpty };
  // A screen from before is old until the server is heard.
  const said = LINKS[link === 'connecting' && !isEmpty ? 'reconnecting' : link];
  if (said !== undefined) return { title: said, detail: '', tone: 'warn', instead: isEmpty };
  if (state === null || state.state === 'open') {
    return isEmpty ? { title: 'Loading the screen…', detail: '', tone: 'quiet', instead: true } : null;
  }
  const { action, title, ...words } = CLOSED[state.state];
  const instead = words.instead || isEmpty;
  return { ...words, title: instead ? title : `${title} ${LAST}`, detail: state.detail || action, instead };
}

const WAITING = {
  title: 'This browser has no connection left for it.',
  detail:
    'No WebSocket gets through to the server, and a browser keeps few connections. Close another terminal to see it.',
  tone: 'quiet',
} as const;

export interface ForegroundNotice {
  text: string;
  /** Whether nothing may be typed. */
  blocks: boolean;
}

/** @returns what is to be said of the program that reads what is typed; null where that is the agent, or nothing is known */
export function foregroundNotice(state: TerminalState | null): ForegroundNotice | null {
  if (state === null || state.command === null || state.foreground === 'agent') return null;
  const program = `Foreground program: ${state.command}.`;
  if (state.foreground === 'shell') {
    const why = 'A shell would run what is typed, so nothing is. Claude Code has ended or is suspended there.';
    return { text: `${program} ${why}`, blocks: true };
  }
  if (state.foreground === 'other') {
    const why = 'Claude Code is suspended or in the background there and would not get what is typed, so nothing is.';
    return { text: `${program} ${why}`, blocks: true };
  }
  return { text: `${program} Whether it is Claude Code is not known; what is typed goes to it.`, blocks: false };
}

export interface DialogNotice {
  /** What the dialog asks; null where that is not certain. */
  question: string | null;
  /** One plain sentence. */
  evidence: string;
}

/**
 * Finds whether an agent waits at a dialog of which only its screen is evidence. A session of its own counts alone, and
 * so does what its team says; nothing is said of an agent without a process, or of a screen that may be old.
 *
 * @param agent undefined where the agent is not listed
 * @returns null where that is not certain
 */
export function dialogNotice(agent: Agent | undefined, status: TerminalStatus): DialogNotice | null {
  const { state, view } = status;
  if (!agent || !view?.dialog || state?.state !== 'open' || terminalNotice(status) !== null) return null;
  if (state.foreground === 'shell' || state.foreground === 'other') return null;
  const { health, process, session, activity } = agent;
  if (health === 'dead' || health === 'moved') return null;
  if (process.state !== 'running' && process.state !== 'unseen') return null;
  // `swarm`: it has said itself that it is blocked, which a dialog does not contradict.
  if (session !== null || (activity.source !== 'none' && activity.source !== 'swarm')) return null;
  const evidence = 'Its screen shows a dialog. No session file that is known to be its own says so.';
  return { question: view.dialog.question, evidence };
}
