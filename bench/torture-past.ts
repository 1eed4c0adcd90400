/** What threatens the messages that are kept: a clock that jumps, and logs that are cut or replaced while they are followed. */
import { appendFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Sources } from '../lib/contract/schemas';
import { Random } from '../lib/simulator/random';
import { LOG_NAME } from '../lib/sources/claudeswarm/message-log';
import { StateWatch } from './torture-follower';
import type { Outcome } from './torture-report';
import { Server } from './torture-server';

interface Folders {
  root: string;
  control: string;
}

const DAY_MS = 86_400_000;
const JUMPS_DAYS = [31, -31, 400, -400, -40, 40];
const MESSAGES = 500;
/** What is too old is deleted once a second. */
const PRUNE_TIMEOUT_MS = 2500;
const ARRIVAL_DEADLINE_MS = 30_000;
const MAX_NEW_LINES = 20;
const BROKEN_CHANCE = 0.2;

/** @returns settings of a server whose clock is shifted by the milliseconds that stand in a file */
export function shiftedClock(file: string): Record<string, string> {
  const module = import.meta.resolve('../test/support/shifted-clock.mjs');
  return { CLOCK_SHIFT_FILE: file, NODE_OPTIONS: `--import ${module}` };
}

/** Sets the clock ahead and back by more than the retention: nothing may be deleted, and each jump must be said. */
export async function jumpingClock({ root, control }: Folders): Promise<Outcome> {
  const shift = path.join(control, 'shift');
  const log = path.join(root, LOG_NAME);
  const server = new Server(root, path.join(control, 'history.sqlite'), shiftedClock(shift));
  const say = (count: number) =>
    appendFileSync(log, Array.from({ length: count }, (_, n) => `{"content": "message ${n}"}\n`).join(''));
  let written = MESSAGES;
  let ahead = 0;
  const faults: string[] = [];
  try {
    say(MESSAGES);
    await server.start();
    const watch = new StateWatch<Sources>(server.url, 'sources');
    // A history that is empty at its start knows no time before the jump.
    while ((await server.stats()).message_count < MESSAGES) await delay(10);
    for (const days of JUMPS_DAYS) {
      ahead += days;
      writeFileSync(shift, String(ahead * DAY_MS));
      const sentence = days > 0 ? `went ahead by ${days}.0 days` : `was set back by ${-days}.0 days`;
      const said = await watch.until(({ history }) => history.reason?.includes(sentence) === true);
      if (said === null) faults.push(`the history source does not say that the clock ${sentence}`);
      say(1);
      written += 1;
      await delay(PRUNE_TIMEOUT_MS);
      const { message_count: kept } = await server.stats();
      if (kept !== written) faults.push(`${kept} of ${written} messages are kept after the clock ${sentence}`);
    }
    watch.close();
    const pruned = await server.pruned();
    if (pruned !== 0) faults.push(`the metrics count ${pruned} deleted messages`);
    const jumps = JUMPS_DAYS.map((days) => `${days > 0 ? '+' : ''}${days}`).join(', ');
    return { facts: `clock set by ${jumps} days: ${written} messages, ${pruned} deleted`, faults };
  } finally {
    await server.stop('SIGKILL');
  }
}

/**
 * Appends to the log, cuts it in place and replaces it, with whole lines and broken ones, old ones and new ones. Each line
 * must be kept or counted as skipped, once.
 */
export async function cutLogs({ root, control }: Folders, rounds: number): Promise<Outcome> {
  const server = new Server(root, path.join(control, 'history.sqlite'));
  const random = new Random(rounds);
  const log = path.join(root, LOG_NAME);
  let [content, whole, broken] = [[] as string[], 0, 0];
  const newLines = () =>
    Array.from({ length: random.integer(1, MAX_NEW_LINES) }, () =>
      random.chance(BROKEN_CHANCE) ? `{"broken": ${broken++}` : `{"content": "line ${whole++}"}`,
    );
  const text = (lines: readonly string[]) => lines.map((line) => `${line}\n`).join('');
  const change = () => {
    const lines = newLines();
    const how = random.pick(['append', 'cut', 'replace'] as const);
    if (how === 'append') {
      appendFileSync(log, text(lines));
      content.push(...lines);
      return;
    }
    // A part of what was there may stay: its end, as when a log is trimmed, or nothing.
    const left = random.chance(0.5) ? content.slice(-random.integer(1, MAX_NEW_LINES)) : [];
    content = [...left, ...lines];
    if (how === 'cut') writeFileSync(log, text(content));
    else {
      writeFileSync(`${log}.new`, text(content));
      renameSync(`${log}.new`, log);
    }
  };
  try {
    change();
    await server.start();
    // Answered once the log has been read; what is replaced before that could be read by nobody.
    await server.stats();
    const watch = new StateWatch<Sources>(server.url, 'sources');
    const skipped = () => watch.latest?.log.skipped.reduce((sum, { count }) => sum + count, 0) ?? 0;
    let kept = 0;
    let unlike = 0;
    for (let round = 0; round < rounds && unlike === 0; round += 1) {
      change();
      const begun = performance.now();
      const isComplete = () => kept >= whole && skipped() >= broken;
      do {
        kept = (await server.stats()).message_count;
        if (!isComplete()) await delay(10);
      } while (!isComplete() && performance.now() - begun < ARRIVAL_DEADLINE_MS);
      if (kept !== whole || skipped() !== broken) unlike = round + 1;
    }
    watch.close();
    const sum = `${kept} of ${whole} lines kept, ${skipped()} of ${broken} broken lines counted`;
    const faults = unlike === 0 ? [] : [`after ${unlike} changes: ${sum}`];
    return { facts: `${rounds} times appended, cut or replaced: ${sum}`, faults };
  } finally {
    await server.stop('SIGKILL');
  }
}
