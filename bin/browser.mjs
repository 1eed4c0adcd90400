// @ts-check
/** Opens the browser of the user once the server answers. */
import { spawn } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';

/** @type {Partial<Record<NodeJS.Platform, [string, ...string[]]>>} */
const OPENERS = { darwin: ['open'], win32: ['cmd', '/c', 'start', ''] };
const TRIES = 50;

/**
 * Waits for the server, at most a few seconds, and opens its page. Failures are ignored: the address is printed
 * in the terminal.
 *
 * @param {string} address URL of the dashboard
 */
export async function openBrowser(address) {
  for (let tries = 0; tries < TRIES; tries++) {
    await pause(100, undefined, { ref: false });
    const answer = await fetch(`${address}/health`).catch(() => null);
    if (answer === null) continue;
    const [command, ...rest] = OPENERS[process.platform] ?? ['xdg-open'];
    spawn(command, [...rest, address], { stdio: 'ignore', detached: true })
      .on('error', () => {})
      .unref();
    return;
  }
}
