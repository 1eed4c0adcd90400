/** Runs the watchdog in the recorder thread. */
import type { LogSettings } from '../platform/log';
import { LoopSigns } from './loop-watch';
import { endProcess, sampleMainThread, watchSignals } from './main-thread';
import type { WatchdogOptions } from './protocol';
import { Watchdog, type WatchdogParts } from './watchdog';

/**
 * Starts to watch the main thread. The log and the native calls are needed only while that is blocked, and are loaded
 * then.
 *
 * @returns functions to call when the main thread has sent something, and when this thread stops
 */
export function startWatchdog(
  { memory, log }: WatchdogOptions,
  { close, onMoved }: Pick<WatchdogParts, 'close' | 'onMoved'>,
): Pick<Watchdog, 'heard' | 'stop'> {
  const report = reporter(log);
  const watchdog = new Watchdog({
    signs: new LoopSigns(memory),
    now: () => performance.now(),
    sample: sampleMainThread,
    report,
    onMoved,
    close,
    end: endProcess,
  });
  const unwatch = watchSignals((signal) => watchdog.signalled(signal));
  if (!unwatch) void report({ type: 'without_signals' });
  return {
    heard: () => watchdog.heard(),
    stop: () => {
      watchdog.stop();
      unwatch?.();
    },
  };
}

function reporter(settings: LogSettings): WatchdogParts['report'] {
  let loaded: Promise<WatchdogParts['report']> | null = null;
  return async (report) => {
    loaded ??= import('./watchdog-log').then(({ watchdogLog }) => watchdogLog(settings));
    await (await loaded)(report);
  };
}
