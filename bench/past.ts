/**
 * `node --import tsx bench/past.ts`: measures requests about the past, with a million journal entries and
 * 100,000 recorded messages. Ends with exit code 1 if a limit is exceeded.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { History } from '../lib/history/history';
import type { QuestionName, Questions } from '../lib/queries/questions';
import { Random } from '../lib/simulator/random';
import { answerQuestion } from '../lib/workers/answers';
import { writePast } from './past-swarm';

const { values } = parseArgs({
  options: {
    entries: { type: 'string', default: '1000000' },
    messages: { type: 'string', default: '100000' },
    days: { type: 'string', default: '10' },
    /** A database created before, or the path to create it. */
    file: { type: 'string' },
  },
});
const DAY_MS = 86_400_000;
const days = Number(values.days);
const folder = mkdtempSync(join(tmpdir(), 'past-'));
const file = values.file ?? join(folder, 'history.sqlite');
const until = Date.UTC(2026, 0, 30);
const since = until - days * DAY_MS;
const random = new Random(7);

interface Figure {
  question: string;
  times: number[];
  /** Processor time of this process for each answer, in milliseconds; the same on a busy machine. */
  cpu: number;
  /** 99 % must be within it, in milliseconds. */
  limit: number;
}

/** Sends many requests, each a different one. */
function measure<Name extends QuestionName>(
  question: string,
  name: Name,
  limit: number,
  asked: number,
  query: () => Questions[Name]['query'],
): Figure {
  const before = process.cpuUsage();
  const times = Array.from({ length: asked }, () => {
    const chosen = query();
    const start = performance.now();
    answerQuestion(history, name, chosen);
    return performance.now() - start;
  });
  const { user, system } = process.cpuUsage(before);
  return { question, limit, cpu: (user + system) / 1000 / asked, times: times.sort((a, b) => a - b) };
}

const start = performance.now();
const fresh = new History(file);
const empty = fresh.head() === 0;
fresh.close();
if (empty) writePast(file, { entries: Number(values.entries), messages: Number(values.messages), days }, until);
console.log(`Written in ${((performance.now() - start) / 1000).toFixed(0)} s.`);

const history = new History(file, { readonly: true });
const part = () => `src/checkout/part-${random.integer(0, 79)}.ts`;
const figures = [
  measure('state at a moment', 'state', 20, 1000, () => ({ at: random.integer(since, until) })),
  measure('one agent', 'agent_history', 200, 100, () => ({ id: `agent-${random.integer(0, 7)}`, limit: 50 })),
  measure('one file', 'lock_history', 20, 500, () => ({ filepath: part(), limit: 50 })),
  measure('one file, one holder', 'lock_history', 20, 500, () => ({
    filepath: part(),
    holder: `agent-${random.integer(0, 7)}`,
    limit: 50,
  })),
];
history.close();
rmSync(folder, { recursive: true, force: true });

const at = (times: readonly number[], share: number) => (times[Math.floor((times.length - 1) * share)] ?? 0).toFixed(1);
for (const { question, times, limit, cpu } of figures) {
  const within = Number(at(times, 0.99)) <= limit;
  console.log(
    `${question.padEnd(24)} median ${at(times, 0.5)} ms, 99 % ${at(times, 0.99)} ms, limit ${limit} ms, CPU ${cpu.toFixed(1)} ms: ${within ? 'pass' : 'FAIL'}`,
  );
  if (!within) process.exitCode = 1;
}
console.log(`Load of this machine: ${loadavg()[0]?.toFixed(1)}`);
