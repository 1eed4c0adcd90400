/** Transcripts of the fixtures in a folder of their own, and readers that follow them. */
import assert from 'node:assert/strict';
import { appendFileSync, cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type {
  AgentMessage,
  ClaudeUsage,
  TranscriptFacts,
  TranscriptMark,
} from '../../lib/sources/claude-code/claude-session';
import { type FollowedSession, Transcripts, type TranscriptsOptions } from '../../lib/sources/claude-code/transcripts';

const FIXTURES = join(import.meta.dirname, '..', 'fixtures', 'claude-code', 'transcripts');
export const PROJECT = '-home-u-proj';
export const CWD = '/home/u/proj';

/** Makes a folder of Claude Code with the transcripts of a scenario, or none; `remove` deletes it. */
export function claudeFolder(scenario?: string): { folder: string; projects: string; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'transcripts-'));
  const projects = join(folder, 'projects', PROJECT);
  mkdirSync(projects, { recursive: true });
  if (scenario !== undefined) cpSync(join(FIXTURES, scenario), join(folder, 'projects'), { recursive: true });
  return {
    folder,
    projects,
    remove: () => rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 }),
  };
}

/** @returns the transcripts of a scenario by their paths below `projects/`, without the files beside them */
export function fixtureTranscripts(scenario: string): Map<string, Buffer> {
  const folder = join(FIXTURES, scenario);
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.jsonl'));
  return new Map(paths.sort().map((path) => [path, readFileSync(join(folder, path))]));
}

/** Takes what a reader gives, as the rest of the program does. */
export class Follower {
  readonly facts = new Map<string, TranscriptFacts>();
  readonly rows: ClaudeUsage[] = [];
  readonly messages: AgentMessage[] = [];
  /** Rows whose message was given before; the same each time. */
  repeated = 0;
  readonly marks = new Map<string, TranscriptMark>();
  skipped = { tooLong: 0, notJson: 0 };
  faults: readonly string[] = [];
  readonly #options: Omit<TranscriptsOptions, 'marks'>;
  #sessions: FollowedSession[] = [];
  readonly #teams: readonly string[];
  #transcripts: Transcripts;
  #now = 0;

  constructor(options: Omit<TranscriptsOptions, 'marks'>, teams: readonly string[] = []) {
    this.#options = options;
    this.#teams = teams;
    this.#transcripts = new Transcripts({ ...options, marks: [] });
  }

  follow(...sessionIds: string[]): void {
    this.#sessions = sessionIds.map((sessionId) => ({ sessionId, cwd: CWD }));
    this.#transcripts.follow(this.#sessions, this.#teams, this.#now);
  }

  /** Reads everything that is there, or a number of steps. */
  read(maxSteps = Number.POSITIVE_INFINITY): void {
    this.#now += 60_000;
    this.#transcripts.poll(this.#now);
    for (let step = 0; step < maxSteps && this.#transcripts.step(); step++);
    const { facts, usage, marks, messages, status } = this.#transcripts.drain(this.#now);
    this.messages.push(...messages);
    for (const one of facts) this.facts.set(one.sessionId, one);
    for (const row of usage) this.#take(row);
    for (const mark of marks) this.marks.set(mark.file, mark);
    this.skipped = status.skipped;
    this.faults = status.faults;
  }

  /** Continues with a new reader from the marks, as after a restart or a crash. */
  restart(): void {
    this.#transcripts = new Transcripts({ ...this.#options, marks: [...this.marks.values()] });
    this.#transcripts.follow(this.#sessions, this.#teams, this.#now);
  }

  #take(row: ClaudeUsage): void {
    const known = this.rows.find(({ messageId }) => messageId === row.messageId);
    if (!known) this.rows.push(row);
    else {
      assert.deepEqual(row, known);
      this.repeated += 1;
    }
  }
}

/** @returns the sums of input, output, cache read, and cache writes for five minutes and an hour */
export function tokenSums(rows: readonly ClaudeUsage[]): number[] {
  const sum = (field: 'input' | 'output' | 'cacheRead' | 'cacheWrite5m' | 'cacheWrite1h') =>
    rows.reduce((total, row) => total + row[field], 0);
  return [sum('input'), sum('output'), sum('cacheRead'), sum('cacheWrite5m'), sum('cacheWrite1h')];
}

/** Appends to a transcript, which it makes if there is none. */
export function appendTo(path: string, bytes: Buffer | string): void {
  mkdirSync(dirname(path), { recursive: true });
  appendFileSync(path, bytes);
}
