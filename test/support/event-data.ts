/** @returns the data of an event as one text */
export function dataOf({ json }: { json: readonly (string | Uint8Array)[] }): string {
  return Buffer.concat(json.map((part) => (typeof part === 'string' ? Buffer.from(part) : part))).toString();
}
