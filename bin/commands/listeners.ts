/** Which users listen on a port of this computer. */
import { readFileSync } from 'node:fs';

const LISTENING = '0A';

/** @returns the user ids; empty where the system does not say, and where nobody listens */
export function listenersOn(port: number): number[] {
  return ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((file) => listenersIn(readTable(file), port));
}

/**
 * @param table the content of `/proc/net/tcp` or `tcp6`: a heading, then
 *   `sl local_address rem_address st tx:rx tr:when retrnsmt uid ...`, addresses and ports in hexadecimal digits
 */
export function listenersIn(table: string, port: number): number[] {
  const wanted = port.toString(16).toUpperCase().padStart(4, '0');
  return table.split('\n').flatMap((line) => {
    const [, local = '', , state, , , , uid] = line.trim().split(/\s+/);
    return state === LISTENING && local.endsWith(`:${wanted}`) ? [Number(uid)] : [];
  });
}

function readTable(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
