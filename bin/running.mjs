// @ts-check
/**
 * Which dashboards of this user run, and where: each keeps a file while it runs, so that commands find it whatever its
 * port is.
 */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * @typedef {object} Running
 * @property {number} pid
 * @property {string} url without a slash at its end
 * @property {string | null} root the project that it shows; null for an exported time range
 * @property {string | null} keyFile of its operator key, absolute; null for that of the user
 * @property {number} startedAt milliseconds since 1970
 */

const MAX_FILES = 200;

/** @param {string} stateFolder */
const folderIn = (stateFolder) => join(stateFolder, 'running');

/**
 * Announces the dashboard of this process until it ends. A state folder that can't be written is no reason not to start:
 * commands then need `--url`.
 *
 * @param {string} stateFolder absolute
 * @param {Pick<Running, 'url' | 'root' | 'keyFile'>} what
 */
export function announce(stateFolder, what) {
  const folder = folderIn(stateFolder);
  const file = join(folder, `${process.pid}.json`);
  /** @type {string | undefined} */
  let created;
  try {
    for (const name of fileNames(folder)) if (!isAlive(pidIn(name))) rmSync(join(folder, name), { force: true });
    created = mkdirSync(folder, { recursive: true, mode: 0o700 });
    const running = { pid: process.pid, ...what, startedAt: Date.now() };
    writeFileSync(`${file}.tmp`, JSON.stringify(running), { mode: 0o600 });
    renameSync(`${file}.tmp`, file);
  } catch {
    return;
  }
  process.once('exit', () => {
    rmSync(file, { force: true });
    if (created !== undefined) removeEmpty(folder, created);
  });
}

/**
 * Removes the folders that were created for the file, unless something else is in them now.
 *
 * @param {string} folder
 * @param {string} first the outermost of them
 */
function removeEmpty(folder, first) {
  try {
    for (let one = folder; one.length >= first.length; one = dirname(one)) rmdirSync(one);
  } catch {
    // It is in use.
  }
}

/**
 * @param {string} stateFolder absolute
 * @returns {Running[]} the dashboards whose process exists, the newest first
 */
export function listRunning(stateFolder) {
  const folder = folderIn(stateFolder);
  const found = fileNames(folder).flatMap((name) => {
    const running = readRunning(join(folder, name));
    return running !== null && running.pid === pidIn(name) && isAlive(running.pid) ? [running] : [];
  });
  return found.sort((one, other) => other.startedAt - one.startedAt);
}

/**
 * @param {string} folder
 * @returns {string[]}
 */
function fileNames(folder) {
  try {
    return readdirSync(folder)
      .filter((name) => /^\d{1,10}\.json$/.test(name))
      .slice(0, MAX_FILES);
  } catch {
    return [];
  }
}

/** @param {string} name of a file */
const pidIn = (name) => Number.parseInt(name, 10);

/**
 * @param {string} file
 * @returns {Running | null}
 */
function readRunning(file) {
  try {
    const { pid, url, root, keyFile, startedAt } = JSON.parse(readFileSync(file, 'utf8'));
    const areTexts = [root, keyFile].every((one) => one === null || typeof one === 'string');
    const isValid = areTexts && typeof url === 'string' && typeof startedAt === 'number';
    return isValid ? { pid, url, root, keyFile, startedAt } : null;
  } catch {
    return null;
  }
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM';
  }
}
