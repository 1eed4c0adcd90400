/** How an agent can be reached now, from everything that is known about it. */
import type { Reach } from '../actions/messages/delivery';
import type { Agent } from '../contract/schemas';
import { isPid } from '../sources/processes/processes';
import { isPaneId } from '../sources/tmux/panes';
import type { AgentContact } from './claude-agents';
import type { SwarmDescription } from './description';

const NOWHERE = { life: '', session: null, pane: null, transcript: null, runsClaude: false, claudePid: null };

/** @returns null if it neither is listed nor was within the last hour */
export function reachAgent(id: string, description: Pick<SwarmDescription, 'agents' | 'contact'>): Reach | null {
  const { agents, departed } = description.agents;
  const agent = agents.find((one) => one.id === id);
  const contact = description.contact(id);
  if (agent === undefined || contact === null) {
    const left = departed.find((one) => one.id === id);
    return left === undefined ? null : { ...NOWHERE, gone: `It has left. ${left.left_reason}` };
  }
  const gone = whyGone(agent, contact);
  if (gone !== null) return { ...NOWHERE, gone };
  const session = contact.session?.alive === false ? null : contact.session;
  const { transcript } = contact;
  const runs = session?.alive === true || ['running', 'suspended'].includes(agent.process.state);
  const life = `pid ${String(contact.entry.pid)}`;
  return {
    ...{ life, gone, session, transcript, pane: placeIn(contact) },
    runsClaude: runs || contact.teammate !== null,
    claudePid: session?.alive === true ? session.pid : agent.process.claude_pid,
  };
}

function whyGone({ health, health_reason, moved_to }: Agent, { teammate }: AgentContact): string | null {
  if (health === 'dead') return `It is dead. ${health_reason}`;
  if (health === 'moved') return `It is listed as ${moved_to ?? 'another agent'} now; use that id.`;
  if (teammate?.member.tmuxPaneId === 'in-process') {
    return `It runs inside the process of its lead ${teammate.lead}, which alone can write to it.`;
  }
  return null;
}

/** The pid is one in the pane, or of the lead, whose tmux server has the pane. */
function placeIn({ entry, session, teammate }: { entry: Record<string, unknown> } & AgentContact): Reach['pane'] {
  if (session?.alive === true && session.tmux !== null)
    return { id: session.tmux.pane, pid: session.pid, within: true };
  const { pid, tmux_pane_id } = entry;
  const id = isPaneId(tmux_pane_id) ? tmux_pane_id : null;
  const mate = teammate?.member.tmuxPaneId;
  if (session === null && teammate && isPaneId(mate) && teammate.leadSession.alive === true) {
    return { id: mate, pid: teammate.leadSession.pid, within: false };
  }
  return isPid(pid) ? { id, pid, within: true } : null;
}
