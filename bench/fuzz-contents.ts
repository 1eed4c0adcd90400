/** Contents for the files of a swarm: with the structure of each kind, but with values that no agent writes. */
import { appendFileSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import fc from 'fast-check';
import type { Random } from '../lib/simulator/random';
import { lockFileName } from '../lib/sources/claudeswarm/lock-entry';
import { LOCKS_FOLDER } from '../lib/sources/claudeswarm/locks';
import { hostileJson } from '../test/support/hostile-json';

const LOG = 'agent_messages.log';
const MAX_LOCK_FILES = 300;
const MAX_LOG_BYTES = 3_000_000;

const name = fc.constantFrom(
  'agent-0',
  'agent-1',
  'agent-2',
  'agent-3',
  '..',
  ' ',
  '__proto__',
  'constructor',
  'all',
  '',
);
const odd = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom('', ' ', '\0', '\ud800', '\u202e', '*', '[', '../..', '\n', '%', 'toString'),
  fc.integer({ min: 1, max: 60_000 }).map((length) => 'é'.repeat(length)),
  fc.constantFrom(0, -1, 1e308, 5e-324, 2 ** 53, null, true, false),
  hostileJson,
  fc.integer({ min: 1, max: 3000 }).map((depth) => JSON.parse('['.repeat(depth) + ']'.repeat(depth)) as unknown),
);
const segment = fc.constantFrom(
  'src',
  'a.ts',
  'b.ts',
  '*',
  '**',
  '?',
  '[a-z]',
  '[!a]',
  '[',
  '..',
  '.',
  '',
  'é',
  '*a*a*a',
);
const repeated = fc
  .tuple(fc.constantFrom('*a', '?', '[ab]', 'a', 'a/', '[', '../'), fc.integer({ min: 1, max: 20_000 }))
  .map(([part, count]) => part.repeat(count).slice(0, 60_000));
const filepath = fc.oneof(
  { weight: 6, arbitrary: fc.array(segment, { maxLength: 6 }).map((parts) => parts.join('/')) },
  { weight: 1, arbitrary: repeated },
  {
    weight: 1,
    arbitrary: fc.tuple(repeated, repeated).map(([one, other]) => `*${one.slice(0, 2000)}b*${other.slice(0, 1500)}`),
  },
);
const instant = fc.oneof(
  fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
  fc.constant(0).map(() => new Date().toISOString().slice(0, -1)),
  fc.constantFrom('0000-00-00', '9999-12-31T23:59:60Z', '2026-02-30T25:61:61', '2026-11-29T08:00:00.123456+14:59', ''),
);
const number = fc.oneof(fc.integer({ min: -5, max: 50 }), fc.double(), fc.integer({ min: 1, max: 4_200_000 }));
const words = fc.oneof(
  fc.string({ maxLength: 200 }),
  fc.array(filepath, { maxLength: 5 }).map((all) => all.join(' ')),
);

type Value = fc.Arbitrary<unknown>;

/** An object of a kind: any field may be missing or have any value; there may be an unknown field. */
function shape(fields: Readonly<Record<string, Value>>): Value {
  const values = Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [
      key,
      fc.oneof({ weight: 12, arbitrary: value }, { weight: 1, arbitrary: odd }),
    ]),
  );
  const known = fc.record(values, { requiredKeys: [] });
  const whole = fc.record(values);
  return fc.oneof(
    { weight: 6, arbitrary: whole },
    { weight: 2, arbitrary: known },
    { weight: 1, arbitrary: fc.tuple(whole, odd).map(([object, value]) => ({ ...object, unknown: value })) },
    { weight: 1, arbitrary: odd },
  );
}

const list = (of: Value, maxLength: number) =>
  fc.oneof({ weight: 9, arbitrary: fc.array(of, { maxLength }) }, { weight: 1, arbitrary: odd });
const names = list(name, 6);

const agent = shape({
  id: name,
  pane_index: fc.constantFrom('work:0.0', 'work:0.1', '%1', ''),
  pid: number,
  status: fc.constantFrom('active', 'stale', 'dead'),
  last_seen: instant,
  session_name: fc.constantFrom('work', 'other'),
  tmux_pane_id: fc.constantFrom('%0', '%1', null),
});
const registry = shape({ session_name: name, updated_at: instant, agents: list(agent, 30), session_names: names });

const message = shape({
  sender: name,
  timestamp: instant,
  msg_type: fc.constantFrom('QUESTION', 'BLOCKED', 'INFO', 'ACK', 'CHALLENGE', 'TASK-RESULT', '', '__proto__'),
  content: fc.oneof(words, fc.constant('[REQUIRES-ACK] please')),
  recipients: names,
  msg_id: fc.oneof(fc.uuid(), fc.constantFrom('same', '')),
  parent_msg_id: fc.constantFrom('same', 'none'),
  requires_ack: fc.boolean(),
  task: shape({ objective: words, files: list(filepath, 4), task_id: fc.constantFrom('t1', 't2') }),
  delivery_status: fc.dictionary(name, fc.boolean()),
  success_count: number,
  failure_count: number,
});

const lock = shape({
  agent_id: name,
  filepath,
  locked_at: fc.oneof(
    fc.constant(0).map(() => Date.now() / 1000),
    number,
  ),
  reason: words,
});

const ack = shape({
  msg_id: fc.constantFrom('same', 'temp-00', 'x'),
  sender_id: name,
  recipient_id: name,
  message: shape({
    sender_id: name,
    timestamp: instant,
    msg_type: words,
    content: words,
    recipients: names,
    msg_id: name,
  }),
  sent_at: instant,
  retry_count: number,
  next_retry_at: instant,
});

const conflict = shape({
  conflict_id: fc.oneof(fc.uuid(), name),
  conflict_type: fc.constantFrom('file_lock', 'resource', 'task_claim', 'merge'),
  agents_involved: list(name, 3),
  resource: filepath,
  detected_at: instant,
  status: fc.constantFrom('pending', 'resolving', 'resolved', 'escalated'),
  metadata: shape({ locked_at: number, lock_reason: words }),
});

const taskId = fc.constantFrom('t1', 't2', 't3', 't4', '__proto__');
const task = shape({
  task_id: taskId,
  objective: words,
  status: fc.constantFrom('pending', 'assigned', 'working', 'review', 'blocked', 'completed', 'failed', 'cancelled'),
  priority: fc.constantFrom('low', 'critical'),
  created_by: name,
  assigned_to: fc.oneof(name, fc.constant(null)),
  files: list(filepath, 4),
  blocked_by: list(taskId, 4),
  blocks: list(taskId, 4),
  history: list(shape({ timestamp: instant, from_status: name, to_status: name, agent_id: name, message: words }), 4),
  created_at: instant,
  updated_at: instant,
});

const config = shape({
  locking: shape({ stale_timeout: number }),
  discovery: shape({ stale_threshold: number }),
  rate_limiting: shape({ messages_per_minute: number, window_seconds: number }),
  dashboard: shape({ port: number, host: words }),
});

/** Files that contain one JSON text each. */
const STORES = {
  'ACTIVE_AGENTS.json': registry,
  'PENDING_ACKS.json': shape({ version: number, pending_acks: list(ack, 200) }),
  'CONFLICT_LOG.json': shape({ version: fc.constant('1.0'), updated_at: instant, conflicts: list(conflict, 600) }),
  'TASKS.json': shape({ version: fc.constant('1.0'), updated_at: instant, tasks: fc.dictionary(taskId, task) }),
  '.claudeswarm.yaml': config,
  '.claudeswarm.toml': config,
} as const;

type Store = keyof typeof STORES;
export type KindName = Store | typeof LOG | typeof LOCKS_FOLDER;

/** Locks and the log are more frequent: they have the most complex readers. */
export const KINDS: readonly KindName[] = [
  ...(Object.keys(STORES) as Store[]),
  ...([LOG, LOG, LOG, LOCKS_FOLDER, LOCKS_FOLDER, LOCKS_FOLDER, LOCKS_FOLDER] as const),
];

/** Changes one kind of file below a root. */
export async function writeKind(root: string, kind: KindName, random: Random): Promise<void> {
  if (kind === LOG) return writeLog(path.join(root, LOG), random);
  if (kind === LOCKS_FOLDER) return writeLocks(path.join(root, LOCKS_FOLDER), random);
  await replace(path.join(root, kind), randomText(STORES[kind], random), random);
}

function sampled<Result>(arbitrary: fc.Arbitrary<Result>, random: Random): Result {
  return fc.sample(arbitrary, { seed: random.integer(0, 2 ** 31 - 1), numRuns: 1 })[0] as Result;
}

/** Sometimes values in Python's spelling that JSON does not have, or bytes that are not text. */
function randomText(arbitrary: Value, random: Random): Buffer {
  const text = JSON.stringify(sampled(arbitrary, random)) ?? 'NaN';
  if (random.chance(0.03)) return Buffer.from(text.replace(/\d+/, 'NaN'));
  const bytes = Buffer.from(text);
  if (random.chance(0.05) && bytes.length > 0) bytes[random.integer(0, bytes.length - 1)] = random.integer(0, 255);
  return random.chance(0.03) ? Buffer.concat([Buffer.from('\ufeff'), bytes]) : bytes;
}

async function replace(file: string, bytes: Buffer, random: Random): Promise<void> {
  rmSync(`${file}.tmp`, { force: true, recursive: true });
  const way = random.integer(0, 19);
  if (way <= 1 || way === 2) rmSync(file, { force: true, recursive: true });
  if (way === 0) return;
  if (way === 1) mkdirSync(file);
  else if (way <= 6) {
    // Torn: first a beginning, the rest a moment later or never.
    rmSync(file, { force: true, recursive: true });
    const cut = random.integer(0, bytes.length);
    writeFileSync(file, bytes.subarray(0, cut));
    await delay(random.integer(0, 30));
    if (random.chance(0.7)) appendFileSync(file, bytes.subarray(cut));
  } else {
    writeFileSync(`${file}.tmp`, bytes);
    rmSync(file, { force: true, recursive: true });
    renameSync(`${file}.tmp`, file);
  }
}

async function writeLog(file: string, random: Random): Promise<void> {
  if (random.chance(0.02)) return replace(file, randomText(message, random), random);
  if (random.chance(0.02)) renameSync(ensured(file), `${file}.old`);
  if (random.chance(0.01)) writeFileSync(ensured(file), '');
  const lines = Array.from({ length: random.integer(1, 30) }, () => randomText(message, random));
  const bytes = Buffer.concat(lines.flatMap((line) => [line, Buffer.from(random.chance(0.97) ? '\n' : '')]));
  if (bytes.length < MAX_LOG_BYTES) appendFileSync(ensured(file), bytes);
}

/** Appends a line to the message log, after the end of a line that is not finished. */
export function appendLine(root: string, line: string): void {
  appendFileSync(ensured(path.join(root, LOG)), `\n${line}\n`);
}

/** There may be a folder in place of the file. */
function ensured(file: string): string {
  try {
    appendFileSync(file, '');
  } catch {
    rmSync(file, { force: true, recursive: true });
    writeFileSync(file, '');
  }
  return file;
}

async function writeLocks(folder: string, random: Random): Promise<void> {
  if (random.chance(0.01)) rmSync(folder, { force: true, recursive: true });
  mkdirSync(folder, { recursive: true });
  const files = readdirSync(folder);
  for (const file of files.length > MAX_LOCK_FILES ? files.slice(0, MAX_LOCK_FILES / 2) : []) {
    rmSync(path.join(folder, file), { force: true, recursive: true });
  }
  for (let made = random.integer(1, 20); made > 0; made--) {
    const bytes = randomText(lock, random);
    const own = random.chance(0.8) ? lockFileName(bytes.toString('utf8', 0, 80)) : `${random.integer(0, 99)}.lock`;
    await replace(path.join(folder, own), bytes, random);
  }
}
