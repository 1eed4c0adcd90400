/**
 * An agent team of one session with two teammates in its process: its `config.json`, inboxes and tasks, and the
 * transcripts of the teammates. It reads no clock.
 */
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import { smallTokens, type TranscriptFile } from './claude-transcript-file';
import type { Random } from './random';
import type { Terminal } from './terminal';

const MAX_TASKS = 12;
const WORK = [
  ['Test the refunds', 'Cover a partial refund and one of a gift card.', 'Testing the refunds'],
  ['Describe the webhooks', 'One page for the people who integrate the shop.', 'Describing the webhooks'],
  ['Test the currency switch', 'Prices of one cart in two currencies.', 'Testing the currency switch'],
  ['Describe the vouchers', 'When a voucher is refused, and with which text.', 'Describing the vouchers'],
] as const;

interface Member {
  name: string;
  color: string;
  agentId: string;
  transcript: TranscriptFile;
}

interface TeamTask {
  id: string;
  subject: string;
  description: string;
  activeForm: string;
  status: 'pending' | 'in_progress' | 'completed';
  owner?: string;
  blocks: string[];
  blockedBy: string[];
}

export class Team {
  readonly #lead: Terminal;
  readonly #random: Random;
  readonly #name: string;
  readonly #folder: string;
  readonly #tasksFolder: string;
  readonly #members: Member[];
  readonly #tasks: TeamTask[] = [];
  #steps: { at: number; perform: (at: number) => void }[] = [];

  constructor(folder: string, cwd: string, lead: Terminal, random: Random, startedAt: number) {
    this.#lead = lead;
    this.#random = random;
    this.#name = `session-${lead.sessionId.slice(0, 8)}`;
    this.#folder = path.join(folder, 'teams', this.#name);
    this.#tasksFolder = path.join(folder, 'tasks', this.#name);
    mkdirSync(path.join(this.#folder, 'inboxes'), { recursive: true });
    mkdirSync(this.#tasksFolder, { recursive: true });
    this.#members = [this.#join('tester', 'blue'), this.#join('writer', 'green')];
    writeFileSync(path.join(this.#folder, 'config.json'), indented(this.#config(cwd, startedAt)));
    this.#steps.push({ at: startedAt + 2000, perform: (at) => this.#assign(0, at) });
  }

  /** Does what is due by now. */
  advance(now: number): void {
    for (;;) {
      const [next] = this.#steps.sort((one, other) => one.at - other.at);
      if (!next || next.at > now) return;
      this.#steps.shift();
      next.perform(next.at);
    }
  }

  flush(): void {
    for (const { transcript } of this.#members) transcript.flush();
  }

  /** The lead's session ends properly: the team's folder is removed. */
  remove(): void {
    const leaving = `${this.#folder}.deleted-${this.#random.uuid()}`;
    renameSync(this.#folder, leaving);
    rmSync(leaving, { recursive: true, force: true });
  }

  #join(name: string, color: string): Member {
    const agentId = `a${name}-${this.#random.hex(16)}`;
    const { projectFolder, sessionId } = this.#lead;
    const file = path.join(projectFolder, sessionId, 'subagents', `agent-${agentId}.jsonl`);
    const transcript = this.#lead.newTranscript(file, undefined, agentId);
    const meta = {
      ...{ agentType: name, isBuiltIn: false, description: `Work as ${name}`, name, spawnDepth: 0, color },
      ...{ requestShape: 'background', taskKind: 'in_process_teammate', teamName: this.#name },
      ...{ spawnedAgentType: 'general-purpose', permissionMode: 'default' },
    };
    writeFileSync(file.replace(/\.jsonl$/, '.meta.json'), JSON.stringify(meta));
    return { name, color, agentId, transcript };
  }

  #config(cwd: string, createdAt: number): object {
    const lead = {
      ...{ agentId: `team-lead@${this.#name}`, name: 'team-lead', agentType: 'team-lead', joinedAt: createdAt },
      ...{ tmuxPaneId: 'leader', cwd, subscriptions: [], backendType: 'in-process' },
    };
    const members = this.#members.map(({ name, color }, index) => ({
      ...{ agentId: `${name}@${this.#name}`, name, agentType: 'general-purpose', color },
      ...{ joinedAt: createdAt + 1000 * (index + 1), tmuxPaneId: 'in-process', cwd, subscriptions: [] },
      ...{ planModeRequired: false, backendType: 'in-process' },
    }));
    return {
      name: this.#name,
      createdAt,
      leadAgentId: lead.agentId,
      leadSessionId: this.#lead.sessionId,
      leadProcess: { ...this.#lead.process, pidSpace: hostname(), claimedAt: createdAt },
      members: [lead, ...members],
    };
  }

  /** The lead plans a task and gives it to a teammate, if it can. */
  #assign(round: number, at: number): void {
    if (!this.#lead.isWorking) {
      this.#steps.push({ at: at + 1000, perform: (later) => this.#assign(round, later) });
      return;
    }
    const member = this.#members[round % this.#members.length] as Member;
    const task = this.#plan(round);
    this.#lead.changeTeamWork(1, at);
    this.#send(
      member.name,
      { from: 'team-lead', text: `Please take task #${task.id}: ${task.subject}.`, summary: task.subject },
      at,
    );
    this.#steps.push({ at: at + 1200, perform: (later) => this.#begin(member, task, later) });
    const endsAt = at + this.#random.integer(10_000, 25_000);
    this.#steps.push({ at: endsAt, perform: (later) => this.#complete(member, task, later) });
    const again = endsAt + this.#random.integer(4000, 15_000);
    this.#steps.push({ at: again, perform: (later) => this.#assign(round + 1, later) });
  }

  #plan(round: number): TeamTask {
    const [subject, description, activeForm] = WORK[round % WORK.length] as (typeof WORK)[number];
    const before = round % 2 === 1 ? this.#tasks.at(-1) : undefined;
    const task: TeamTask = {
      ...{ id: String(round + 1), subject, description, activeForm, status: 'pending', blocks: [] },
      blockedBy: before ? [before.id] : [],
    };
    if (before) {
      before.blocks.push(task.id);
      this.#writeTask(before);
    }
    this.#tasks.push(task);
    this.#writeTask(task);
    const oldest = this.#tasks.length > MAX_TASKS ? this.#tasks.shift() : undefined;
    if (oldest) {
      rmSync(path.join(this.#tasksFolder, `${oldest.id}.json`), { force: true });
      writeFileSync(path.join(this.#tasksFolder, '.highwatermark'), task.id);
    }
    return task;
  }

  #begin(member: Member, task: TeamTask, at: number): void {
    this.#drain(member.name);
    task.status = 'in_progress';
    task.owner = member.name;
    this.#writeTask(task);
    const { transcript } = member;
    transcript.prompt(
      `<teammate-message teammate_id="team-lead">\n${task.description}\n</teammate-message>`,
      at,
      'system',
    );
    const tool = {
      id: `toolu_01${this.#random.hex(22)}`,
      name: 'Bash',
      input: { command: 'npm test', description: 'Test' },
    };
    transcript.answer('I begin.', tool, smallTokens(this.#random), at);
    transcript.toolResult(tool, '42 tests passed', at);
  }

  #complete(member: Member, task: TeamTask, at: number): void {
    member.transcript.answer(`${task.subject}: done.`, null, smallTokens(this.#random), at);
    task.status = 'completed';
    this.#writeTask(task);
    const timestamp = new Date(at).toISOString();
    const result = `${task.subject}: done.`;
    const text = JSON.stringify({
      type: 'idle_notification',
      from: member.name,
      timestamp,
      idleReason: 'available',
      result,
    });
    this.#send('team-lead', { from: member.name, text, color: member.color }, at);
    const other = this.#members.find((one) => one !== member) as Member;
    const word = `${task.subject} is done; the result is on the branch ${member.name}.`;
    this.#send(other.name, { from: member.name, text: word, summary: result, color: member.color }, at);
    this.#steps.push({
      at: at + 1200,
      perform: (later) => {
        this.#drain('team-lead');
        this.#drain(other.name);
        this.#lead.changeTeamWork(-1, later);
      },
    });
  }

  #send(to: string, message: { from: string; text: string; summary?: string; color?: string }, at: number): void {
    const timestamp = new Date(at).toISOString();
    const rest = { timestamp, msgV: 1, msg_id: this.#random.uuid(), type: 'message', read: false };
    this.#replace(path.join(this.#folder, 'inboxes', `${to}.json`), [{ ...message, ...rest }]);
  }

  #drain(name: string): void {
    this.#replace(path.join(this.#folder, 'inboxes', `${name}.json`), []);
  }

  #writeTask(task: TeamTask): void {
    this.#replace(path.join(this.#tasksFolder, `${task.id}.json`), task);
  }

  #replace(file: string, content: unknown): void {
    const temporary = `${file}.tmp.${process.pid}`;
    writeFileSync(temporary, indented(content));
    renameSync(temporary, file);
  }
}

function indented(content: unknown): string {
  return JSON.stringify(content, null, 2);
}
