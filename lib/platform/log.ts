/**
 * The log: one line on the standard output for each thing worth knowing afterwards. Never holds what the swarm wrote,
 * credentials, query texts, nor paths as they were asked; an error goes through `safeError`.
 */
import { isatty } from 'node:tty';
import pino, { type DestinationStream, type Logger } from 'pino';
import pretty from 'pino-pretty';
import { safeError } from './safe-error';

const STDOUT = 1;
/** Of lines that nobody takes, so much is kept; then they are dropped, and the server goes on. */
const MAX_PENDING_BYTES = 4 * 2 ** 20;
const FLUSH_TIMEOUT_MS = 200;
/** Lines wait this long for others: a write for each took a sixth of the server's time while hundreds reconnect. */
const BATCH_INTERVAL_MS = 20;
const BATCH_BYTES = 8_192;

const ONCE = Symbol.for('claude-swarm-dashboard.log');

export interface LogSettings {
  logLevel: string;
  /** `auto`: `pretty` on a terminal, else `json`. */
  logFormat: 'auto' | 'json' | 'pretty';
}

/** Until `openLog` is called. */
const DEFAULT_SETTINGS: LogSettings = { logLevel: 'info', logFormat: 'auto' };

// One server process loads several copies of this module; they share one log.
const shared = globalThis as { [ONCE]?: Logger };

/** Makes the log of this process; to be called before anything is logged. */
export function openLog(settings: LogSettings): void {
  shared[ONCE] = createLog(settings);
}

/** @returns the log of this process */
export function log(): Logger {
  shared[ONCE] ??= createLog(DEFAULT_SETTINGS);
  return shared[ONCE];
}

/**
 * @param to takes the lines instead of the standard output
 * @returns a log as the settings want it; an `error` given to it is made safe
 */
export function createLog({ logLevel, logFormat }: LogSettings, to?: DestinationStream): Logger {
  const isPretty = logFormat === 'pretty' || (logFormat === 'auto' && isatty(STDOUT));
  const options = {
    level: logLevel,
    // Of several servers that write to one place, the process tells whose line it is.
    base: { pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { error: safeError },
  };
  return pino(options, to ?? (isPretty ? forTerminal() : unhurried()));
}

/** A person watches: each line at once. Without a worker thread, which a bundled server can't find. */
function forTerminal(): DestinationStream {
  return pretty({
    destination: STDOUT,
    sync: true,
    colorize: isatty(STDOUT),
    translateTime: 'SYS:HH:MM:ss.l',
    ignore: 'pid',
    singleLine: true,
  });
}

/** Writes without waiting: a reader of the log that has stopped must not stop the server. */
function unhurried(): DestinationStream & { flush(done: (error?: Error) => void): void } {
  const stream = pino.destination({ dest: STDOUT, sync: false, minLength: BATCH_BYTES, maxLength: MAX_PENDING_BYTES });
  let timer: NodeJS.Timeout | null = null;
  const flush = () => {
    timer = null;
    stream.flush();
  };
  return {
    write: (line) => {
      if (timer === null) timer = setTimeout(flush, BATCH_INTERVAL_MS).unref();
      stream.write(line);
    },
    flush: (done) => stream.flush(done),
  };
}

/**
 * Next tells of faults on the console, words and all; from now on they take the way of every error. What is said without
 * an error is told by where it was said.
 */
export function takeConsole(): void {
  for (const level of ['error', 'warn'] as const) {
    console[level] = (...said: unknown[]) => {
      const error = said.find((one) => one instanceof Error) ?? new Error();
      log()[level]({ error }, 'Something was reported on the console.');
    };
  }
}

/** @returns whether everything is written; false if nobody has taken it in time */
export function flushLog(logger = log()): Promise<boolean> {
  return new Promise((resolve) => {
    setTimeout(() => resolve(false), FLUSH_TIMEOUT_MS).unref();
    logger.flush((error) => resolve(!error));
  });
}
