/** Encodes messages as UTF-8 in the thread that reads them, so that the main thread only forwards bytes. */
import type { KeptMessage } from './history';

/** A message as the API returns it, in UTF-8. */
export interface EncodedMessage {
  seq: number;
  json: Uint8Array;
}

/**
 * Small messages share a block: one buffer each would cost more than their bytes. A message keeps its block in memory.
 */
const BLOCK_BYTES = 64 * 1024;

/** @returns the messages with their JSON in UTF-8, in as few blocks as possible */
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

/** @returns the buffers to transfer to another thread instead of copying, each once */
export function blocksOf(messages: readonly EncodedMessage[]): ArrayBuffer[] {
  return [...new Set(messages.map(({ json }) => json.buffer as ArrayBuffer))];
}
