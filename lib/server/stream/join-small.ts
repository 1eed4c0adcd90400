/** Above this size, a copy costs more time and memory than one more buffer in the system call. */
const LARGE_BYTES = 16 * 1024;

/** @returns the same bytes: small parts copied together, large ones unchanged and shared */
export function joinSmall(parts: readonly Uint8Array[]): Uint8Array[] {
  const joined: Uint8Array[] = [];
  let small: Uint8Array[] = [];
  const join = () => {
    if (small.length > 0) joined.push(Buffer.concat(small));
    small = [];
  };
  for (const part of parts) {
    if (part.byteLength < LARGE_BYTES) {
      small.push(part);
      continue;
    }
    join();
    joined.push(part);
  }
  join();
  return joined;
}

/** @returns the number of bytes of all parts */
export function totalBytes(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, { byteLength }) => sum + byteLength, 0);
}
