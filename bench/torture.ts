/**
 * `npm run torture`: tests the production server over HTTP against everything that a swarm and its machine can do to
 * it. `--short` is its form for the tests, in which only outcomes can fail and times are only printed. Ends with exit
 * code 1 if anything failed.
 */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { makeScratch } from './scratch';
import { type CommandsPlan, tortureCommands } from './torture-commands';
import { tortureCommandsAmongMany, tortureContest } from './torture-contest';
import { deleteFiles, releaseOlder, tortureLocks } from './torture-locks';
import { tortureManyLocks } from './torture-many-locks';
import { type MessagesPlan, MessageTorture } from './torture-messages';
import { burst, cutLine, doubleRotation, firstRead } from './torture-outages';
import { cutLogs, jumpingClock } from './torture-past';
import { torturePatterns } from './torture-patterns';
import { tortureRegistry } from './torture-registry';
import { Report } from './torture-report';
import { Server } from './torture-server';

interface Plan {
  messages: MessagesPlan;
  fewestRotations: number;
  burst: number;
  registry: { perSecond: number; seconds: number };
  locks: { locks: number; folders: number };
  /** The number of times a log is cut or replaced while it is followed. */
  cuts: number;
  /** Number of lock files in one folder, far more than are listed. */
  manyLocks: number;
  /** Commands of processes that are killed. */
  commands: CommandsPlan;
  /** Attempts of all processes together in each contest for locks. */
  contest: number;
  /** Number of locks among which commands run. */
  commandsAmong: number;
  /** Number of messages of the long first read; 0 for none. */
  backlog: number;
}

const LONG: Plan = {
  messages: {
    writers: 4,
    messages: 100_000,
    messagesPerSecond: 700,
    rotateAtBytes: 1_000_000,
    clients: 50,
    reconnects: 550,
    kills: 20,
    halfLines: 15,
  },
  fewestRotations: 20,
  burst: 5000,
  registry: { perSecond: 1000, seconds: 10 },
  locks: { locks: 10_000, folders: 100 },
  cuts: 300,
  manyLocks: 50_000,
  commands: { commands: 1000, kills: 20 },
  contest: 10_000,
  commandsAmong: 10_000,
  backlog: 1_000_000,
};

const SHORT: Plan = {
  messages: {
    writers: 3,
    messages: 8000,
    messagesPerSecond: 400,
    rotateAtBytes: 200_000,
    clients: 20,
    reconnects: 60,
    kills: 3,
    halfLines: 3,
  },
  // A busy machine is slow to restart the server, and rotation waits for that.
  fewestRotations: 2,
  burst: 5000,
  registry: { perSecond: 1000, seconds: 2 },
  locks: { locks: 1000, folders: 10 },
  cuts: 20,
  manyLocks: 12_000,
  commands: { commands: 150, kills: 5 },
  contest: 800,
  commandsAmong: 2000,
  backlog: 0,
};

async function torture(plan: Plan, report: Report, scratch: string): Promise<void> {
  const folders = foldersIn(scratch, 'swarm');
  const { root } = folders;
  const server = new Server(root, path.join(scratch, 'history.sqlite'));
  await server.start();
  // Before the folder is removed, so that no process writes into it.
  process.prependOnceListener('exit', () => server.abandon());
  const messages = new MessageTorture(server, folders, plan.messages);
  process.prependOnceListener('exit', () => messages.abandon());

  await report.step('messages written', async () => {
    const outcome = await messages.run();
    if (messages.rotations < plan.fewestRotations) outcome.faults.push(`only ${messages.rotations} rotations`);
    return outcome;
  });
  await report.step('messages in the history', () => messages.checkHistory());
  await report.step('messages in the list', () => messages.checkList());
  await report.step('messages at the clients', () => messages.checkClients());
  await report.step('burst', () => burst(root, messages.followers, plan.burst));
  await report.step('line cut off', () => cutLine(server, root));
  const [follower, ...others] = messages.followers;
  for (const other of others) other.disconnect();
  await report.step('registry', () => tortureRegistry(server.url, root, plan.registry));
  await report.step('locks', () => tortureLocks(server.url, root, plan.locks));
  await report.step('hostile patterns', () => torturePatterns(server.url, root));
  await report.step('older lock released', () => releaseOlder(server.url, root));
  if (follower) await report.step('two rotations in one outage', () => doubleRotation(server, root, follower));
  await report.step('files deleted', () => deleteFiles(server.url, root));
  await report.step('stop with open streams', async () => {
    const begun = performance.now();
    const exitCode = await server.stop();
    const milliseconds = performance.now() - begun;
    const faults = exitCode === 0 && milliseconds < 5000 ? [] : ['not gone in order within 5 s'];
    return { facts: `exit code ${exitCode} after ${Math.round(milliseconds)} ms`, faults };
  });
  messages.abandon();
  await report.step('clock that jumps', () => jumpingClock(foldersIn(scratch, 'clock')));
  await report.step('logs cut and replaced', () => cutLogs(foldersIn(scratch, 'cuts'), plan.cuts));
  await report.step('many locks', () => tortureManyLocks(foldersIn(scratch, 'many-locks'), plan.manyLocks));
  await report.step('commands of killed processes', () =>
    tortureCommands(foldersIn(scratch, 'commands'), plan.commands),
  );
  await report.step('locks contested', () => tortureContest(foldersIn(scratch, 'contest').root, plan.contest));
  const among = foldersIn(scratch, 'among');
  await report.step('commands among many locks', () => tortureCommandsAmongMany(among.root, plan.commandsAmong));
  if (plan.backlog > 0) await report.step('first read', () => firstRead(foldersIn(scratch, 'backlog'), plan.backlog));
}

/** A root for a swarm, and beside it a folder for files of the torture itself. */
function foldersIn(scratch: string, name: string): { root: string; control: string } {
  const folders = { root: path.join(scratch, name, 'root'), control: path.join(scratch, name, 'control') };
  for (const folder of Object.values(folders)) mkdirSync(folder, { recursive: true });
  return folders;
}

function readFlags(): { short: boolean } {
  try {
    return { short: parseArgs({ options: { short: { type: 'boolean', default: false } } }).values.short };
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\nUsage: npm run torture [-- --short]`);
    process.exit(2);
  }
}

const { short } = readFlags();
const scratch = makeScratch('torture');
const report = new Report(!short);
try {
  await torture(short ? SHORT : LONG, report, scratch);
} catch (error) {
  console.error(`The torture ended early: ${error instanceof Error ? error.message : error}`);
  process.exit(1);
}
report.end();
process.exit(report.hasFailures ? 1 : 0);
