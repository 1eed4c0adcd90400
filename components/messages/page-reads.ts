import { ApiError } from '@/lib/client/api-error';
import type { MessagesAnswer } from '@/lib/contract/schemas';

interface PageRead {
  read: (signal: AbortSignal) => Promise<MessagesAnswer>;
  onPage: (page: MessagesAnswer) => void;
  /** Called instead of reporting an error where the server no longer keeps the requested place (HTTP 410). */
  onGone?: () => void;
  /** Aborts a read that is still running, instead of giving way to it. */
  urgent?: boolean;
}

export interface ReadStatus {
  busy: boolean;
  /** Why the last read failed; kept until a later read succeeds. */
  error: ApiError | null;
}

export const IDLE: ReadStatus = { busy: false, error: null };

/** Reads pages of messages, one at a time: two answers at once could leave a hole between them. */
export class PageReads {
  readonly #onChange: () => void;
  #running: AbortController | null = null;
  #status: ReadStatus = IDLE;

  /** @param onChange called after each change of `status` that a read makes */
  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  get status(): ReadStatus {
    return this.#status;
  }

  /** Starts a read; does nothing while another one is running, unless this one is urgent. */
  start({ read, onPage, onGone, urgent = false }: PageRead): void {
    if (this.#running && !urgent) return;
    this.#running?.abort();
    const controller = new AbortController();
    this.#running = controller;
    const end = (error: ApiError | null) => {
      this.#running = null;
      this.#enter({ busy: false, error });
    };
    this.#enter({ busy: true, error: this.#status.error });
    read(controller.signal).then(
      (page) => {
        if (this.#running !== controller) return;
        onPage(page);
        end(null);
      },
      (error: unknown) => {
        if (this.#running !== controller) return;
        const problem = error instanceof ApiError ? error : new ApiError(String(error), null);
        const isHandled = problem.gone && onGone !== undefined;
        if (isHandled) onGone();
        end(isHandled ? null : problem);
      },
    );
  }

  /** Aborts the running read and forgets the last error; `onChange` is not called. */
  stop(): void {
    this.#running?.abort();
    this.#running = null;
    this.#status = IDLE;
  }

  #enter(status: ReadStatus): void {
    this.#status = status;
    this.#onChange();
  }
}
