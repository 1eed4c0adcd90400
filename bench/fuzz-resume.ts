import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { parseCursor } from '../lib/contract/events';
import type { Connected, MessagesEvent } from '../lib/contract/schemas';
import { Random } from '../lib/simulator/random';
import { LogWriter } from '../lib/sources/claudeswarm/writer';
import { longestHolds, measuringHolds, readHolds } from './loop-holds';
import { makeScratch } from './scratch';
import { type Shown, showId, strangeId } from './strange-ids';
import { compare, compareWithWriters, type Received, verdictFaults } from './torture-checks';
import { Follower, receivedOf } from './torture-follower';
import { Server } from './torture-server';
import { tracedLine } from './torture-writer';

const WRITER = 1;
const WRITE_INTERVAL_MS = 25;
const MAX_BATCH = 6;
const ROTATE_AT_BYTES = 2_000_000;
const FOLLOWERS = 6;
/** Clients that ask at the same time. */
const ASKERS = 8;
const BREAK_INTERVAL_MS = 120;
const MAX_HOLD_MS = 100;
const WARM_UP_MS = 5_000;
const ARRIVAL_TIMEOUT_MS = 60_000;
const MAX_FAULTS = 20;

interface Fuzz {
  server: Server;
  random: Random;
  /** Messages that are published, by their number; the newest last. */
  recorded: Received[];
  epoch: string;
  faults: string[];
  asked: Map<string, number>;
}

function note(fuzz: Fuzz, fault: string): void {
  if (fuzz.faults.length < MAX_FAULTS) fuzz.faults.push(fault);
}

/** Asks with one id after the other, and holds each answer against what the id must be answered with. */
async function askOn(fuzz: Fuzz, until: number): Promise<void> {
  while (performance.now() < until && fuzz.faults.length < MAX_FAULTS) {
    const known = fuzz.recorded.at(-1)?.seq ?? 0;
    const strange = strangeId(fuzz.random, { epoch: fuzz.epoch, newest: known });
    const shown = await showId(fuzz.server.port, strange);
    fuzz.asked.set(strange.kind, (fuzz.asked.get(strange.kind) ?? 0) + 1);
    const fault = resumeFault(fuzz, strange, shown, known);
    if (fault !== null) note(fuzz, `${strange.kind} ${JSON.stringify(strange.id.slice(0, 80))}: ${fault}`);
  }
}

/** @param known the newest message that was known to be published when the id was shown */
function resumeFault(
  fuzz: Fuzz,
  { id, inQuery, bytes, refused }: ReturnType<typeof strangeId>,
  shown: Shown,
  known: number,
) {
  if (refused.includes(shown.status)) return null;
  if (shown.status !== 200) return `status ${shown.status}`;
  if (shown.connected === null || shown.messages === null) return 'no first messages';
  // The blanks around the value of a header are none of it.
  const place = bytes === null ? parseCursor(inQuery ? id : id.replace(/^[ \t]+|[ \t]+$/g, '')) : null;
  const { resumed, gap } = shown.connected as Connected;
  const isOwn = place !== null && place.epoch === fuzz.epoch;
  if (resumed && (!isOwn || gap)) return `resumed, gap ${gap}`;
  if (isOwn && place.seq <= known && !resumed) return 'a true id was not resumed';
  const shows = shown.visible;
  if (!resumed && gap !== shows) return `gap ${gap} where ${shows ? 'an unknown' : 'no'} id was shown`;
  return contentFault(fuzz, shown.messages, resumed && place !== null ? place.seq : null);
}

/** What follows a place must follow without a hole; what is given to everybody must end with a true id. */
function contentFault(fuzz: Fuzz, { messages, count }: MessagesEvent, after: number | null): string | null {
  if (messages.length !== count) return `count ${count} with ${messages.length} messages`;
  if (after === null && messages.length > 50) return `${messages.length} messages for an unknown id`;
  const seqs = messages.map(({ seq }) => seq);
  // One writer and no pruning: numbers have no holes.
  const first = after === null ? seqs[0] : after + 1;
  const wrong = seqs.findIndex((seq, index) => seq !== (first as number) + index);
  if (wrong >= 0) return `message ${seqs[wrong]} in place ${wrong} after ${after}`;
  for (const message of messages) {
    const { seq, trace } = receivedOf(message);
    if (trace < 0 || trace % 1_000_000 !== seq - (fuzz.recorded[0]?.seq ?? 1) - offset(fuzz)) {
      return `message ${seq} has the content of another`;
    }
  }
  return null;
}

/** Serial numbers of the writer begin with 0, the numbers of messages with that of the first. */
function offset({ recorded }: Fuzz): number {
  return -((recorded[0]?.trace ?? 0) % 1_000_000);
}

/** Takes what is published, as one client that is never cut off. */
function watchRecorded(fuzz: Fuzz): Follower {
  const watch = new Follower(fuzz.server.url, new Random(0));
  fuzz.recorded = watch.received;
  watch.connect();
  return watch;
}

/** Clients that break off at any moment and resume with their true id. */
async function breakOff(followers: readonly Follower[], random: Random, until: number): Promise<void> {
  while (performance.now() < until) {
    await delay(random.integer(1, BREAK_INTERVAL_MS));
    const follower = random.pick(followers);
    follower.disconnect();
    if (random.chance(0.3)) await delay(random.integer(1, BREAK_INTERVAL_MS));
    follower.connect();
  }
}

async function fuzzResume(minutes: number, seed: number, scratch: string): Promise<Fuzz & { facts: string }> {
  const random = new Random(seed);
  const delays = path.join(scratch, 'loop-delay');
  const server = new Server(scratch, path.join(scratch, 'history.sqlite'), {
    ...measuringHolds(delays),
  });
  const fuzz: Fuzz = { server, random, recorded: [], epoch: '', faults: [], asked: new Map() };
  const log = new LogWriter(scratch, { rotateAtBytes: ROTATE_AT_BYTES });
  let written = 0;
  const write = () => {
    const count = random.integer(1, MAX_BATCH);
    log.appendAll(Array.from({ length: count }, () => tracedLine(random, WRITER, written++)));
  };
  write();
  let writing: NodeJS.Timeout | undefined;
  const followers: Follower[] = [];
  try {
    await server.start();
    const watch = watchRecorded(fuzz);
    followers.push(watch);
    while (watch.lastEventId === '') await delay(20);
    fuzz.epoch = parseCursor(watch.lastEventId)?.epoch ?? '';
    for (let index = 1; index <= FOLLOWERS; index++) followers.push(new Follower(server.url, new Random(seed + index)));
    for (const follower of followers.slice(1)) follower.connect();
    writing = setInterval(write, WRITE_INTERVAL_MS);
    await delay(WARM_UP_MS);
    const measuredFrom = Date.now();
    const until = performance.now() + minutes * 60_000;
    await Promise.all([
      ...Array.from({ length: ASKERS }, () => askOn(fuzz, until)),
      breakOff(followers.slice(1), random, until),
    ]);
    clearInterval(writing);
    await untilArrived(followers, written);
    await checkEnd(fuzz, followers, written);
    const { byClock, byThread } = longestHolds(readHolds(delays, measuredFrom));
    const { ran } = byThread;
    if (ran > MAX_HOLD_MS) note(fuzz, `the event loop was held for ${ran.toFixed(0)} ms of processor time`);
    const kinds = [...fuzz.asked].map(([kind, count]) => `${count} ${kind}`).join(', ');
    const connections = followers.reduce((sum, follower) => sum + follower.connections, 0);
    const facts =
      `${minutes} min, seed ${seed}: ${kinds}; ${written} messages, ${log.rotations} rotations, ${followers.length} ` +
      `clients over ${connections} connections; event loop held at most ${ran.toFixed(0)} ms of ` +
      `processor time (${byClock.held.toFixed(0)} ms by the clock)`;
    return { ...fuzz, facts };
  } finally {
    clearInterval(writing);
    for (const follower of followers) follower.disconnect();
    log.close();
    await server.stop('SIGKILL');
  }
}

async function untilArrived(followers: readonly Follower[], written: number): Promise<void> {
  const last = WRITER * 1_000_000 + written - 1;
  const begun = performance.now();
  while (followers.some(({ received }) => received.at(-1)?.trace !== last)) {
    if (performance.now() - begun > ARRIVAL_TIMEOUT_MS) return;
    await delay(20);
  }
}

async function checkEnd(fuzz: Fuzz, followers: readonly Follower[], written: number): Promise<void> {
  if ((await fuzz.server.health()) === null) note(fuzz, 'the process does not answer');
  const { backwards } = await fuzz.server.history();
  const inHistory = verdictFaults(compareWithWriters(backwards, new Map([[WRITER, written]])));
  if (inHistory !== null) note(fuzz, `history: ${inHistory}`);
  for (const [index, { received, gapsSaid, faults }] of followers.entries()) {
    const atClient = verdictFaults(compare(received, backwards));
    if (atClient !== null) note(fuzz, `client ${index}: ${atClient}`);
    if (gapsSaid > 0) note(fuzz, `client ${index} was told of a gap ${gapsSaid} times`);
    for (const fault of faults) note(fuzz, `client ${index}: ${fault}`);
  }
}

function readFlags(): { minutes: number; seed: number } {
  try {
    const { values } = parseArgs({ options: { minutes: { type: 'string', default: '10' }, seed: { type: 'string' } } });
    const minutes = Number(values.minutes);
    const seed = Number(values.seed ?? Date.now() % 1_000_000);
    if (!(minutes > 0 && minutes <= 1440))
      throw new Error(`--minutes ${values.minutes} is not valid: give 0.1 to 1440.`);
    if (!Number.isSafeInteger(seed)) throw new Error(`--seed ${values.seed} is not valid: give a whole number.`);
    return { minutes, seed };
  } catch (error) {
    const usage = 'Usage: node --import tsx bench/fuzz-resume.ts [--minutes N] [--seed N]';
    console.error(`${error instanceof Error ? error.message : error}\n${usage}`);
    process.exit(2);
  }
}

const { minutes, seed } = readFlags();
const { facts, faults } = await fuzzResume(minutes, seed, makeScratch('fuzz-resume'));
console.log(facts);
for (const fault of faults) console.log(`FAILED  ${fault}`);
if (faults.length === 0) console.log('All as it must be.');
process.exit(faults.length === 0 ? 0 : 1);
