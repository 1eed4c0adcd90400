// @ts-check
/**
 * Holds the event loop of a process, for tests: loaded with `NODE_OPTIONS=--import`. On SIGUSR2 the main thread holds
 * its loop for as long as the file HOLD_LOOP_FILE exists; a pipe there holds it in a call of the system.
 */
import { existsSync, openSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

const file = process.env.HOLD_LOOP_FILE;
if (isMainThread && file !== undefined) process.on('SIGUSR2', () => holdTheLoop(file));

/** @param {string} held */
function holdTheLoop(held) {
  // Of a pipe this waits for somebody who writes.
  openSync(held, 'r');
  while (existsSync(held));
}
