/** The subagents of one session: they run by themselves for some seconds, each with a transcript of its own. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { MODELS, smallTokens, type ToolCall, type TranscriptFile } from './claude-transcript-file';
import type { Random } from './random';

interface Subagent {
  transcript: TranscriptFile;
  metaFile: string;
  meta: object;
  finishesAt: number;
  notification: string;
}

export class Subagents {
  readonly #folder: string;
  readonly #random: Random;
  readonly #newTranscript: (file: string, model: string | undefined, agentId: string) => TranscriptFile;
  #running: Subagent[] = [];

  /**
   * @param folder of their transcripts
   * @param newTranscript opens the transcript of one; its tokens count for the session
   */
  constructor(
    folder: string,
    random: Random,
    newTranscript: (file: string, model: string | undefined, agentId: string) => TranscriptFile,
  ) {
    this.#folder = folder;
    this.#random = random;
    this.#newTranscript = newTranscript;
  }

  get count(): number {
    return this.#running.length;
  }

  /** When the next one finishes, in milliseconds since 1970; infinite if none runs. */
  get finishesAt(): number {
    return Math.min(...this.#running.map(({ finishesAt }) => finishesAt));
  }

  /** @param call the tool call that began it */
  begin(agentId: string, call: ToolCall, description: string, at: number): void {
    const file = path.join(this.#folder, `agent-${agentId}.jsonl`);
    const transcript = this.#newTranscript(file, MODELS[1], agentId);
    transcript.prompt(`${description}.`, at, 'system');
    const search = { id: `toolu_01${this.#random.hex(22)}`, name: 'Grep', input: { pattern: 'reserveStock' } };
    transcript.answer('I search for it.', search, smallTokens(this.#random), at);
    transcript.toolResult(search, '3 files', at);
    const meta = {
      ...{ agentType: 'general-purpose', isBuiltIn: true, description, toolUseId: call.id, spawnDepth: 1 },
      ...{ requestShape: 'background', model: MODELS[1] },
    };
    const metaFile = file.replace(/\.jsonl$/, '.meta.json');
    writeFileSync(metaFile, JSON.stringify(meta));
    const notification = `<task-notification>\n<task-id>${agentId}</task-id>\n<status>completed</status>\n<summary>Agent "${description}" finished</summary>\n</task-notification>`;
    const finishesAt = at + this.#random.integer(8000, 40_000);
    this.#running.push({ transcript, metaFile, meta, notification, finishesAt });
  }

  /** Finishes the one that is due next. @returns what the session is then prompted with */
  finishNext(): string {
    const due = this.#running.find(({ finishesAt }) => finishesAt === this.finishesAt);
    if (!due) throw new Error('No subagent runs.');
    this.#running = this.#running.filter((one) => one !== due);
    due.transcript.answer('Done: 3 places in 2 files.', null, smallTokens(this.#random), due.finishesAt);
    due.transcript.flush();
    writeFileSync(due.metaFile, JSON.stringify({ ...due.meta, finished: true }));
    return due.notification;
  }

  flush(): void {
    for (const { transcript } of this.#running) transcript.flush();
  }
}
