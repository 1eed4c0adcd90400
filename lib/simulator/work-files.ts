/**
 * What the swarm's tool writes beside tasks, conflicts and cards (swarm-files.md §7, §8): contexts, delegations, rates of
 * success, memories, the coordination document and read marks. All of it follows from tasks and messages.
 */
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { EVERYONE } from '../sources/claudeswarm/message-fields';
import { CONTEXTS } from '../sources/claudeswarm/work/contexts';
import { COORDINATION_FILE } from '../sources/claudeswarm/work/coordination';
import { DELEGATIONS } from '../sources/claudeswarm/work/delegations';
import { LEARNING } from '../sources/claudeswarm/work/learning';
import { MEMORY_FOLDER } from '../sources/claudeswarm/work/memory';
import { READ_MARKS_FILE } from '../sources/claudeswarm/work/read-marks';
import { formatNaiveLocal, formatUtc, pythonJsonIndented } from '../sources/claudeswarm/written-form';
import type { StoryAgent, StoryMessage, StoryTask } from './world';

const MAX_CONTEXTS = 12;
const MAX_DECISIONS = 30;
const MAX_DELEGATIONS = 100;
const MAX_AGENTS = 200;
const MAX_MEMORIES = 20;
const MAX_ROWS = 12;
const MAX_FINISHED = 4;
/** A busy agent looks into its inbox at least this often. */
const INBOX_INTERVAL_MS = 4 * 60_000;
/** The tool's own writes are far apart; a fast story would rewrite the files all the time. */
const WRITE_INTERVAL_MS = 1000;

interface Context {
  name: string;
  decisions: object[];
  files: Set<string>;
  agents: Set<string>;
  tasks: Set<string>;
  createdBy: string;
  createdAt: number;
  updatedAt: number;
}

interface TaskRecord {
  completed: number;
  failed: number;
  running: number;
  seconds: number;
  lastAt: number;
  createdAt: number;
  memory: { objective: string; task_id: string; files: string[]; seconds: number; at: number }[];
}

interface Inbox {
  /** Of the newest message to the agent; texts as the log has them. */
  newest: string;
  read: string | null;
  unreadSince: number | null;
}

export class WorkFiles {
  readonly #root: string;
  readonly #agents = new Map<string, StoryAgent>();
  readonly #contexts = new Map<string, Context>();
  readonly #delegations: object[] = [];
  readonly #records = new Map<string, TaskRecord>();
  readonly #open = new Map<string, { task: StoryTask; since: number }>();
  /** Stay in the table of the current work until somebody cleans it up. */
  readonly #finished: StoryTask[] = [];
  readonly #inboxes = new Map<string, Inbox>();
  readonly #changed = new Map<string, number>();
  #writtenAt = Number.NEGATIVE_INFINITY;
  #now = 0;

  constructor(root: string) {
    this.#root = root;
  }

  /** An agent joined; its skills explain why tasks are delegated to it. */
  takeAgent(agent: StoryAgent): void {
    this.#agents.set(agent.id, agent);
    dropOldest(this.#agents, MAX_AGENTS);
  }

  /** An agent left, and reads nothing from now on. */
  dropAgent(agentId: string): void {
    this.#agents.delete(agentId);
    this.#inboxes.delete(agentId);
  }

  /** A message was sent at `now` (milliseconds since 1970): it is unread until its recipient looks. */
  takeMessage({ sender, recipients }: StoryMessage, now: number): void {
    this.#now = now;
    const timestamp = formatNaiveLocal(now);
    const names = recipients.includes(EVERYONE) ? [...this.#agents.keys()] : recipients;
    for (const name of names) {
      if (name === sender || !this.#agents.has(name)) continue;
      const known = this.#inboxes.get(name);
      const unreadSince = known?.unreadSince ?? now;
      this.#inboxes.set(name, { newest: timestamp, read: known?.read ?? null, unreadSince });
    }
    this.#read(sender, now);
    for (const [name, { unreadSince }] of this.#inboxes) {
      if (unreadSince !== null && now - unreadSince > INBOX_INTERVAL_MS) this.#read(name, now);
    }
  }

  #read(agentId: string, now: number): void {
    const inbox = this.#inboxes.get(agentId);
    if (!inbox || inbox.unreadSince === null) return;
    this.#inboxes.set(agentId, { ...inbox, read: inbox.newest, unreadSince: null });
    this.#changed.set(READ_MARKS_FILE, now);
  }

  /** A task got a new state at `now` (milliseconds since 1970). */
  takeTask(task: StoryTask, now: number): void {
    this.#now = now;
    const known = this.#open.get(task.task_id);
    const record = this.#recordOf(task.assigned_to, now);
    record.lastAt = now;
    if (known === undefined && task.status !== 'completed') {
      this.#delegate(task, now);
      record.running += 1;
    }
    if (task.status === 'completed') {
      const seconds = known === undefined ? 0 : Math.round((now - known.since) / 1000);
      this.#open.delete(task.task_id);
      this.#finished.push(task);
      if (this.#finished.length > MAX_FINISHED) this.#finished.shift();
      record.running = Math.max(0, record.running - 1);
      record.completed += 1;
      record.seconds += seconds;
      const { objective, task_id, files } = task;
      record.memory = [{ objective, task_id, files, seconds, at: now }, ...record.memory].slice(0, MAX_MEMORIES);
    } else this.#open.set(task.task_id, { task, since: known?.since ?? now });
    this.#note(task, now);
    for (const name of [CONTEXTS.name, LEARNING.name, COORDINATION_FILE]) this.#changed.set(name, now);
  }

  #recordOf(agentId: string, now: number): TaskRecord {
    const known = this.#records.get(agentId);
    if (known) return known;
    const made: TaskRecord = {
      completed: 0,
      failed: 0,
      running: 0,
      seconds: 0,
      lastAt: now,
      createdAt: now,
      memory: [],
    };
    this.#records.set(agentId, made);
    dropOldest(this.#records, MAX_AGENTS);
    return made;
  }

  #delegate({ task_id, assigned_to }: StoryTask, now: number): void {
    const skills = this.#agents.get(assigned_to)?.role.skills ?? [];
    const others = [...this.#agents.keys()].filter((id) => id !== assigned_to).slice(0, 3);
    this.#delegations.push({
      success: true,
      task_id,
      agent_id: assigned_to,
      match_score: 0.5,
      skill_matches: Object.fromEntries(skills.map((skill, index) => [skill, rateOf(index)])),
      reason: `Task delegated to ${assigned_to}`,
      alternatives: others.map((id, index) => [id, 0.3 - index * 0.1]),
      timestamp: formatUtc(now),
    });
    if (this.#delegations.length > MAX_DELEGATIONS) this.#delegations.shift();
    this.#changed.set(DELEGATIONS.name, now);
  }

  /** Tasks in one folder are one context; a task that is done is a decision. */
  #note({ task_id, objective, files, assigned_to, created_by, status }: StoryTask, now: number): void {
    const folder = path.posix.dirname(files[0] ?? 'shop');
    const id = `feature-${folder.replace(/[^A-Za-z0-9]+/g, '-')}`;
    const made = { decisions: [], files: new Set<string>(), agents: new Set<string>(), tasks: new Set<string>() };
    const context: Context = this.#contexts.get(id) ?? {
      ...{ name: folder, ...made, createdBy: created_by, createdAt: now, updatedAt: now },
    };
    for (const file of files) context.files.add(file);
    context.agents.add(assigned_to);
    context.tasks.add(task_id);
    context.updatedAt = now;
    if (status === 'completed') {
      context.decisions.push({
        ...{ decision: `${objective}: merged as it is`, by: assigned_to, reason: 'All tests are green.' },
        ...{ timestamp: formatUtc(now), alternatives_considered: ['wait for the review'], metadata: {} },
      });
      if (context.decisions.length > MAX_DECISIONS) context.decisions.shift();
    }
    this.#contexts.set(id, context);
    dropOldest(this.#contexts, MAX_CONTEXTS);
  }

  /** Replaces the files that changed, at most once a second of the story. */
  flush(): void {
    if (this.#changed.size === 0 || Math.abs(this.#now - this.#writtenAt) < WRITE_INTERVAL_MS) return;
    this.#writtenAt = this.#now;
    try {
      for (const [name, now] of this.#changed) this.#write(name, now);
    } catch (error) {
      // A missing root or a full disk: the swarm's tool warns and continues too.
      process.emitWarning(error instanceof Error ? error.message : String(error));
    }
    this.#changed.clear();
  }

  #write(name: string, now: number): void {
    if (name === READ_MARKS_FILE) {
      mkdirSync(path.dirname(path.join(this.#root, name)), { recursive: true });
      // As the tool does: in place.
      writeFileSync(path.join(this.#root, name), JSON.stringify(this.#marks(), null, 2));
      return;
    }
    if (name === COORDINATION_FILE) this.#replace(name, this.#coordination(now));
    const wrapper = { version: '1.0', updated_at: formatUtc(now) };
    if (name === CONTEXTS.name) this.#replaceJson(name, { ...wrapper, contexts: this.#writtenContexts() });
    if (name === DELEGATIONS.name) this.#replaceJson(name, { ...wrapper, history: this.#delegations });
    if (name !== LEARNING.name) return;
    this.#replaceJson(name, { ...wrapper, agents: this.#learning() });
    this.#writeMemories();
  }

  #marks(): object {
    const read = [...this.#inboxes].flatMap(([id, inbox]) => (inbox.read === null ? [] : [[id, inbox.read]]));
    return Object.fromEntries(read);
  }

  #writtenContexts(): object {
    const written = [...this.#contexts].map(([id, { name, decisions, files, agents, tasks, ...times }]) => [
      id,
      {
        ...{ context_id: id, name, summary: `Everything below ${name}`, status: 'active', decisions },
        ...{ files_touched: [...files].slice(-200), related_contexts: [], agents_involved: [...agents] },
        ...{ tasks: [...tasks].slice(-50), messages: [], notes: '' },
        ...{ created_at: formatUtc(times.createdAt), updated_at: formatUtc(times.updatedAt) },
        ...{ created_by: times.createdBy, metadata: {} },
      },
    ]);
    return Object.fromEntries(written);
  }

  #learning(): object {
    const written = [...this.#records].map(([id, { completed, failed, running, seconds, lastAt, createdAt }]) => {
      const average = completed === 0 ? 0 : seconds / completed;
      const skills = this.#agents.get(id)?.role.skills ?? [];
      const metrics = skills.map((skill, index) => [
        skill,
        {
          ...{ skill, success_count: completed, failure_count: failed, total_count: completed + failed },
          ...{ success_rate: rateOf(index), avg_completion_time: average, last_used: formatUtc(lastAt), trend: 0 },
        },
      ]);
      const times = { last_active: formatUtc(lastAt), created_at: formatUtc(createdAt) };
      return [
        id,
        {
          ...{ agent_id: id, tasks_completed: completed, tasks_failed: failed, tasks_in_progress: running },
          ...{ skill_metrics: completed === 0 ? {} : Object.fromEntries(metrics), overall_success_rate: 0.9 },
          ...{ avg_response_time: 0, avg_completion_time: average, ...times, metadata: {} },
        },
      ];
    });
    return Object.fromEntries(written);
  }

  #writeMemories(): void {
    const folder = path.join(this.#root, MEMORY_FOLDER);
    mkdirSync(folder, { recursive: true });
    for (const [id, { memory, lastAt, createdAt }] of this.#records) {
      if (memory[0]?.at !== lastAt) continue;
      const task_history = memory.map(({ objective, task_id, files, seconds, at }) => ({
        ...{ task_id, objective, outcome: 'completed', skills_used: this.#agents.get(id)?.role.skills ?? [] },
        ...{ files_touched: files, duration_seconds: seconds, lessons_learned: [], timestamp: formatUtc(at) },
      }));
      this.#replaceJson(path.join(MEMORY_FOLDER, `${id}.json`), {
        ...{ agent_id: id, task_history, patterns: [], relationships: {}, knowledge: {}, preferences: {} },
        ...{ created_at: formatUtc(createdAt), updated_at: formatUtc(lastAt) },
      });
    }
  }

  #coordination(now: number): string {
    const open = [...this.#open.values()].map(({ task }) => task).slice(-MAX_ROWS);
    const rows = [...this.#finished, ...open].map(
      ({ assigned_to, objective, status }) => `| ${assigned_to} | ${objective} | ${status} |`,
    );
    const blocked = open.filter(({ status }) => status === 'blocked');
    const decisions = [...this.#contexts.values()].flatMap((context) => context.decisions).slice(-MAX_ROWS);
    const day = formatUtc(now).slice(0, 10);
    return [
      '# Coordination File - Shop',
      ...['', '## Sprint Goals', '', '- Ship the checkout', '- Keep every test green'],
      ...['', '## Current Work', '', '| Agent | Task | Status |', '|---|---|---|', ...rows],
      ...['', '## Blocked Items', '', ...blocked.map((task) => `- **${task.objective}** (Agent: ${task.assigned_to})`)],
      ...['', '## Code Review Queue', '', '- nothing waits'],
      ...['', '## Decisions', '', ...decisions.map((one) => `- **[${day}]** ${'decision' in one ? one.decision : ''}`)],
    ].join('\n');
  }

  #replaceJson(name: string, content: object): void {
    this.#replace(name, pythonJsonIndented(content));
  }

  #replace(name: string, text: string): void {
    const file = path.join(this.#root, name);
    writeFileSync(`${file}.tmp`, text);
    renameSync(`${file}.tmp`, file);
  }
}

/** The first skill of a role is the one that it is best at. */
function rateOf(index: number): number {
  return Math.max(0.3, 0.9 - index * 0.1);
}

function dropOldest(kept: Map<string, unknown>, most: number): void {
  const [oldest] = kept.keys();
  if (kept.size > most && oldest !== undefined) kept.delete(oldest);
}
