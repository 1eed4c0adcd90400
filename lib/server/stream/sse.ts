import type { HubEvent } from '../../hub/hub';
import { joinSmall } from './join-small';

const LINE_BREAK = /[\r\n]/;
const [LF, CR] = [10, 13];
const END = Buffer.from('\n\n');
const encoder = new TextEncoder();
const encoded = new WeakMap<HubEvent, readonly Uint8Array[]>();

/**
 * Encodes an event in the format of the stream (WHATWG HTML, 9.2.5 "Parsing an event stream"), in parts to be sent one
 * after the other. Each event is encoded once for all clients; its large parts are those of the event, not copies.
 *
 * @throws if a part contains a line break, which would end the field and let content pose as another one
 */
export function encodeEvent(event: HubEvent): readonly Uint8Array[] {
  const known = encoded.get(event);
  if (known) return known;
  const { name, id, json } = event;
  if (LINE_BREAK.test(name)) throw new Error('The name of an event must not hold a line break.');
  if (id !== undefined && LINE_BREAK.test(id)) throw new Error('The id of an event must not hold a line break.');
  const head = `event: ${name}\n${id === undefined ? '' : `id: ${id}\n`}data: `;
  // Joined before it is searched for line breaks: a page of messages has a thousand parts.
  const data = joinSmall(json.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)));
  if (data.some((part) => part.includes(LF) || part.includes(CR)))
    throw new Error(`The data of an event must be one line; that of "${name}" is not.`);
  const parts = joinSmall([Buffer.from(head), ...data, END]);
  encoded.set(event, parts);
  return parts;
}

/** Tells a browser how long to wait before it reconnects, in milliseconds. */
export function encodeRetry(milliseconds: number): Uint8Array<ArrayBuffer> {
  return encoder.encode(`retry: ${milliseconds}\n\n`);
}
