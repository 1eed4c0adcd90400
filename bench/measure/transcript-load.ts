/** Transcripts in the shape that Claude Code 2.1.332 writes, of any size, and sessions that keep writing. */
import { appendFileSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { projectSlug } from '../../lib/sources/claude-code/transcript-path';
import { processorSeconds } from './processes';

export interface Load {
  sessions: number;
  megabytesEach: number;
  linesPerSecond: number;
  seconds: number;
}

export const LOAD: Load = { sessions: 20, megabytesEach: 50, linesPerSecond: 20, seconds: 30 };
/** Each session appends this often. */
const WRITE_INTERVAL_MS = 500;

export const CWD = '/home/u/proj';
const WORDS = 'The parser reads the file in parts, keeps the offset and continues there after a restart. ';
/** A turn writes what goes to the model once, then a call with its result again and again. */
const CALLS_IN_TURN = 30;

const FIRST_OF_ANSWER = '"apiBlockIndex":0';

/** Writes one session line by line. */
export class SessionWriter {
  readonly id: string;
  readonly #file: string;
  #lines: string[] = [];
  #count = 0;
  #answers = 0;

  constructor(folder: string, id: string) {
    const project = path.join(folder, 'projects', projectSlug(CWD));
    mkdirSync(project, { recursive: true });
    this.id = id;
    this.#file = path.join(project, `${id}.jsonl`);
  }

  /** Answers with usage that were written so far. */
  get answers(): number {
    return this.#answers;
  }

  /** Appends lines with one write, as Claude Code does. */
  append(lines: number): void {
    while (this.#lines.length < lines) this.#lines.push(...this.#step());
    this.#write(this.#lines.splice(0, lines));
  }

  /** Appends about so many bytes. */
  fill(bytes: number): void {
    let parts: string[] = this.#lines.splice(0);
    for (let written = 0, size = 0; written < bytes; ) {
      const step = this.#step();
      size += step.reduce((sum, line) => sum + line.length + 1, 0);
      parts.push(...step);
      if (size < 2 ** 20 && written + size < bytes) continue;
      this.#write(parts);
      written += size;
      size = 0;
      parts = [];
    }
  }

  #write(lines: readonly string[]): void {
    this.#answers += lines.filter((line) => line.includes(FIRST_OF_ANSWER)).length;
    appendFileSync(this.#file, `${lines.join('\n')}\n`);
  }

  #step(): string[] {
    const turn = this.#count++ % CALLS_IN_TURN;
    const begin = turn === 0 ? [this.#prompt(), this.#attachment('prompt_snapshot', 40_000), this.#shape()] : [];
    const end =
      turn === CALLS_IN_TURN - 1 ? [this.#line({ type: 'system', subtype: 'turn_duration', durationMs: 601 })] : [];
    return [...begin, ...this.#call(), ...end];
  }

  #call(): string[] {
    const id = `toolu_${this.id}_${this.#count}`;
    const text = { type: 'text', text: WORDS.repeat(3) };
    const use = {
      type: 'tool_use',
      id,
      name: 'Bash',
      input: { command: `grep -rn ${this.#count} src`, description: WORDS },
    };
    const output = WORDS.repeat(1 + ((this.#count * 37) % 60));
    const result = { tool_use_id: id, type: 'tool_result', content: output, is_error: false };
    return [
      JSON.stringify({ type: 'permission-mode', permissionMode: 'default', sessionId: this.id }),
      JSON.stringify({ type: 'last-prompt', lastPrompt: WORDS, leafUuid: id, sessionId: this.id }),
      JSON.stringify({ type: 'api-request', sessionId: this.id, id, params: { text: WORDS.repeat(14) } }),
      this.#answer([text], 0),
      this.#answer([use], 1),
      this.#line({
        type: 'user',
        message: { role: 'user', content: [result] },
        toolUseResult: { stdout: output, stderr: '', interrupted: false },
      }),
      this.#attachment('hook_success', 500),
    ];
  }

  #answer(content: unknown[], apiBlockIndex: number): string {
    const usage = {
      ...{ input_tokens: 12, cache_creation_input_tokens: 200, cache_read_input_tokens: 5000, output_tokens: 87 },
      cache_creation: { ephemeral_1h_input_tokens: 0, ephemeral_5m_input_tokens: 200 },
      server_tool_use: { web_search_requests: 0, web_fetch_requests: 0 },
    };
    const message = {
      id: `msg_${this.id}_${this.#count}`,
      type: 'message',
      role: 'assistant',
      model: 'claude-opus-5-5',
    };
    return this.#line({
      message: { ...message, content, stop_reason: 'tool_use', stop_sequence: null, usage },
      ...{ apiBlockIndex, requestId: `req_${this.#count}`, requestedModel: 'claude-opus-5-5', type: 'assistant' },
    });
  }

  #prompt(): string {
    const message = { role: 'user', content: WORDS };
    return this.#line({ promptId: 'p', type: 'user', message, permissionMode: 'default', origin: { kind: 'human' } });
  }

  #attachment(type: string, bytes: number): string {
    return this.#line({ attachment: { type, text: 'x'.repeat(bytes) }, type: 'attachment' });
  }

  #shape(): string {
    return JSON.stringify({ type: 'api-request-shape', sessionId: this.id, shape: 'x'.repeat(44_000) });
  }

  #line(fields: object): string {
    return JSON.stringify({
      ...{ parentUuid: 'b6c2d230-31fa-4fd6-b884-f5e827ed1e23', isSidechain: false },
      ...fields,
      ...{ uuid: '21672981-0854-420c-9e0d-8595b6c31cf6', timestamp: new Date().toISOString() },
      ...{
        userType: 'external',
        entrypoint: 'cli',
        cwd: CWD,
        sessionId: this.id,
        version: '2.1.332',
        gitBranch: 'main',
      },
    });
  }
}

/** @returns the share of a core that a process needs while the sessions write, in per cent */
export async function shareWhileWriting(pid: number, writers: readonly SessionWriter[], load: Load): Promise<number> {
  const begun = performance.now();
  const before = processorSeconds(pid);
  const linesEach = (load.linesPerSecond * WRITE_INTERVAL_MS) / 1000;
  for (let next = begun; performance.now() - begun < load.seconds * 1000; ) {
    for (const writer of writers) {
      writer.append(linesEach);
      next += WRITE_INTERVAL_MS / writers.length;
      await delay(Math.max(0, next - performance.now()));
    }
  }
  return (100_000 * (processorSeconds(pid) - before)) / (performance.now() - begun);
}
