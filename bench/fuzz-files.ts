/**
 * `npm run fuzz:files`: the production server on a root whose files change continuously to contents that no swarm
 * writes but could: every kind of file, with the structure that its readers expect, with hostile values, whole and
 * torn. Ends with exit code 1 if the server dies, `/health` fails, the event loop is held for more than 100 ms, an
 * answer breaks its schema, the server logs an internal fault, or a well-formed message after all of that is not
 * answered. `--minutes 10` is the duration, `--seed` the random seed; each round depends on the seed
 * and its number alone.
 */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { z } from 'zod';
import {
  agentHistory,
  lockHistory,
  pastState,
  talkAnswer,
  timelineAnswer,
  waitingAnswer,
} from '../lib/contract/past-schemas';
import { agentsAnswer, attentionAnswer, health, locksAnswer, messagesAnswer, stats } from '../lib/contract/schemas';
import { Random } from '../lib/simulator/random';
import { openStream } from '../test/support/sse-client';
import { appendLine, KINDS, type KindName, writeKind } from './fuzz-contents';
import { longestHolds, measuringHolds, readHolds } from './loop-holds';
import { makeScratch } from './scratch';
import { Server } from './torture-server';

const MAX_HOLD_MS = 100;
const ROUND_MS = 100;
/** The first answers of each kind load their code, which blocks the loop once. */
const WARM_UP_MS = 5000;
/** A report of a blocked loop lists what was written and requested within this time before it. */
const TRACE_BACK_MS = 3000;
const HEALTH_TIMEOUT_MS = 5000;
const LAST_MESSAGE_TIMEOUT_MS = 30_000;
/** What the server logs of a fault of its own: a thread that failed, or something that could not be judged or shown. */
const INTERNAL_FAULTS = /Internal fault\.|A message could not be judged\./;
const MAX_LOGGED_CHARACTERS = 400;

const ANSWERS: Readonly<Record<string, z.ZodType>> = {
  '/api/agents': agentsAnswer,
  '/api/locks': locksAnswer,
  '/api/stats': stats,
  '/api/attention': attentionAnswer,
  '/api/waiting': waitingAnswer,
  '/api/messages?limit=200': messagesAnswer,
  '/api/talk': talkAnswer,
  '/api/timeline': timelineAnswer,
  '/api/agent?id=agent-1': agentHistory,
  '/api/locks/history?filepath=src%2Fa.ts': lockHistory,
  '/api/state?at=': pastState,
};

interface Findings {
  faults: Map<string, number>;
  rounds: number;
  answers: number;
  /** Start of the last rounds, milliseconds since 1970, and what they wrote and requested. */
  begun: { at: number; what: string }[];
}

/** Requests one answer. @returns its fault, or null */
async function check(server: Server, place: string, schema: z.ZodType): Promise<string | null> {
  const asked = place.endsWith('at=') ? place + new Date().toISOString() : place;
  const response = await fetch(server.url + asked, { signal: AbortSignal.timeout(20_000) });
  const body: unknown = await response.json();
  // An agent that was not seen yet, or a history that is being created again.
  if (response.status === 404 || response.status === 503) return null;
  if (!response.ok) return `${place} answers ${response.status}`;
  const issue = schema.safeParse(body).error?.issues[0];
  return issue
    ? `${place} breaks its schema at ${issue.path.map((key) => (typeof key === 'number' ? '[]' : String(key))).join('.')}: ${issue.message}`
    : null;
}

function isAlive(pid: number | undefined): boolean {
  try {
    return pid !== undefined && process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function checkHealth(server: Server): Promise<string | null> {
  const response = await fetch(`${server.url}/health`, { signal: AbortSignal.timeout(HEALTH_TIMEOUT_MS) });
  const { success } = health.safeParse(await response.json());
  return success ? null : '/health breaks its schema';
}

/** Appends a well-formed message. @returns a fault if it is not answered within 30 s */
async function checkLastMessage(server: Server, root: string): Promise<string | null> {
  const content = `the last message of ${process.pid}`;
  const line = { sender: 'agent-1', recipients: ['agent-2'], msg_type: 'INFO', msg_id: 'last', content };
  appendLine(root, JSON.stringify({ ...line, timestamp: new Date().toISOString().slice(0, -1) }));
  const until = performance.now() + LAST_MESSAGE_TIMEOUT_MS;
  while (performance.now() < until) {
    const { messages } = await server.messages('limit=10');
    if (messages.some((message) => message.content === content)) return null;
    await delay(ROUND_MS);
  }
  return 'a well-formed message after the last round is not answered';
}

async function fuzz(server: Server, root: string, logged: InternalFaults, { minutes, seed }: Flags): Promise<Findings> {
  const findings: Findings = { faults: new Map(), rounds: 0, answers: 0, begun: [] };
  const note = (fault: string | null, kinds: readonly KindName[]) => {
    if (fault === null) return;
    const count = findings.faults.get(fault) ?? 0;
    findings.faults.set(fault, count + 1);
    if (count === 0) console.log(`round ${findings.rounds} (${kinds.join(', ')}): ${fault}`);
  };
  const until = performance.now() + minutes * 60_000;
  while (performance.now() < until) {
    const random = new Random(seed + findings.rounds);
    const kinds = Array.from({ length: random.integer(1, 3) }, () => random.pick(KINDS));
    for (const kind of kinds) await writeKind(root, kind, random);
    await delay(random.integer(0, ROUND_MS));
    const place = random.pick(Object.keys(ANSWERS));
    findings.begun.push({ at: Date.now(), what: `round ${findings.rounds}: ${kinds.join(', ')}, ${place}` });
    const checks = [checkHealth(server), check(server, place, ANSWERS[place] as z.ZodType)];
    for (const fault of await Promise.allSettled(checks)) {
      note(fault.status === 'fulfilled' ? fault.value : `${place} or /health: ${fault.reason}`, kinds);
    }
    for (const line of logged.take()) note(line, kinds);
    if (!isAlive(server.pid)) {
      note('the server has ended', kinds);
      break;
    }
    findings.rounds++;
    findings.answers += 2;
  }
  return findings;
}

/** Finds in the output of a server what it logs of its own faults. */
class InternalFaults {
  #lines: string[] = [];
  #rest = '';

  /** Takes a piece of the output. */
  feed(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    this.#lines.push(...lines.filter((line) => INTERNAL_FAULTS.test(line)));
  }

  /** @returns the faults since the last call, each without the instant and the pid, which differ every time */
  take(): string[] {
    return this.#lines
      .splice(0)
      .map((line) => line.replace(/"(?:time|pid)":[^,]*,/g, '').slice(0, MAX_LOGGED_CHARACTERS));
  }
}

interface Flags {
  minutes: number;
  seed: number;
}

function readFlags(): Flags {
  const options = { minutes: { type: 'string', default: '10' }, seed: { type: 'string', default: '1' } } as const;
  try {
    const { minutes, seed } = parseArgs({ options }).values;
    const flags = { minutes: Number(minutes), seed: Number(seed) };
    if (!(flags.minutes > 0) || !Number.isInteger(flags.seed)) throw new Error('Both must be numbers.');
    return flags;
  } catch (error) {
    console.error(
      `${error instanceof Error ? error.message : error}\nUsage: npm run fuzz:files [-- --minutes N --seed N]`,
    );
    process.exit(2);
  }
}

const flags = readFlags();
const scratch = makeScratch('fuzz-files');
const root = path.join(scratch, 'root');
mkdirSync(path.join(root, '.agent_locks'), { recursive: true });
const delays = path.join(scratch, 'loop-delay');
const logged = new InternalFaults();
const environment = { ...measuringHolds(delays), LOG_FORMAT: 'json' };
const server = new Server(root, path.join(scratch, 'history.sqlite'), environment, (text) => logged.feed(text));
await server.start();
process.prependOnceListener('exit', () => server.abandon());
const closeStream = openStream({ url: `${server.url}/api/stream`, onEvent: () => {}, onEnd: () => {} });
for (const [place, schema] of Object.entries(ANSWERS)) await check(server, place, schema);
await delay(WARM_UP_MS);
const measuredFrom = Date.now();
const { faults, rounds, answers, begun } = await fuzz(server, root, logged, flags);
const lastFault = await checkLastMessage(server, root).catch(String);
if (lastFault !== null) faults.set(lastFault, 1);
closeStream();
const { byClock, byThread } = longestHolds(readHolds(delays, measuredFrom));
const { held } = byClock;
const { ran, at: ranAt } = byThread;
// On a busy machine a runnable thread waits for a processor: that is not work of the server.
const tooLong = held > MAX_HOLD_MS && ran > MAX_HOLD_MS;
console.log(
  `${rounds} rounds from seed ${flags.seed}, ${answers} answers; event loop held at most ${held} ms, of which its thread ` +
    `ran at most ${ran} ms${tooLong ? `: more than ${MAX_HOLD_MS} ms` : ''}`,
);
if (tooLong) {
  const before = begun.filter(({ at }) => at <= ranAt && at > ranAt - TRACE_BACK_MS);
  console.log(before.map(({ what }) => `  ${what}`).join('\n'));
}
for (const [fault, count] of faults) console.log(`FAILED  ${count} times: ${fault}`);
const exitCode = await server.stop();
if (exitCode !== 0) console.log(`FAILED  the server stopped with exit code ${exitCode}`);
process.exit(faults.size > 0 || tooLong || exitCode !== 0 ? 1 : 0);
