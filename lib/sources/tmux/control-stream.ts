/**
 * Reads what a control client of tmux prints: output of panes, replies to commands in their order, and notices. A pane
 * shows anything, so the text of a reply is read by its number of lines where that is known, never by how it looks.
 */

/** What one command of a request is expected to print; null: everything up to its end. */
export type ExpectedLines = number | null;

/** Commands that are sent as one line. tmux runs no further one of them after one has failed. */
export interface ControlRequest {
  /** How many lines the command with this index prints, as far as the replies before it say. */
  expect(index: number): ExpectedLines;
  /** How many commands there are. */
  count: number;
  /** Called for each reply, in the order of the stream: what was printed before it happened before the command ran. */
  onReply(index: number, lines: readonly Buffer[]): void;
  /** Called instead of the replies that are missing. */
  onFault(fault: string): void;
}

export interface ControlEvents {
  /** Bytes that a pane wrote. */
  output(pane: string, bytes: Buffer): void;
  /** `%name rest`. */
  notice(name: string, rest: string): void;
}

/** A line of a reply, or of `%output`, with all attributes of its cells. */
const MAX_LINE_BYTES = 1024 * 1024;
const MAX_REPLY_LINES = 20_000;
const [LF, PERCENT, BACKSLASH, SPACE, ZERO] = [10, 37, 92, 32, 48];
const OUTPUT = Buffer.from('%output ');
const EXTENDED = Buffer.from('%extended-output ');
const EXTENDED_END = Buffer.from(' : ');

/** What tmux printed can't be understood: the client must be ended. */
export class ControlFault extends Error {
  override readonly name = 'ControlFault';
}

export class ControlStream {
  readonly #events: ControlEvents;
  readonly #requests: { request: ControlRequest; index: number }[] = [];
  #rest: Buffer | null = null;
  #reply: { name: string; own: boolean; lines: Buffer[]; expected: ExpectedLines } | null = null;

  constructor(events: ControlEvents) {
    this.#events = events;
  }

  /** Adds the request that was sent last. */
  add(request: ControlRequest): void {
    this.#requests.push({ request, index: 0 });
  }

  /** Ends all requests that have no reply. */
  fail(fault: string): void {
    for (const { request } of this.#requests.splice(0)) request.onFault(fault);
  }

  /**
   * Takes what the client printed next.
   *
   * @throws {ControlFault}
   */
  push(chunk: Buffer): void {
    const bytes = this.#rest === null ? chunk : Buffer.concat([this.#rest, chunk]);
    this.#rest = null;
    let from = 0;
    for (let end = bytes.indexOf(LF); end >= 0; end = bytes.indexOf(LF, from)) {
      this.#line(bytes.subarray(from, end));
      from = end + 1;
    }
    if (bytes.length - from > MAX_LINE_BYTES) throw new ControlFault('tmux printed a line that is too long.');
    if (from < bytes.length) this.#rest = Buffer.from(bytes.subarray(from));
  }

  #line(line: Buffer): void {
    if (this.#reply !== null) this.#replyLine(line);
    else if (line[0] === PERCENT) this.#notice(line);
  }

  #notice(line: Buffer): void {
    if (startsWith(line, OUTPUT)) {
      const space = line.indexOf(SPACE, OUTPUT.length);
      if (space > 0) this.#events.output(ascii(line, OUTPUT.length, space), unescapeOutput(line.subarray(space + 1)));
      return;
    }
    if (startsWith(line, EXTENDED)) {
      const space = line.indexOf(SPACE, EXTENDED.length);
      const end = line.indexOf(EXTENDED_END, space);
      if (space > 0 && end > 0) {
        const bytes = unescapeOutput(line.subarray(end + EXTENDED_END.length));
        this.#events.output(ascii(line, EXTENDED.length, space), bytes);
      }
      return;
    }
    const [, name = '', rest = ''] = /^%(\S+) ?(.*)$/s.exec(line.toString('utf8')) ?? [];
    if (name === 'begin') this.#begin(rest);
    else this.#events.notice(name, rest);
  }

  #begin(rest: string): void {
    // The last word is 1 for a command of this client, 0 for the one that attached it.
    const own = rest.endsWith(' 1');
    const [next] = this.#requests;
    if (own && !next) throw new ControlFault('tmux answered a command that was not sent.');
    const expected = own && next ? next.request.expect(next.index) : null;
    this.#reply = { name: rest, own, lines: [], expected };
  }

  #replyLine(line: Buffer): void {
    const reply = this.#reply;
    if (reply === null) return;
    if (reply.expected !== null && reply.lines.length < reply.expected) {
      reply.lines.push(Buffer.from(line));
      return;
    }
    const ends = line.equals(Buffer.from(`%end ${reply.name}`));
    if (ends || line.equals(Buffer.from(`%error ${reply.name}`))) this.#endReply(ends);
    else if (reply.expected !== null) throw new ControlFault('tmux printed more lines than were expected.');
    else if (reply.lines.push(Buffer.from(line)) > MAX_REPLY_LINES) throw new ControlFault('A reply is too long.');
  }

  #endReply(succeeded: boolean): void {
    const reply = this.#reply;
    this.#reply = null;
    const [next] = this.#requests;
    if (!reply?.own || !next) return;
    const { request, index } = next;
    next.index += 1;
    if (!succeeded || next.index === request.count) this.#requests.shift();
    if (succeeded) request.onReply(index, reply.lines);
    else request.onFault(Buffer.concat(reply.lines).toString('utf8').slice(0, 200));
  }
}

function startsWith(line: Buffer, word: Buffer): boolean {
  return line.length >= word.length && line.compare(word, 0, word.length, 0, word.length) === 0;
}

function ascii(line: Buffer, from: number, to: number): string {
  return line.toString('latin1', from, to);
}

/** @returns the bytes that a pane wrote: tmux writes control characters and backslashes as three octal digits */
export function unescapeOutput(line: Buffer): Buffer {
  if (!line.includes(BACKSLASH)) return Buffer.from(line);
  const bytes = Buffer.allocUnsafe(line.length);
  const digit = (at: number) => (line[at] ?? 0) - ZERO;
  let length = 0;
  // Byte by byte: coloured output has a backslash every few bytes, and a copy of each run between them takes longer.
  for (let at = 0; at < line.length; at++) {
    if (line[at] === BACKSLASH && at + 3 < line.length) {
      bytes[length++] = (digit(at + 1) << 6) | (digit(at + 2) << 3) | digit(at + 3);
      at += 3;
    } else bytes[length++] = line[at] ?? 0;
  }
  return bytes.subarray(0, length);
}
