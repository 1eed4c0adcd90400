// @ts-check
/** Opens the browser of the user once the server answers. */
import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';

/** @type {Partial<Record<NodeJS.Platform, [string, ...string[]]>>} */
const OPENERS = { darwin: ['open'], win32: ['cmd', '/c', 'start', ''] };
const TRIES = 50;
/** A browser has read the file by then, even if it had to be started. */
const HIDING_MS = 60_000;

/**
 * Waits for the server, at most a few seconds, and opens its page. Failures are ignored: the address is printed
 * in the terminal.
 *
 * @param {string} address URL of the dashboard
 * @param {string} link the same, with the operator key if commands need it
 * @param {(target: string) => void} open starts the browser
 */
export async function openBrowser(address, link, open = start) {
  for (let tries = 0; tries < TRIES; tries++) {
    await pause(100, undefined, { ref: false });
    const answer = await fetch(`${address}/health`).catch(() => null);
    if (answer === null) continue;
    open(await target(address, link));
    return;
  }
}

/** @param {string} target */
function start(target) {
  const [command, ...rest] = OPENERS[process.platform] ?? ['xdg-open'];
  spawn(command, [...rest, target], { stdio: 'ignore', detached: true })
    .on('error', () => {})
    .unref();
}

/**
 * Other users of the computer see the command lines of all programs, so the key must not be in that of the browser.
 *
 * @param {string} address
 * @param {string} link
 */
async function target(address, link) {
  if (link === address || process.platform === 'win32') return link;
  return (await readsOwnFilesOnly()) ? address : hiddenLink(link);
}

/** Browsers that Ubuntu installs as snaps (`firefox_firefox.desktop`) can't read such a file. */
async function readsOwnFilesOnly() {
  if (process.platform !== 'linux') return false;
  const asked = promisify(execFile)('xdg-settings', ['get', 'default-web-browser'], { timeout: 2000 });
  return asked.then(
    ({ stdout }) => /^[^.]+_[^.]+\.desktop/.test(stdout),
    () => false,
  );
}

/**
 * Writes a file that leads to the link, which only this user can read. It is removed after a minute, or when the
 * process ends.
 *
 * @param {string} link
 * @returns {string} its path
 */
function hiddenLink(link) {
  const folder = mkdtempSync(join(tmpdir(), 'claude-swarm-link-'));
  const file = join(folder, 'open.html');
  const to = link.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
  const page = `<!doctype html><meta charset="utf-8"><title>Claude Swarm</title><meta name="referrer" content="no-referrer"><meta http-equiv="refresh" content="0;url=${to}">\n`;
  writeFileSync(file, page, { mode: 0o600 });
  const remove = () => rmSync(folder, { recursive: true, force: true });
  setTimeout(remove, HIDING_MS).unref();
  process.once('exit', remove);
  return file;
}
