/**
 * Runs the simulated swarm on a root until it gets a signal. Started by the demo of the launcher, tests and benchmarks.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { Simulator } from '../lib/simulator/simulator';

const USAGE_ERROR = 2;

const HELP = `Usage: npm run simulate -- --root DIR [options]

Writes the files of a simulated swarm into DIR until Ctrl-C. DIR is created if needed; the folder of a real swarm is refused.

  --root DIR      the project folder of the swarm, relative to the current folder
  --seed N        random seed: equal seeds give equal stories (default 11)
  --rate N        messages per second on average, 0.01 to 5000 (default 1)
  --agents N      number of agents at the start, 3 to 500 (default: one for each role)
  --rotate-at N   rotate the log above N bytes (default 10485760)
  --incident      begin in the middle of an incident, with a process for each agent; DIR must be new
  --claude DIR    also write what Claude Code writes, sessions, transcripts and a team, into DIR, with a process for each
                  agent; DIR is created if needed, and --root DIR must be new
  --people        with --claude: agents react to people; sessions take messages, and released locks find a new holder
  --dashboard URL with --people: also report dialogs to this dashboard, with the token in --hook-token-file FILE
  --duration N    end after N seconds
  --help          print this help
`;

interface Settings {
  root: string;
  seed: number;
  messagesPerSecond: number;
  agents?: number;
  rotateAtBytes?: number;
  incident: boolean;
  claudeFolder?: string;
  durationSeconds?: number;
  people?: { hook: { url: string; token: string } | null };
}

/** @returns null if only the help was asked for */
function readSettings(): Settings | null {
  const { values } = parseArgs({
    options: {
      root: { type: 'string' },
      seed: { type: 'string', default: '11' },
      rate: { type: 'string', default: '1' },
      agents: { type: 'string' },
      'rotate-at': { type: 'string' },
      incident: { type: 'boolean', default: false },
      claude: { type: 'string' },
      people: { type: 'boolean', default: false },
      dashboard: { type: 'string' },
      'hook-token-file': { type: 'string' },
      duration: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) return null;
  if (!values.root)
    throw new Error('--root is missing: give the folder for the files of the simulated swarm (see --help).');
  return {
    // npm has changed to the folder of this package; the path is relative to the folder of the user.
    root: path.resolve(process.env.INIT_CWD ?? '', values.root),
    seed: numberFlag('--seed', values.seed, { from: 0, to: Number.MAX_SAFE_INTEGER, integer: true }),
    messagesPerSecond: numberFlag('--rate', values.rate, { from: 0.01, to: 5000 }),
    agents:
      values.agents === undefined
        ? undefined
        : numberFlag('--agents', values.agents, { from: 3, to: 500, integer: true }),
    rotateAtBytes:
      values['rotate-at'] === undefined
        ? undefined
        : numberFlag('--rotate-at', values['rotate-at'], { from: 1000, to: Number.MAX_SAFE_INTEGER, integer: true }),
    incident: values.incident,
    claudeFolder: values.claude === undefined ? undefined : path.resolve(process.env.INIT_CWD ?? '', values.claude),
    ...(values.people && { people: { hook: readHook(values.dashboard, values['hook-token-file']) } }),
    durationSeconds:
      values.duration === undefined ? undefined : numberFlag('--duration', values.duration, { from: 0.1, to: 1e6 }),
  };
}

function readHook(url: string | undefined, tokenFile: string | undefined): { url: string; token: string } | null {
  if (url === undefined || tokenFile === undefined) return null;
  return { url, token: readFileSync(path.resolve(process.env.INIT_CWD ?? '', tokenFile), 'utf8').trim() };
}

function numberFlag(
  flag: string,
  text: string,
  { from, to, integer = false }: { from: number; to: number; integer?: boolean },
): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (!(value >= from && value <= to) || (integer && !Number.isInteger(value))) {
    throw new Error(`${flag} ${text} is not valid: give ${integer ? 'an integer' : 'a number'} from ${from} to ${to}.`);
  }
  return value;
}

async function run({ durationSeconds, ...options }: Settings): Promise<void> {
  const ended = new Promise<void>((end) => {
    process.once('SIGTERM', end).once('SIGINT', end).once('disconnect', end);
    // The parent process may be killed; the end of the pipe shows it.
    if (!process.stdin.isTTY) process.stdin.once('end', end).once('error', end).resume();
    if (durationSeconds !== undefined) setTimeout(end, durationSeconds * 1000);
  });
  const simulator = new Simulator(options);
  simulator.prepare();
  simulator.start();
  console.log(
    `Simulated swarm in ${options.root}: seed ${options.seed}, ${options.messagesPerSecond} messages per second.`,
  );
  await ended;
  await simulator.stop();
}

try {
  const settings = readSettings();
  if (settings === null) process.stdout.write(HELP);
  else await run(settings);
  process.exit(0);
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(USAGE_ERROR);
}
