/** @returns the path of the command that takes back what is queued of a message */
export function withdrawPath(id: string): string {
  return `/api/messages/outgoing/${encodeURIComponent(id)}`;
}
