/** A client for server-sent events on plain node:http, so that the torture depends on no browser and no library. */
import { type ClientRequest, get } from 'node:http';
import { StringDecoder } from 'node:string_decoder';

export interface SseEvent {
  name: string;
  data: string;
  /** The last event id after this event; empty until the server sets one. */
  lastEventId: string;
}

/** Parses an event stream from bytes that may be cut anywhere (WHATWG HTML, 9.2.6 "Interpreting an event stream"). */
export class SseParser {
  readonly #onEvent: (event: SseEvent) => void;
  readonly #decoder = new StringDecoder('utf8');
  /**
   * The pieces of an unfinished line; joined once at its end, because states of megabytes arrive in hundreds of pieces.
   */
  #pieces: string[] = [];
  #begun = false;
  #afterReturn = false;
  #name = '';
  #data: string[] = [];
  #lastEventId: string;

  constructor(onEvent: (event: SseEvent) => void, lastEventId = '') {
    this.#onEvent = onEvent;
    this.#lastEventId = lastEventId;
  }

  feed(bytes: Buffer): void {
    let text = this.#decoder.write(bytes);
    if (text === '') return;
    if (!this.#begun && text.startsWith('\ufeff')) text = text.slice(1);
    this.#begun = true;
    let start = 0;
    for (const { 0: lineBreak, index } of text.matchAll(/\r\n|\n|\r/g)) {
      // The second half of a CRLF that was cut.
      const half = index === 0 && lineBreak === '\n' && this.#afterReturn;
      if (!half) this.#line(this.#pieces.join('') + text.slice(start, index));
      this.#pieces = [];
      start = index + lineBreak.length;
    }
    if (start < text.length) this.#pieces.push(text.slice(start));
    if (text !== '') this.#afterReturn = text.endsWith('\r');
  }

  #line(line: string): void {
    if (line === '') {
      this.#dispatch();
      return;
    }
    const colon = line.indexOf(':');
    if (colon === 0) return;
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    if (field === 'event') this.#name = value;
    else if (field === 'data') this.#data.push(value);
    else if (field === 'id' && !value.includes('\0')) this.#lastEventId = value;
  }

  #dispatch(): void {
    const [name, data] = [this.#name, this.#data];
    this.#name = '';
    this.#data = [];
    if (data.length === 0) return;
    this.#onEvent({ name: name || 'message', data: data.join('\n'), lastEventId: this.#lastEventId });
  }
}

export interface StreamOptions {
  url: string;
  /** The id to resume from; empty for a first visit. */
  lastEventId?: string;
  /** Whether to send it in the query instead of the header. */
  inQuery?: boolean;
  onEvent: (event: SseEvent) => void;
  /** Called once if the server ended the stream, it broke, or it never began. Not called after `close`. */
  onEnd: (reason: string) => void;
}

/** Opens a stream. @returns a function that drops the connection at once, in the middle of an event if need be */
export function openStream({ url, lastEventId = '', inQuery = false, onEvent, onEnd }: StreamOptions): () => void {
  const address = new URL(url);
  const headers: Record<string, string> = { Accept: 'text/event-stream', 'Cache-Control': 'no-store' };
  if (lastEventId !== '' && inQuery) address.searchParams.set('last_event_id', lastEventId);
  else if (lastEventId !== '') headers['Last-Event-ID'] = lastEventId;
  let ended = false;
  const end = (reason: string) => {
    if (ended) return;
    ended = true;
    onEnd(reason);
  };
  const request: ClientRequest = get(address, { headers, agent: false }, (response) => {
    if (response.statusCode !== 200) {
      response.resume();
      end(`status ${response.statusCode}`);
      return;
    }
    const parser = new SseParser((event) => {
      if (!ended) onEvent(event);
    }, lastEventId);
    response.on('data', (bytes: Buffer) => parser.feed(bytes));
    response.on('error', (error) => end(error.message));
    response.on('close', () => end('closed'));
  });
  request.on('error', (error) => end(error.message));
  return () => {
    ended = true;
    request.destroy();
  };
}
