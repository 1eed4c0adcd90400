/** @returns an instant as the API writes it: ISO 8601 in UTC, milliseconds, offset `+00:00`. */
export function formatInstant(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace('Z', '+00:00');
}
