/**
 * The log: one line on the standard output for each event worth knowing afterwards. Never contains texts of the swarm,
 * credentials, query texts or requested paths; errors go through `safeError`.
 */
import { isatty } from 'node:tty';
import pino, { type DestinationStream, type Logger } from 'pino';
import pretty from 'pino-pretty';
import { safeError } from './safe-error';

const STDOUT = 1;
/** Bytes of unread lines that are kept; more are dropped, and the server continues. */
const MAX_PENDING_BYTES = 4 * 2 ** 20;
const FLUSH_TIMEOUT_MS = 200;
/** Lines wait this long for others: one write per line took a sixth of the server's time while hundreds reconnect. */
const BATCH_INTERVAL_MS = 20;
const BATCH_BYTES = 8_192;

const ONCE = Symbol.for('claude-swarm-dashboard.log');

export interface LogSettings {
  logLevel: string;
  /** `auto`: `pretty` on a terminal, else `json`. */
  logFormat: 'auto' | 'json' | 'pretty';
}

/** The settings until `openLog` is called. */
const DEFAULT_SETTINGS: LogSettings = { logLevel: 'info', logFormat: 'auto' };

// One server process loads several copies of this module; they share one log.
const shared = globalThis as { [ONCE]?: Logger };

/** Creates the log of this process. Call it before anything is logged. */
export function openLog(settings: LogSettings): void {
  shared[ONCE] = createLog(settings);
}

/** @returns the log of this process */
export function log(): Logger {
  shared[ONCE] ??= createLog(DEFAULT_SETTINGS);
  return shared[ONCE];
}

/**
 * @param to the destination instead of the standard output
 * @returns a log by the settings; an `error` field is made safe
 */
export function createLog({ logLevel, logFormat }: LogSettings, to?: DestinationStream): Logger {
  const isPretty = logFormat === 'pretty' || (logFormat === 'auto' && isatty(STDOUT));
  const options = {
    level: logLevel,
    // Several servers may write to one place: the pid says which of them wrote a line.
    base: { pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { error: safeError },
  };
  return pino(options, to ?? (isPretty ? forTerminal() : unhurried()));
}

/** For a terminal: each line at once, without a worker thread, which a bundled server can't find. */
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

/** Writes without waiting: a stopped reader of the log must not stop the server. */
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
 * Redirects the console, where Next reports faults with their messages: from now on they are logged like every error. A
 * call without an error is logged with the place of the call.
 */
export function takeConsole(): void {
  for (const level of ['error', 'warn'] as const) {
    console[level] = (...said: unknown[]) => {
      const error = said.find((one) => one instanceof Error) ?? new Error();
      log()[level]({ error }, 'Something was reported on the console.');
    };
  }
}

/** @returns whether everything is written; false if the reader has not taken it in time */
export function flushLog(logger = log()): Promise<boolean> {
  return new Promise((resolve) => {
    // After a busy moment timers run first, although the lines may be written by then.
    setTimeout(() => setImmediate(() => resolve(false)), FLUSH_TIMEOUT_MS).unref();
    logger.flush((error) => resolve(!error));
  });
}
