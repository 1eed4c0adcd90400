/** Words about messages that may have been destroyed before they were read, for the API and for the page. */
import type { LogSource } from './schemas';

/** @returns the time from which messages may be missing, and whether any are known to have existed */
export function lossWords({ since, until, unread_bytes: unread }: LogSource['losses'][number]): string {
  const when = since === null ? `before ${until}` : `between ${since} and ${until}`;
  const what = 'the log was rotated or replaced more often than it could be read';
  if (unread > 0) {
    const bytes = unread === 1 ? '1 byte' : `${unread} bytes`;
    return `Messages written ${when} are missing: ${what}, and ${bytes} that had been written were destroyed unread.`;
  }
  return `Messages written ${when} may be missing: ${what}. Whether anything was written then is unknown.`;
}
