/**
 * The terminals to which one WebSocket has subscribed. Each is asked for its next event in turn, and only while the socket
 * has room; so the events of the swarm wait for at most one event of a terminal.
 */
import type { TerminalEvent, TerminalMode } from '../../contract/terminal-schemas';
import type { SocketAnswer } from '../../contract/websocket-schemas';
import type { TerminalCursor } from '../../swarms/terminals';
import { isProblem, ProblemError, problemBody } from '../http/problem';
import { totalBytes } from '../stream/join-small';
import type { TerminalSaid } from './client-message';
import { textFrame } from './frames';

/** The page shows 12 at once, and may change them. */
export const MAX_SUBSCRIPTIONS = 16;
/** Written in one turn of the event loop; other clients come in between. */
const MAX_TURN_BYTES = 64 * 1024;

export interface ChannelOptions {
  /** @throws {ProblemError} if terminals are not shown */
  open(agentId: string, mode: TerminalMode, lastId: string | null, onMore: () => void): TerminalCursor;
  /**
   * Runs a command, or records why it is refused.
   *
   * @throws an error that `isProblem` knows, if it had no effect
   */
  run(said: TerminalSaid): Promise<{ answer: object; status: number }>;
  /** Logs what is a fault of this server. */
  onFault(error: unknown): void;
}

/** The socket, as the channel uses it. */
interface ChannelSocket {
  /** Sends an event of its own. */
  say(event: 'answer', data: SocketAnswer): void;
  /** Writes a whole frame. */
  write(frame: readonly Uint8Array[]): void;
  readonly hasRoom: boolean;
}

interface Subscription {
  agent: string;
  cursor: TerminalCursor;
}

export class TerminalChannel {
  readonly #options: ChannelOptions;
  readonly #socket: ChannelSocket;
  readonly #subscriptions = new Map<string, Subscription>();
  /** Those that may have an event, the next one first. */
  readonly #ready = new Set<Subscription>();
  #turn: NodeJS.Immediate | null = null;
  #closed = false;

  constructor(socket: ChannelSocket, options: ChannelOptions) {
    this.#socket = socket;
    this.#options = options;
  }

  /** Handles one message; its answer may come later. */
  handle(said: TerminalSaid): void {
    if (said.type !== 'subscribe' && said.type !== 'unsubscribe') {
      this.#options.run(said).then(
        ({ answer, status }) => this.#answer(said, { status, answer: answer as SocketAnswer['answer'] }),
        (error: unknown) => this.#refuse(said, error),
      );
      return;
    }
    try {
      const { message } = said;
      if (message instanceof ProblemError) throw message;
      this.#end(said.agent);
      if (message.type === 'subscribe') this.#subscribe(said.agent, message.mode, message.last_event_id || null);
      this.#answer(said, { status: 200, answer: null });
    } catch (error) {
      this.#refuse(said, error);
    }
  }

  /** Called when the socket has room again. */
  onRoom(): void {
    this.#schedule();
  }

  /** Ends all subscriptions. */
  close(): void {
    this.#closed = true;
    if (this.#turn) clearImmediate(this.#turn);
    for (const agent of [...this.#subscriptions.keys()]) this.#end(agent);
  }

  #subscribe(agent: string, mode: TerminalMode, lastId: string | null): void {
    if (this.#subscriptions.size >= MAX_SUBSCRIPTIONS) {
      const detail = `One connection follows at most ${MAX_SUBSCRIPTIONS} terminals; unsubscribe from one of them.`;
      throw new ProblemError('too_many_streams', detail);
    }
    let subscription: Subscription | null = null;
    const onMore = () => {
      if (subscription) this.#isReady(subscription);
    };
    subscription = { agent, cursor: this.#options.open(agent, mode, lastId, onMore) };
    this.#subscriptions.set(agent, subscription);
    this.#isReady(subscription);
  }

  #end(agent: string): void {
    const subscription = this.#subscriptions.get(agent);
    if (subscription === undefined) return;
    this.#subscriptions.delete(agent);
    this.#ready.delete(subscription);
    subscription.cursor.close();
  }

  #isReady(subscription: Subscription): void {
    if (this.#subscriptions.get(subscription.agent) !== subscription) return;
    this.#ready.add(subscription);
    this.#schedule();
  }

  /** A turn later, so that the events of the swarm of this turn go first. */
  #schedule(): void {
    if (this.#turn !== null || this.#closed || this.#ready.size === 0) return;
    this.#turn = setImmediate(() => {
      this.#turn = null;
      this.#send();
    });
  }

  #send(): void {
    let bytes = 0;
    // A set visits again what is removed and added meanwhile.
    for (const subscription of this.#ready) {
      if (!this.#socket.hasRoom) return;
      if (bytes >= MAX_TURN_BYTES) {
        this.#schedule();
        return;
      }
      this.#ready.delete(subscription);
      const event = subscription.cursor.next();
      if (event === null) continue;
      this.#ready.add(subscription);
      const frame = encodeTerminalFrame(subscription.agent, event);
      bytes += totalBytes(frame);
      this.#socket.write(frame);
    }
  }

  #refuse(said: TerminalSaid, error: unknown): void {
    if (!isProblem(error)) this.#options.onFault(error);
    const problem = problemBody(error);
    this.#answer(said, { status: problem.status, problem });
  }

  #answer(
    { type, agent, requestId }: TerminalSaid,
    outcome: Pick<SocketAnswer, 'status'> & Partial<Pick<SocketAnswer, 'answer' | 'problem'>>,
  ): void {
    if (this.#closed) return;
    this.#socket.say('answer', { request_id: requestId, type, agent, answer: null, problem: null, ...outcome });
  }
}

const encoded = new WeakMap<TerminalEvent, { agent: string; frame: readonly Uint8Array[] }>();

/** Encodes an event once for all clients, as long as they name the agent in the same way. */
function encodeTerminalFrame(agent: string, event: TerminalEvent): readonly Uint8Array[] {
  const known = encoded.get(event);
  if (known?.agent === agent) return known.frame;
  const frame = textFrame(JSON.stringify({ event: 'terminal', agent, id: event.id, data: event }));
  encoded.set(event, { agent, frame });
  return frame;
}
