/** Messages on their way to the thread that serves them, which then never has their texts: only bytes to send on. */
import type { KeptMessage } from './history';

/** A message as the API gives it, in UTF-8. */
export interface EncodedMessage {
  seq: number;
  json: Uint8Array;
}

/** Small messages are put together: a buffer for each would cost more than its bytes. One that is kept keeps its block. */
const BLOCK_BYTES = 64 * 1024;

/** @returns the messages with their JSON in UTF-8, in as few blocks as may be */
export function encodeMessages(messages: readonly KeptMessage[]): EncodedMessage[] {
  const sizes = messages.map(({ json }) => Buffer.byteLength(json));
  let left = sizes.reduce((sum, size) => sum + size, 0);
  let block = Buffer.alloc(0);
  let used = 0;
  return messages.map(({ seq, json }, index) => {
    const size = sizes[index] as number;
    if (used + size > block.length) {
      block = Buffer.from(new ArrayBuffer(Math.max(size, Math.min(left, BLOCK_BYTES))));
      used = 0;
    }
    const start = used;
    used += block.write(json, start);
    left -= size;
    return { seq, json: new Uint8Array(block.buffer, start, size) };
  });
}

/** @returns what is to be handed over instead of copied, each once */
export function blocksOf(messages: readonly EncodedMessage[]): ArrayBuffer[] {
  return [...new Set(messages.map(({ json }) => json.buffer as ArrayBuffer))];
}
