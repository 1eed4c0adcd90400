import type { HubEvent } from '../../hub/hub';
import { joinSmall, totalBytes } from '../stream/join-small';

/** The first byte of a frame: a whole text message (RFC 6455, 5.2). */
const WHOLE_TEXT = 0x81;
const END = Buffer.from('}');
const encoded = new WeakMap<HubEvent, readonly Uint8Array[]>();

/**
 * Encodes an event as one frame, `{"event", "id"?, "data"}`, in parts to be sent one after the other. Each event is encoded
 * once for all clients, since frames of a server are not masked; its large parts are those of the event, not copies.
 */
export function encodeFrame(event: HubEvent): readonly Uint8Array[] {
  const known = encoded.get(event);
  if (known) return known;
  const { name, id, json } = event;
  const head = `{"event":${JSON.stringify(name)}${id === undefined ? '' : `,"id":${JSON.stringify(id)}`},"data":`;
  const data = json.map((part) => (typeof part === 'string' ? Buffer.from(part) : part));
  const parts = frameOf([Buffer.from(head), ...data, END]);
  encoded.set(event, parts);
  return parts;
}

/** @returns a text message as one frame */
export function textFrame(text: string): readonly Uint8Array[] {
  return frameOf([Buffer.from(text)]);
}

function frameOf(payload: readonly Uint8Array[]): readonly Uint8Array[] {
  return joinSmall([frameHead(totalBytes(payload)), ...payload]);
}

/** The head of an unmasked frame. */
function frameHead(bytes: number): Uint8Array {
  if (bytes < 126) return Uint8Array.of(WHOLE_TEXT, bytes);
  const head = Buffer.alloc(bytes < 2 ** 16 ? 4 : 10);
  head[0] = WHOLE_TEXT;
  if (bytes < 2 ** 16) {
    head[1] = 126;
    head.writeUInt16BE(bytes, 2);
  } else {
    head[1] = 127;
    head.writeBigUInt64BE(BigInt(bytes), 2);
  }
  return head;
}
