/** Writes the watchdog's log lines from its own thread, since the writes of the main thread wait for its event loop. */
import { constants } from 'node:os';
import { createLog, flushLog, type LogSettings } from '../platform/log';
import type { WatchdogReport } from './watchdog';

/** @returns a function that logs a report; it resolves when the line is written or nothing reads the log */
export function watchdogLog(settings: LogSettings): (report: WatchdogReport) => Promise<void> {
  const log = createLog(settings);
  return (report) => {
    const { type, ...fields } = report;
    if (report.type === 'held') log.error(fields, 'event loop held');
    else if (report.type === 'moved') log.warn(fields, 'event loop moved again');
    else if (report.type === 'without_signals') log.warn('signals not seen by the watchdog');
    else log.error({ ...fields, signal: signalName(report.signal) }, 'process ended by the watchdog');
    return flushLog(log).then(() => {});
  };
}

function signalName(signal: number): string {
  return Object.entries(constants.signals).find(([, number]) => number === signal)?.[0] ?? String(signal);
}
