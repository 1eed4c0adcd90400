/** Writes encoded events to sockets: pieces are shared by all clients, and each socket gets one write for each turn. */
import type { Socket } from 'node:net';

/** Where the events of one stream go. */
export interface EventSink {
  /**
   * Writes a piece of the stream, given in parts. Do not change the piece or its parts afterwards: all clients that get
   * the same piece share its bytes.
   *
   * @returns false if there is no room for more; the piece is sent in any case
   */
  write(piece: readonly Uint8Array[]): boolean;
  /** Called when there is room again. */
  onDrain: () => void;
  end(): void;
}

/** Writes pieces directly to a socket. */
export class SocketWriter implements Omit<EventSink, 'end'> {
  onDrain = () => {};
  readonly #socket: Socket;
  #full = false;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('drain', () => {
      if (!this.#full) return;
      this.#full = false;
      this.onDrain();
    });
  }

  write(piece: readonly Uint8Array[]): boolean {
    // The client has ended its side. The close event of the socket reports that it has left.
    if (!this.#socket.writable) return false;
    corkForThisTurn(this.#socket);
    for (const part of piece) this.#full = !this.#socket.write(part);
    return !this.#full;
  }
}

/** Sockets that are written to in this turn of the event loop. All data for one socket is sent by one system call. */
let corked: Socket[] = [];

/** Keeps what is written to a socket until the end of this turn. */
export function corkForThisTurn(socket: Socket): void {
  if (socket.writableCorked > 0) return;
  socket.cork();
  if (corked.push(socket) === 1) process.nextTick(uncorkAll);
}

function uncorkAll(): void {
  const sockets = corked;
  corked = [];
  for (const socket of sockets) socket.uncork();
}
