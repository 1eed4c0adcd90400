/** A session of Claude Code that takes messages at its socket: its file, its socket and its transcript. */
import path from 'node:path';
import { SessionFile } from '../../lib/simulator/claude-session-file';
import { projectSlug, TranscriptFile } from '../../lib/simulator/claude-transcript-file';
import { MessagingSocket, type PeerMessage, socketPath } from '../../lib/simulator/messaging-socket';
import { PeerInbox } from '../../lib/simulator/peer-inbox';
import { Random } from '../../lib/simulator/random';

interface FakeSessionOptions {
  /** The configuration folder of Claude Code. */
  folder: string;
  cwd: string;
  /** Of a process that exists; this one by default. */
  pid?: number;
  procStart?: string;
  tmux?: string;
}

export class FakeSession {
  readonly sessionId: string;
  readonly socketPath: string;
  readonly transcriptPath: string;
  /** What the agent got, in order. */
  readonly read: PeerMessage[] = [];
  /** What arrived at the socket, in order. */
  readonly arrived: PeerMessage[] = [];
  readonly #socket: MessagingSocket;
  readonly #file: SessionFile;
  readonly #transcript: TranscriptFile;
  readonly #inbox: PeerInbox;
  #isBusy = false;

  constructor({ folder, cwd, pid = process.pid, procStart, tmux = 'main:@0.%0' }: FakeSessionOptions) {
    const random = new Random(pid);
    this.sessionId = random.uuid();
    this.socketPath = socketPath(path.join(folder, 'socks'), pid) ?? '';
    this.transcriptPath = path.join(folder, 'projects', projectSlug(cwd), `${this.sessionId}.jsonl`);
    const { sessionId, transcriptPath: file, socketPath: messagingSocketPath } = this;
    const startedAt = Date.now();
    this.#transcript = new TranscriptFile({ file, sessionId, cwd, model: 'claude-opus-5-5', random, used: new Map() });
    this.#transcript.begin(startedAt);
    this.#transcript.flush();
    this.#inbox = new PeerInbox(this.#transcript, (message) => this.read.push(message));
    this.#socket = new MessagingSocket(this.socketPath, (message) => this.#take(message));
    const start = { pid, sessionId, cwd, startedAt, procStart, pidDomain: undefined, tmux, name: 'fake' };
    this.#file = new SessionFile(folder, { ...start, messagingSocketPath });
    this.#file.update({ status: 'idle' }, startedAt);
  }

  /** A turn runs or a dialog is open: messages wait until the session is idle. */
  become(status: 'idle' | 'busy' | 'waiting'): void {
    this.#isBusy = status !== 'idle';
    this.#file.update({ status, waitingFor: status === 'waiting' ? 'permission prompt' : undefined }, Date.now());
    this.#deliver();
  }

  close(): void {
    this.#socket.close();
    this.#file.remove();
  }

  #take(message: PeerMessage): void {
    this.arrived.push(message);
    this.#inbox.take(message, Date.now());
    this.#deliver();
  }

  #deliver(): void {
    while (!this.#isBusy && !this.#inbox.isEmpty) this.#inbox.readAsPrompt(Date.now());
    this.#transcript.flush();
  }
}
