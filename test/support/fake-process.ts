/** Tabs as processes that run, freeze and end; time is that of mocked timers. */
import { mock } from 'node:test';

/** Runs one tab's code: now, or when it thaws, or never. */
export class Process {
  static current: Process | null = null;
  #state: 'runs' | 'frozen' | 'gone' = 'runs';
  #waiting: (() => void)[] = [];
  /** How far its clock is from that of the others, in milliseconds. */
  clockOffset = 0;

  get gone(): boolean {
    return this.#state === 'gone';
  }

  get frozen(): boolean {
    return this.#state === 'frozen';
  }

  run(task: () => void): void {
    if (this.#state === 'frozen') this.#waiting.push(task);
    if (this.#state !== 'runs') return;
    const before = Process.current;
    Process.current = this;
    task();
    Process.current = before;
  }

  freeze(): void {
    if (this.#state === 'runs') this.#state = 'frozen';
  }

  thaw(): void {
    if (this.#state !== 'frozen') return;
    this.#state = 'runs';
    for (const task of this.#waiting.splice(0)) this.run(task);
  }

  end(): void {
    this.#state = 'gone';
    this.#waiting = [];
  }
}

/** Mocks the timers, each of which belongs to the tab that set it. */
export function mockTabTimers(): void {
  mock.timers.reset();
  mock.timers.enable({ apis: ['setTimeout', 'setInterval', 'Date'], now: Date.parse('2026-03-01T12:00:00Z') });
  const { now } = Date;
  Date.now = () => now() + (Process.current?.clockOffset ?? 0);
  const mocked = { setTimeout, setInterval, clearTimeout, clearInterval };
  const cleared = new WeakSet<object>();
  const owned = (set: (task: () => void, ms: number) => object) => (task: () => void, ms: number) => {
    const owner = Process.current;
    if (owner === null) return set(task, ms);
    // Of a frozen tab an interval gives one late call, not all that it missed.
    let waits = false;
    const timer = set(() => {
      if (waits) return;
      waits = true;
      owner.run(() => {
        waits = false;
        if (!cleared.has(timer)) task();
      });
    }, ms);
    return timer;
  };
  const clear = (clearMocked: (timer: NodeJS.Timeout) => void) => (timer: NodeJS.Timeout | undefined) => {
    if (timer === undefined) return;
    cleared.add(timer);
    clearMocked(timer);
  };
  // By hand: a mocked method would keep every call with its stack.
  Object.assign(globalThis, {
    setTimeout: owned(mocked.setTimeout),
    setInterval: owned(mocked.setInterval),
    clearTimeout: clear(mocked.clearTimeout),
    clearInterval: clear(mocked.clearInterval),
  });
}

/** Runs a task of the system, whatever becomes of the tab that caused it. */
export function later(ms: number, task: () => void): void {
  const before = Process.current;
  Process.current = null;
  setTimeout(task, ms);
  Process.current = before;
}

/** Gives back the timers. */
export function restoreTimers(): void {
  mock.timers.reset();
}
