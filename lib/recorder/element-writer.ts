/**
 * Writes the many elements of a timeline as JSON. By hand, since they repeat the same few texts: objects of them all cost
 * several times as much as the text.
 */
import { formatCursor } from '../contract/events';
import type { Tick } from '../history/message-times';
import type { SpanCell } from '../history/span-cells';
import type { SpanSubject } from '../history/span-columns';
import { ByteWriter } from './byte-writer';

/** Whoever reads a message meant for more is shown whom all it went to with the message. */
const MOST_RECIPIENTS = 50;
const encoder = new TextEncoder();
const COMMA = encoder.encode(',');
const LIST_END = encoder.encode(']');
const END = encoder.encode('}');
const QUOTE = encoder.encode('"');
const AGENT = encoder.encode('{"agent":');
const SENDER = encoder.encode('{"sender":');
const LIFE = encoder.encode(',"life":');
const HEALTH = encoder.encode(',"health":');
const LOCK_FILE = encoder.encode(',"lock_file":');
const FILEPATH = encoder.encode(',"filepath":');
const STATE = encoder.encode(',"state":');
const TYPE = encoder.encode(',"type":');
const RECIPIENTS = encoder.encode(',"recipients":');
const COUNT = encoder.encode(',"count":');
const AT = encoder.encode(',"at":"');
const SINCE = encoder.encode(',"since":"');
const UNTIL = encoder.encode(',"until":"');
const UNTIL_NULL = encoder.encode(',"until":null');

export class ElementWriter {
  readonly #bytes = new ByteWriter();
  readonly #texts = new Map<string | readonly string[], Uint8Array>();
  readonly #cursor: Uint8Array;

  constructor(epoch: string) {
    this.#cursor = encoder.encode(`,"cursor":"${formatCursor(epoch, 0).slice(0, -1)}`);
  }

  /** A list as the next field of an object that has some already. */
  list<Element>(name: string, elements: Iterable<Element>, write: (element: Element) => void): void {
    this.#bytes.add(encoder.encode(`,"${name}":[`));
    let isFirst = true;
    for (const element of elements) {
      if (!isFirst) this.#bytes.add(COMMA);
      isFirst = false;
      write(element);
    }
    this.#bytes.add(LIST_END);
  }

  /** A `HealthSpan`. */
  health({ agent, life, value, since, until }: SpanCell): void {
    this.#field(AGENT, agent);
    this.#field(LIFE, life);
    this.#field(HEALTH, value);
    this.#times(since, until);
    this.#bytes.add(END);
  }

  /** A `LockBar`. */
  bar({ agent, value, count, since, until }: SpanCell, { subject, path }: SpanSubject): void {
    this.#field(AGENT, agent);
    this.#field(LOCK_FILE, subject);
    this.#field(FILEPATH, path);
    this.#field(STATE, value);
    this.#times(since, until);
    this.#count(count);
    this.#bytes.add(END);
  }

  /** A `MessageTick`. */
  tick({ sender, type, at, count, seq, recipients }: Tick): void {
    this.#field(SENDER, sender);
    this.#field(TYPE, type);
    this.#instant(AT, at);
    this.#count(count);
    this.#bytes.add(this.#cursor);
    this.#bytes.addInteger(seq);
    this.#bytes.add(QUOTE);
    this.#field(RECIPIENTS, recipients);
    this.#bytes.add(END);
  }

  toString(): string {
    return this.#bytes.toString();
  }

  /** A text, or recipients, which are one and the same list for all that went to them. */
  #field(name: Uint8Array, value: string | readonly string[]): void {
    let text = this.#texts.get(value);
    if (text === undefined) {
      text = encoder.encode(JSON.stringify(typeof value === 'string' ? value : value.slice(0, MOST_RECIPIENTS)));
      this.#texts.set(value, text);
    }
    this.#bytes.add(name);
    this.#bytes.add(text);
  }

  #times(since: number, until: number | null): void {
    this.#instant(SINCE, since);
    if (until === null) this.#bytes.add(UNTIL_NULL);
    else this.#instant(UNTIL, until);
  }

  #instant(name: Uint8Array, at: number): void {
    this.#bytes.add(name);
    this.#bytes.addInstant(at);
    this.#bytes.add(QUOTE);
  }

  #count(count: number): void {
    this.#bytes.add(COUNT);
    this.#bytes.addInteger(count);
  }
}
