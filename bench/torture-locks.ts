/** Locks under torture, and files that vanish: what is shown must be exact a moment after the last change. */
import { rmSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises';
import type { LocksAnswer, Sources } from '../lib/contract/schemas';
import { writeRegistry } from '../lib/simulator/registry-file';
import { lockFileName } from '../lib/sources/claudeswarm/lock-entry';
import { LOCKS_FOLDER } from '../lib/sources/claudeswarm/locks';
import { LOG_NAME } from '../lib/sources/claudeswarm/message-log';
import { REGISTRY_FILE } from '../lib/sources/claudeswarm/registry';
import { acquireLock, createLock, releaseLock } from '../lib/sources/claudeswarm/writer';
import { StateWatch } from './torture-follower';
import { roster } from './torture-registry';
import type { Outcome } from './torture-report';

const EXACT_LOCKS_MS = 1000;
const HOLDER = 'agent-1';

/** Creates and releases many locks, and lets the lock folder vanish and come back. */
export async function tortureLocks(
  url: string,
  root: string,
  plan: { locks: number; folders: number },
): Promise<Outcome> {
  const folder = path.join(root, LOCKS_FOLDER);
  await mkdir(folder, { recursive: true });
  const watch = new StateWatch<LocksAnswer>(url, 'locks');
  const checks: SetCheck[] = [];
  const paths = Array.from({ length: plan.locks }, (_, index) => `src/generated/file-${index}.ts`);
  for (const [index, filepath] of paths.entries()) {
    createLock(root, { agentId: HOLDER, filepath, reason: 'torture', now: Date.now() });
    if (index % 100 === 99) await nextTurn();
  }
  checks.push(await exactSet(watch, `${plan.locks} created`, paths));
  for (const [index, filepath] of paths.entries()) {
    releaseLock(root, HOLDER, filepath);
    if (index % 100 === 99) await nextTurn();
  }
  checks.push(await exactSet(watch, 'all released', []));
  let round: string[] = [];
  for (let made = 1; made <= plan.folders; made += 1) {
    await rm(folder, { recursive: true });
    await mkdir(folder);
    round = Array.from({ length: 5 }, (_, index) => `src/round-${made}/${index}.ts`);
    for (const filepath of round) createLock(root, { agentId: HOLDER, filepath, reason: '', now: Date.now() });
    // Now at once, now after the server may have looked.
    await delay(made % 10);
  }
  checks.push(await exactSet(watch, `folder remade ${plan.folders} times`, round));
  // A folder that vanishes says nothing of its locks; an empty one says that there are none.
  await rm(folder, { recursive: true });
  await delay(VANISHED_MS);
  await mkdir(folder);
  checks.push(await exactSet(watch, 'folder removed and made again, empty', []));
  watch.close();
  return locksOutcome(checks);
}

/** Releases an older lock while newer ones stay. */
export async function releaseOlder(url: string, root: string): Promise<Outcome> {
  const watch = new StateWatch<LocksAnswer>(url, 'locks');
  const now = Date.now();
  const paths = ['src/older.ts', 'src/newer.ts', 'src/newest.ts'];
  for (const [index, filepath] of paths.entries()) {
    acquireLock(root, { agentId: HOLDER, filepath, reason: '', now: now - 60_000 + index * 20_000 });
  }
  const held = await exactSet(watch, 'three held', paths);
  releaseLock(root, HOLDER, 'src/older.ts');
  const left = await exactSet(watch, 'the oldest released', paths.slice(1));
  watch.close();
  return locksOutcome([held, left]);
}

/** Deletes the registry and the log; both must be said to be missing. */
export async function deleteFiles(url: string, root: string): Promise<Outcome> {
  const watch = new StateWatch<Sources>(url, 'sources');
  const faults: string[] = [];
  const facts: string[] = [];
  const seen = async (what: string, test: (sources: Sources) => boolean) => {
    const milliseconds = await watch.until(test);
    if (milliseconds === null) faults.push(`not seen: ${what}`);
    else facts.push(`${what} after ${Math.round(milliseconds)} ms`);
  };
  await seen('both there', ({ registry, log }) => registry.state === 'ok' && log.state !== 'missing');
  rmSync(path.join(root, REGISTRY_FILE));
  await seen('registry missing', ({ registry }) => registry.state === 'missing');
  writeRegistry(root, roster(1), Date.now());
  await seen('registry back', ({ registry }) => registry.state === 'ok');
  rmSync(path.join(root, LOG_NAME));
  await seen('log missing', ({ log }) => log.state === 'missing');
  watch.close();
  return { facts: facts.join(', '), faults };
}

/** By then a reader has confirmed that the folder is gone. */
const VANISHED_MS = 1500;

interface SetCheck {
  what: string;
  /** Until the exact set arrived, or null if it did not. */
  milliseconds: number | null;
}

async function exactSet(watch: StateWatch<LocksAnswer>, what: string, paths: readonly string[]): Promise<SetCheck> {
  const wanted = new Set(paths.map(lockFileName));
  const milliseconds = await watch.until(
    ({ locks, count }) =>
      count === wanted.size && locks.length === wanted.size && locks.every(({ lock_file }) => wanted.has(lock_file)),
  );
  return { what, milliseconds };
}

function locksOutcome(checks: readonly SetCheck[]): Outcome {
  const late = checks.filter(({ milliseconds }) => milliseconds !== null && milliseconds > EXACT_LOCKS_MS);
  return {
    facts: checks
      .map(({ what, milliseconds }) => `${what}: exact after ${Math.round(milliseconds ?? -1)} ms`)
      .join(', '),
    faults: checks
      .filter(({ milliseconds }) => milliseconds === null)
      .map(({ what }) => `${what}: the exact set never came`),
    slow: late.map(({ what, milliseconds }) => `${what}: only after ${Math.round(milliseconds ?? 0)} ms`),
  };
}
