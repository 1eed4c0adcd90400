/**
 * `node --import tsx bench/timeline.ts`: how long `GET /api/timeline` and `GET /api/talk` take for a day with 100,000
 * messages and more than 10,000 locks in view, a million journal entries and a million messages kept; asked of the
 * production server (`npm run build`) over HTTP: the last day again and again, as an open page asks, and spans at random. Ends with exit code 1 where a limit is passed.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { TalkAnswer, TimelineAnswer } from '../lib/contract/past-schemas';
import { History } from '../lib/history/history';
import { Random } from '../lib/simulator/random';
import { ProductionServer } from '../test/support/production-server';
import { writePast } from './past-swarm';

const { values } = parseArgs({
  options: {
    entries: { type: 'string', default: '1000000' },
    messages: { type: 'string', default: '1000000' },
    days: { type: 'string', default: '10' },
    asked: { type: 'string', default: '100' },
    /** A database made before, or where to keep it. */
    file: { type: 'string' },
  },
});
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** A page asks again every few seconds. */
const SLIDES_BY_MS = 3000;
/** 99 % must be within it. */
const LIMIT_MS = 100;
/** Answers that warm the caches of the reader. */
const UNMEASURED = 3;
const days = Number(values.days);
const folder = mkdtempSync(join(tmpdir(), 'timeline-'));
const root = join(folder, 'root');
const file = values.file ?? join(folder, 'history.sqlite');
mkdirSync(join(root, '.agent_locks'), { recursive: true });
const random = new Random(11);

/** Where a span ends that is asked for: at random, or where a page looks that is open, ever a little later. */
const PLACES = {
  random: (length: number) => Math.min(until, until - days * DAY_MS + length + random.integer(0, days * DAY_MS)),
  sliding: (_: number, n: number) => until - (Number(values.asked) - n) * SLIDES_BY_MS,
};

const written = performance.now();
const until = lastMessageAt() ?? write();
console.log(`Written in ${((performance.now() - written) / 1000).toFixed(0)} s.`);

const server = await ProductionServer.started({
  CLAUDESWARM_ROOT: root,
  SWARM_HISTORY: file,
  SWARM_HISTORY_MESSAGES: '10000000',
});
const describeTimeline = ({ totals, messages, locks, health }: TimelineAnswer) =>
  `${totals.messages} messages as ${messages.length} ticks, ${totals.lock_spans} locks as ${locks.length} bars, ${health.length} healths`;
try {
  await measure('timeline of the last day', 'timeline', DAY_MS, LIMIT_MS, describeTimeline, 'sliding');
  for (const [name, length] of [
    ['a day', DAY_MS],
    ['an hour', HOUR_MS],
    ['everything', days * DAY_MS],
  ] as const) {
    const limit = name === 'everything' ? Number.POSITIVE_INFINITY : LIMIT_MS;
    await measure<TimelineAnswer>(`timeline of ${name}`, 'timeline', length, limit, describeTimeline);
    await measure<TalkAnswer>(`talk of ${name}`, 'talk', length, limit, ({ count }) => `${count} pairs`);
  }
} finally {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
}
console.log(`Load of this machine: ${loadavg()[0]?.toFixed(1)}`);

/** @returns when the newest message was sent, null if there is none */
function lastMessageAt(): number | null {
  const history = new History(file);
  const { at } = history.db.prepare('SELECT max(sent_at) / 1000 AS at FROM messages').get() as { at: number | null };
  history.close();
  return at;
}

/** @returns the end of what was written */
function write(): number {
  const now = Date.now();
  writePast(file, { entries: Number(values.entries), messages: Number(values.messages), days }, now);
  const history = new History(file);
  // There is no log that the messages were read from: no place to go on from.
  history.db.prepare("DELETE FROM meta WHERE key = 'checkpoint'").run();
  history.close();
  return now;
}

/** Asks for spans of a length. */
async function measure<Answer>(
  question: string,
  path: string,
  length: number,
  limit: number,
  describe: (answer: Answer) => string,
  place: keyof typeof PLACES = 'random',
): Promise<void> {
  const times: number[] = [];
  let last = '';
  let first = 0;
  const asked = Number.isFinite(limit) ? Number(values.asked) : 5;
  for (let n = 0; n < asked + UNMEASURED; n += 1) {
    const end = PLACES[place](length, n);
    const query = `since=${new Date(end - length).toISOString()}&until=${new Date(end).toISOString()}`;
    const start = performance.now();
    const response = await fetch(`${server.url}/api/${path}?${query}`);
    last = await response.text();
    if (!response.ok) throw new Error(`${path}?${query}: ${last}`);
    const took = performance.now() - start;
    if (n === 0) first = took;
    if (n >= UNMEASURED) times.push(took);
  }
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.floor((times.length - 1) * share)] ?? 0;
  const within = at(0.99) <= limit;
  if (!within) process.exitCode = 1;
  const verdict = Number.isFinite(limit) ? `, limit ${limit} ms: ${within ? 'pass' : 'FAIL'}` : '';
  const figures = `first ${first.toFixed(0)} ms, median ${at(0.5).toFixed(1)} ms, 99 % ${at(0.99).toFixed(1)} ms${verdict}`;
  console.log(
    `${question.padEnd(24)} ${figures} (${describe(JSON.parse(last) as Answer)}, ${Math.round(last.length / 1024)} KB)`,
  );
}
