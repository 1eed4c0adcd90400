import { useEffect } from 'react';
import { sendCommand } from '@/lib/client/commands';
import { PERMISSION_PRESENCE_PATH } from '@/lib/contract/paths';
import type { PresenceBody } from '@/lib/contract/permission-requests';

/** The server forgets a viewer after 45 s. */
const PRESENCE_INTERVAL_MS = 20_000;

/**
 * Says to the server that somebody who may answer permission requests looks at the page, as long as it is visible: only
 * then the requests of subagents are held.
 */
export function usePresence(may: boolean): void {
  useEffect(() => {
    if (!may) return;
    const viewer = randomName();
    let said = false;
    const say = () => {
      const present = document.visibilityState === 'visible';
      if (!present && !said) return;
      said = present;
      const body: PresenceBody = { viewer, present };
      // Without an answer the next attempt follows.
      void sendCommand('POST', PERMISSION_PRESENCE_PATH, body);
    };
    say();
    const timer = setInterval(say, PRESENCE_INTERVAL_MS);
    document.addEventListener('visibilitychange', say);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', say);
    };
  }, [may]);
}

/** `randomUUID` exists only over https and on localhost. */
function randomName(): string {
  return [...crypto.getRandomValues(new Uint8Array(8))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
