/** The commands `locks`, `lock` and `release`. */
import { z } from 'zod';
import { relativeTime } from '../../lib/client/time';
import { LOCKS_PATH, RELEASE_LOCK_PATH } from '../../lib/contract/paths';
import { type Lock, locksAnswer } from '../../lib/contract/schemas';
import type { ApiClient } from './api-client';
import type { LockCommand } from './arguments';
import { type CommandContext, holderOf } from './context';
import { CommandError, EXIT, type ExitCode } from './exit';
import { table, visible } from './text';

const MAX_REASON_LENGTH = 80;

/** What is read of the answers. */
export const lockedAnswer = z.looseObject({ outcome: z.string() });
export const releasedAnswer = z.looseObject({ outcome: z.string() });

export async function runLockCommand(command: LockCommand, context: CommandContext): Promise<ExitCode> {
  switch (command.name) {
    case 'locks':
      return listLocks(command, context);
    case 'lock':
      return acquire(command, context);
    case 'release':
      return command.force ? releaseByForce(command, context) : release(command, context);
  }
}

async function listLocks({ holder }: { holder: string | null }, { client, common, output }: CommandContext) {
  const { answer, text } = await client.get(locksPath(holder), locksAnswer);
  if (common.json) {
    await output.line(text);
    return EXIT.done;
  }
  const now = Date.now();
  if (answer.locks.length === 0) output.remark('There are no locks.');
  else {
    const rows = answer.locks.map((lock) => [
      visible(lock.filepath),
      visible(lock.agent_id),
      lock.acquired_at === null ? '?' : relativeTime(lock.acquired_at, now, 'age'),
      problemsOf(lock).join(', ') || 'ok',
      visible(lock.reason, MAX_REASON_LENGTH),
    ]);
    await output.line(table(['PATH', 'HOLDER', 'AGE', 'STATE', 'REASON'], rows));
  }
  const left = answer.count - answer.locks.length;
  if (holder === null && left > 0)
    output.remark(`${left} more locks are not listed; --holder AGENT lists those of one agent.`);
  if (holder !== null && answer.next_cursor) output.remark('More locks are not listed.');
  return EXIT.done;
}

function locksPath(holder: string | null): string {
  return holder === null ? LOCKS_PATH : `${LOCKS_PATH}?${new URLSearchParams({ holder, limit: '1000' })}`;
}

/** @returns what is wrong with a lock, in words */
export function problemsOf({ stale, orphaned, former_holder, conflicts_with, warnings }: Lock): string[] {
  return [
    ...(orphaned ? ['orphaned'] : []),
    ...(stale ? ['stale'] : []),
    ...(former_holder && !orphaned ? ['former holder'] : []),
    ...(conflicts_with.length > 0 ? ['overlapping'] : []),
    ...(warnings.length > 0 ? ['irregular'] : []),
  ];
}

async function acquire(
  { path, as, reason, seconds }: Extract<LockCommand, { name: 'lock' }>,
  { client, common, output }: CommandContext,
): Promise<ExitCode> {
  const agent_id = await holderOf(client, as);
  const { answer, text } = await client.command({
    path: LOCKS_PATH,
    body: {
      agent_id,
      filepath: path,
      ...(reason !== null && { reason }),
      ...(seconds !== null && { timeout_seconds: seconds }),
    },
    schema: lockedAnswer,
    key: common.key,
  });
  await output.line(common.json ? text : `${visible(answer.outcome)} ${visible(path)} as ${visible(agent_id)}`);
  return EXIT.done;
}

type ReleaseCommand = Extract<LockCommand, { name: 'release' }>;

async function release({ path, as }: ReleaseCommand, { client, common, output }: CommandContext): Promise<ExitCode> {
  const agent_id = await holderOf(client, as);
  const { answer, text } = await client.command({
    path: RELEASE_LOCK_PATH,
    body: { agent_id, filepath: path },
    schema: releasedAnswer,
    key: common.key,
    advice: { lock_held_by_other: 'Here: "release PATH --force".' },
  });
  const said = answer.outcome === 'not_held' ? 'not held:' : visible(answer.outcome);
  await output.line(common.json ? text : `${said} ${visible(path)}`);
  return EXIT.done;
}

/** Takes away the lock that the path has now, and no other that might follow it. */
async function releaseByForce({ path }: ReleaseCommand, { client, common, output }: CommandContext): Promise<ExitCode> {
  const { lock_file, agent_id, locked_at } = await lockOn(client, path);
  const { answer, text } = await client.command({
    path: RELEASE_LOCK_PATH,
    body: { lock_file, expected: { agent_id, locked_at }, force: true },
    schema: releasedAnswer,
    key: common.key,
  });
  const said = answer.outcome === 'not_held' ? 'not held any more:' : visible(answer.outcome);
  await output.line(common.json ? text : `${said} ${visible(path)}, held by ${visible(agent_id)}`);
  return EXIT.done;
}

/** @throws {CommandError} if no lock is on the path, letter for letter */
export async function lockOn(client: ApiClient, path: string): Promise<Lock> {
  for (let cursor: string | null = null; ; ) {
    const query = new URLSearchParams({ limit: '1000', ...(cursor !== null && { cursor }) });
    const { answer } = await client.get(`${LOCKS_PATH}?${query}`, locksAnswer);
    const found: Lock | undefined = answer.locks.find(({ filepath }) => filepath === path);
    if (found) return found;
    cursor = answer.next_cursor ?? null;
    if (cursor === null) break;
  }
  throw new CommandError(`No lock is on ${visible(path)}; "locks" lists the paths as they are locked.`, EXIT.refused);
}
