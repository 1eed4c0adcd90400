import type { HubEvent } from '../hub';

const LINE_BREAK = /[\r\n]/;
const END = '\n\n';
const encoder = new TextEncoder();
const encoded = new WeakMap<HubEvent, Uint8Array>();

/**
 * An event as it stands on the wire (WHATWG HTML, 9.2.5 "Parsing an event stream"). Each event is encoded once, for
 * all who get it.
 *
 * @throws if a part holds a line break: it would end the field and let content pose as another one
 */
export function encodeEvent(event: HubEvent): Uint8Array {
  const known = encoded.get(event);
  if (known) return known;
  const { name, id, json } = event;
  if (LINE_BREAK.test(name)) throw new Error('The name of an event must not hold a line break.');
  if (id !== undefined && LINE_BREAK.test(id)) throw new Error('The id of an event must not hold a line break.');
  if (LINE_BREAK.test(json)) throw new Error(`The data of an event must be one line; that of "${name}" is not.`);
  const head = `event: ${name}\n${id === undefined ? '' : `id: ${id}\n`}data: `;
  // Not one text of all three: megabytes would be copied once more.
  const [begin, end] = [Buffer.byteLength(head), Buffer.byteLength(head) + Buffer.byteLength(json)];
  const bytes = Buffer.allocUnsafeSlow(end + END.length);
  bytes.write(head);
  bytes.write(json, begin);
  bytes.write(END, end);
  encoded.set(event, bytes);
  return bytes;
}

/** Tells a browser how long to wait before it reconnects, in milliseconds. */
export function encodeRetry(milliseconds: number): Uint8Array<ArrayBuffer> {
  return encoder.encode(`retry: ${milliseconds}\n\n`);
}
