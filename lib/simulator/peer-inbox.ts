/** What a simulated session does with messages of other sessions, and the lines of the transcript that prove it. */
import type { TranscriptFile } from './claude-transcript-file';
import type { PeerMessage } from './messaging-socket';

export class PeerInbox {
  readonly #transcript: TranscriptFile;
  readonly #onRead: (message: PeerMessage) => void;
  #waiting: PeerMessage[] = [];
  #lastContent: string | null = null;

  /** @param onRead called when the agent gets a message */
  constructor(transcript: TranscriptFile, onRead: (message: PeerMessage) => void) {
    this.#transcript = transcript;
    this.#onRead = onRead;
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  /** Queues a message. One that repeats the text before is dropped, as Claude Code does. */
  take(message: PeerMessage, at: number): void {
    if (message.content === this.#lastContent) return;
    this.#lastContent = message.content;
    this.#waiting.push(message);
    this.#transcript.enqueue(message.content, at);
  }

  /** The oldest message begins a turn. */
  readAsPrompt(at: number): void {
    const message = this.#waiting.shift();
    if (!message) return;
    this.#transcript.dequeue('dequeue', at);
    this.#transcript.peerPrompt(`Another Claude session sent a message:\n${message.content}`, originOf(message), at);
    this.#onRead(message);
  }

  /** Within a turn the agent gets all messages with the next result of a tool. */
  absorb(at: number): void {
    for (const message of this.#waiting.splice(0)) {
      this.#transcript.dequeue('remove', at);
      this.#transcript.queuedCommand(message.content, originOf(message), at);
      this.#onRead(message);
    }
  }
}

function originOf({ msgId, name, body }: PeerMessage): object {
  return { kind: 'peer', from: 'unknown', msg_id: msgId, ...(name !== null && { name, body }) };
}
