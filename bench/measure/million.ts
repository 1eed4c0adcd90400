/** A swarm with a million messages in its history, created once for all benches that need it. */
import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { writeBacklog } from '../../test/support/backlog';
import { startDashboard, untilRead } from './processes';

export const MILLION = 1_000_000;
/** Contained in about one message of 90,000, and never by chance. */
export const RARE_WORD = 'zanzibar';

export interface Kept {
  root: string;
  history: string;
}

/** @returns a root whose log has a million messages, not read yet */
export function millionLog(scratch: string): Kept & { bytes: number } {
  const root = path.join(scratch, 'million');
  mkdirSync(root);
  const bytes = writeBacklog({ root, messages: MILLION });
  return { root, history: path.join(scratch, 'million.sqlite'), bytes };
}

/** @returns the same with all messages in the history */
export async function millionKept(scratch: string): Promise<Kept> {
  const kept = { root: path.join(scratch, 'million'), history: path.join(scratch, 'million.sqlite') };
  if (existsSync(kept.history)) return kept;
  if (!existsSync(kept.root)) millionLog(scratch);
  const server = await startDashboard(kept.root, kept.history);
  await untilRead(server, MILLION);
  await server.stop();
  return kept;
}

/**
 * @param until the time of the last message, milliseconds since 1970
 * @returns a swarm with few messages, all in the history
 */
export async function fewKept(scratch: string, messages: number, until = Date.now()): Promise<Kept> {
  const root = path.join(scratch, `few-${messages}`);
  const kept = { root, history: `${root}.sqlite` };
  if (existsSync(root)) return kept;
  mkdirSync(root);
  writeBacklog({ root, messages, until });
  return kept;
}
