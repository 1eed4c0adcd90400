/**
 * A client of a tmux server in control mode, attached to one session: it is sent what the panes of that session write.
 * It changes nothing: neither sizes nor the environment of the session. It is ended by closing its input, since a signal
 * may end the whole server.
 */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { ControlFault, type ControlRequest, ControlStream } from './control-stream';

export interface ControlClientOptions {
  socket: string;
  /** The immutable id of a session, such as `$0`. */
  session: string;
  /** Whether this tmux can pause panes (3.2 and later). */
  canPause: boolean;
  output(pane: string, bytes: Buffer): void;
  notice(name: string, rest: string): void;
  /** Called once, also after `end`. */
  onExit(): void;
}

/** How far tmux may be behind with a pane before it pauses it, seconds. */
const PAUSE_AFTER_SECONDS = 1;
/** For a client whose input was closed. */
const EXIT_TIMEOUT_MS = 1000;

export class ControlClient {
  readonly session: string;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #stream: ControlStream;
  readonly #options: ControlClientOptions;
  readonly ended: Promise<void>;
  #open = true;

  constructor(options: ControlClientOptions) {
    this.#options = options;
    this.session = options.session;
    this.#stream = new ControlStream(options);
    this.#child = spawn('tmux', ['-u', '-S', options.socket, '-C', ...attachWords(options)], { stdio: 'pipe' });
    this.ended = new Promise((resolve) => {
      const exit = () => {
        this.#close('The control client of tmux has ended.');
        resolve();
      };
      this.#child.once('exit', exit).once('error', exit);
    });
    this.#child.stdin.on('error', () => {});
    this.#child.stderr.resume();
    this.#child.stdout.on('data', (chunk: Buffer) => this.#take(chunk));
  }

  /** Sends commands, as one line. */
  send(line: string, request: ControlRequest): void {
    if (!this.#open) {
      request.onFault('The control client of tmux has ended.');
      return;
    }
    this.#stream.add(request);
    this.#child.stdin.write(`${line}\n`);
  }

  /** Sends a command whose reply says nothing. */
  tell(line: string): void {
    this.send(line, { count: 1, expect: () => null, onReply: () => {}, onFault: () => {} });
  }

  /** Ends the client, not the server. @returns when it has ended, or did not within a second */
  async end(): Promise<void> {
    this.#child.stdin.end();
    const timer = setTimeout(() => {
      this.#child.stdout.destroy();
      this.#child.unref();
    }, EXIT_TIMEOUT_MS);
    timer.unref();
    await Promise.race([this.ended, new Promise((resolve) => setTimeout(resolve, EXIT_TIMEOUT_MS).unref())]);
    clearTimeout(timer);
  }

  /** Ends a client that is of no use any more: what it was asked fails, and another one may be started. */
  giveUp(why: string): void {
    this.#close(why);
    void this.end();
  }

  #take(chunk: Buffer): void {
    if (!this.#open) return;
    try {
      this.#stream.push(chunk);
    } catch (error) {
      if (!(error instanceof ControlFault)) throw error;
      this.giveUp(error.message);
    }
  }

  #close(fault: string): void {
    if (!this.#open) return;
    this.#open = false;
    this.#stream.fail(fault);
    this.#options.onExit();
  }
}

function attachWords({ session, canPause }: ControlClientOptions): string[] {
  const flags = `read-only,ignore-size,pause-after=${PAUSE_AFTER_SECONDS}`;
  // Before 3.2, a client in control mode that names no size of its own counts for none.
  return ['attach-session', '-E', ...(canPause ? ['-f', flags] : ['-r']), '-t', session];
}
