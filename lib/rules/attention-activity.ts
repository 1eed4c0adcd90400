/** Attention items about agents that wait for a person in their terminal. */
import type { PendingPermission } from '../contract/action-schemas';
import { instantOf, least } from '../contract/instant';
import type { Agent } from '../contract/schemas';
import { DIALOG_OPEN } from './agent-activity';
import type { AttentionFacts, AttentionItem } from './attention-facts';

/** A prompt that is answered at once needs nobody else. */
const PERMISSION_CRITICAL_MS = 60_000;
/** Usually the person has opened the dialog. */
const DIALOG_FROM_MS = 120_000;

/**
 * @returns one item for each agent that waits at a prompt or whose request can be answered in the dashboard, and one for
 *   each whose turn ended with a question
 */
export function activityItems(facts: AttentionFacts): AttentionItem[] {
  const { permissions = [] } = facts;
  const asking = new Map<string | null, PendingPermission[]>();
  for (const one of permissions) asking.set(one.agent_id, [...(asking.get(one.agent_id) ?? []), one]);
  const ofAgents = facts.agents.flatMap((agent) => {
    const requests = asking.get(agent.id);
    if (requests) {
      asking.delete(agent.id);
      return [requestItem(agent.id, agent.id, requests, facts)];
    }
    if (agent.health === 'moved' || agent.health === 'dead') return [];
    if (agent.activity.state === 'waiting') return waitingItem(agent, facts);
    return agent.activity.state === 'idle' && agent.work?.asks ? [questionItem(agent, facts)] : [];
  });
  // The session of a request may be known before its agent is.
  const others = [...asking.values()].flat();
  return [...ofAgents, ...others.map((one) => requestItem(null, one.session_id, [one], facts))];
}

/** Requests that are held are those of prompts: the status of a session says less, and later. */
function requestItem(
  agent: string | null,
  key: string,
  requests: readonly PendingPermission[],
  { time, startedAt }: AttentionFacts,
): AttentionItem {
  const since = least(requests.flatMap((one) => instantOf(one.since) ?? [])) ?? startedAt;
  const subject = agent ?? 'An unknown agent';
  const what = requests.map(({ kind, tool_name, subagent }) => {
    const who = subagent === null ? '' : ` for its subagent ${subagent.type ?? subagent.id}`;
    return `${KINDS[kind]}${kind === 'tool' ? ` for ${tool_name}` : ''}${who}`;
  });
  const [first = ''] = what;
  const listed = what.length === 1 ? first : `${first} and ${what.length - 1} more`;
  return {
    kind: 'permission_waiting',
    key,
    severity: time.isDue(since + PERMISSION_CRITICAL_MS) ? 'critical' : 'warning',
    since,
    subject,
    agent: key,
    reason: `${subject} asks: ${listed}. It can be answered in the dashboard.`,
    why: {
      rule: 'A permission request that is held is listed: the agent waits until somebody answers. It is critical after 60 s.',
      facts: what.map((one) => `A hook of Claude Code reported: ${one}.`),
      threshold: null,
      setting: null,
    },
    evidence: { agents: agent === null ? [] : [agent] },
  };
}

const KINDS: Record<PendingPermission['kind'], string> = {
  tool: 'permission',
  question: 'a question',
  plan: 'approval of a plan',
};

function waitingItem(agent: Agent, { time, startedAt }: AttentionFacts): AttentionItem[] {
  const { id, activity, session } = agent;
  const since = instantOf(activity.since);
  const isDialog = session?.waiting_for === DIALOG_OPEN;
  // Without a time nothing is known of how long it lasts.
  if (isDialog && (since === null || !time.isDue(since + DIALOG_FROM_MS))) return [];
  const isLate = since !== null && time.isDue(since + PERMISSION_CRITICAL_MS);
  return [
    {
      kind: 'permission_waiting',
      key: id,
      severity: isDialog || !isLate ? 'warning' : 'critical',
      since: since ?? startedAt,
      subject: id,
      agent: id,
      reason: `${id} waits in its terminal. ${activity.reason}`,
      why: {
        rule: isDialog
          ? 'An agent with an open dialog is listed once the dialog has been open for longer than the threshold.'
          : 'An agent that waits at a prompt is listed: it does nothing until somebody answers. It is critical after 60 s.',
        facts: [activity.reason],
        threshold: isDialog ? '2 min' : null,
        setting: null,
      },
      evidence: { agents: [id] },
    },
  ];
}

function questionItem({ id, activity }: Agent, { startedAt }: AttentionFacts): AttentionItem {
  return {
    kind: 'question_in_terminal',
    key: id,
    severity: 'notice',
    since: instantOf(activity.since) ?? startedAt,
    subject: id,
    agent: id,
    reason: `${id} ended its turn with a question and is idle since.`,
    why: {
      rule: 'An idle agent is listed if the last line of its last answer is a question: nobody may have seen it.',
      facts: [activity.reason, 'Its last answer ends with a question.'],
      threshold: null,
      setting: null,
    },
    evidence: { agents: [id] },
  };
}
