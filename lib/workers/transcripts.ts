/** The main thread's side of the thread that reads Claude Code's transcripts. */
import { Worker, type WorkerOptions } from 'node:worker_threads';
import type { SafeError } from '../platform/safe-error';
import type { AgentMessage, ClaudeUsage, TranscriptFacts, TranscriptMark } from '../sources/claude-code/claude-session';
import type {
  FollowedSession,
  TranscriptsNews,
  TranscriptsProgress,
  TranscriptsStatus,
} from '../sources/claude-code/transcripts';
import type { FromThread, TranscriptsThreadOptions } from './protocol';
import { Thread } from './workers';

/**
 * The thread keeps little. A line of 1 MB with as many values as it can contain needs up to 48 MB of the old generation
 * while it is parsed; the small young generation makes V8 collect what was parsed before it accumulates. */
const resourceLimits = { maxYoungGenerationSizeMb: 4, maxOldGenerationSizeMb: 64 };

export interface TranscriptsHandleOptions {
  /** Claude Code's own folder. */
  folder: string;
  /** Where earlier runs stopped. */
  marks: readonly TranscriptMark[];
  /** What sessions do, those of which it changed. */
  onFacts(facts: TranscriptFacts[]): void;
  /**
   * Takes new usage and the places up to which it was read, to be committed together. The thread waits while several
   * calls have not ended.
   */
  onUsage(rows: ClaudeUsage[], marks: TranscriptMark[]): void | Promise<void>;
  /** Messages of other agents to those of the sessions; after a restart they may repeat. */
  onMessages(messages: AgentMessage[]): void;
  /** How far the transcripts were read; null once they are read. */
  onProgress(progress: TranscriptsProgress | null): void;
  /** What can't be read or was skipped, when it changes. */
  onStatus(status: TranscriptsStatus): void;
  /** Receives a sentence and the error when the thread died, and null when it has worked again for a while. */
  onFault(thread: string, detail: string | null, error?: SafeError): void;
  /** Starts the thread; left out except where it runs from source. */
  startWorker?(options: WorkerOptions): Worker;
}

// The bundler recognises a worker by this form.
function startWorker(options: WorkerOptions): Worker {
  return new Worker(new URL('./transcripts-thread.ts', import.meta.url), {
    workerData: options.workerData,
    resourceLimits,
  });
}

/** Starts the thread when the first session is followed. */
export class TranscriptsHandle {
  readonly #options: TranscriptsHandleOptions;
  /** Where a new thread continues if this one dies. */
  readonly #marks: Map<string, TranscriptMark>;
  #shown: Pick<TranscriptsThreadOptions, 'sessions' | 'teams'> = { sessions: [], teams: [] };
  #thread: Thread | null = null;
  #stopped = false;
  #progress = 'null';
  #status = '';

  constructor(options: TranscriptsHandleOptions) {
    this.#options = options;
    this.#marks = new Map(options.marks.map((mark) => [mark.file, mark]));
  }

  /**
   * Sets which sessions are shown. Cheap if nothing has changed.
   *
   * @param teams names of shown teams: the transcripts of members in tmux panes, which have no session file, are found
   *   in the folders of the sessions
   */
  follow(sessions: readonly FollowedSession[], teams: readonly string[] = []): void {
    const shown = { sessions: sessions.map(({ sessionId, cwd }) => ({ sessionId, cwd })), teams: [...teams] };
    if (this.#stopped || JSON.stringify(shown) === JSON.stringify(this.#shown)) return;
    this.#shown = shown;
    if (this.#thread) this.#thread.post({ type: 'follow', ...shown });
    else this.#start();
  }

  /** Notes that transcripts may have changed: they are read at once. */
  refresh(): void {
    this.#thread?.post({ type: 'refresh' });
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#thread?.stop();
  }

  #start(): void {
    const start = () => {
      const workerData: TranscriptsThreadOptions = {
        folder: this.#options.folder,
        marks: [...this.#marks.values()],
        ...this.#shown,
      };
      return (this.#options.startWorker ?? startWorker)({ workerData, resourceLimits });
    };
    this.#thread = new Thread('transcripts', start, (message) => this.#take(message), this.#options.onFault);
  }

  #take(message: FromThread): void {
    if (message.type !== 'transcripts') return;
    const { facts, messages, progress, status } = message.news;
    if (facts.length > 0) this.#options.onFacts(facts);
    if (messages.length > 0) this.#options.onMessages(messages);
    void this.#takeUsage(message.news);
    const [newProgress, newStatus] = [JSON.stringify(progress), JSON.stringify(status)];
    if (newProgress !== this.#progress) this.#options.onProgress(progress);
    if (newStatus !== this.#status) this.#options.onStatus(status);
    this.#progress = newProgress;
    this.#status = newStatus;
  }

  async #takeUsage({ usage, marks }: TranscriptsNews): Promise<void> {
    for (const mark of marks) this.#marks.set(mark.file, mark);
    if (usage.length + marks.length > 0) await this.#options.onUsage(usage, marks);
    if (usage.length > 0) this.#thread?.post({ type: 'usage_taken' });
  }
}
