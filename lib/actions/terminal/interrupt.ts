/** Interrupts agents: Escape once, and whether the agent stopped. */
import { setTimeout as delay } from 'node:timers/promises';
import type { TerminalInterruptAnswer } from '../../contract/terminal-requests';
import { readSessionNow } from '../../sources/claude-code/session-now';
import { pressKeys } from '../../sources/tmux/pane-input';
import type { Reach } from '../messages/delivery';
import type { TerminalOptions } from './terminal-options';
import { attempt, findTerminal } from './terminal-place';

type Outcome = Omit<TerminalInterruptAnswer, 'pane'>;

/**
 * Interrupts agents, each by one Escape at a time: a second one right after it would clear a draft, or open the list of
 * earlier prompts.
 */
export class Interrupts {
  readonly #options: TerminalOptions;
  readonly #running = new Map<string, Promise<TerminalInterruptAnswer>>();

  constructor(options: TerminalOptions) {
    this.#options = options;
  }

  /**
   * Interrupts an agent. One that is just being interrupted gets no second Escape, and the answer of the first.
   *
   * @throws {ActionRefused} if Escape was not pressed because it may not be
   */
  run(id: string): Promise<TerminalInterruptAnswer> {
    const running = this.#running.get(id);
    if (running) return running;
    const begun = interruptAgent(id, this.#options).finally(() => this.#running.delete(id));
    this.#running.set(id, begun);
    return begun;
  }
}

/**
 * Interrupts an agent. It waits for no other command of its terminal.
 *
 * @throws {ActionRefused} if Escape was not pressed because it may not be
 */
async function interruptAgent(id: string, options: TerminalOptions): Promise<TerminalInterruptAnswer> {
  const found = await findTerminal(id, options);
  const { pane } = found.target;
  const before = await statusNow(found.reach, options);
  if (before === 'idle') {
    return { outcome: 'not_working', detail: 'Its session is idle, so Escape was not pressed.', pane };
  }
  const isPressed = await attempt(pressKeys(options.run, found.target, ['Escape']));
  if (isPressed === 'unknown') return { outcome: 'unknown', detail: 'tmux did not answer in time.', pane };
  if (!isPressed) return { outcome: 'not_pressed', detail: 'Its process changed before Escape was pressed.', pane };
  return { ...(await outcomeAfter(found.reach, before, options)), pane };
}

/** Waits until its session is idle. */
async function outcomeAfter(reach: Reach, before: string | null, options: TerminalOptions): Promise<Outcome> {
  if (before === null) {
    return { outcome: 'unknown', detail: 'Escape was pressed, but no file of its session says what it does.' };
  }
  const { interruptedMs, pollMs } = options.times;
  const deadline = performance.now() + interruptedMs;
  for (;;) {
    await delay(pollMs);
    const status = await statusNow(reach, options);
    if (status === 'idle')
      return { outcome: 'stopped', detail: `Its session was "${before}" and is idle after Escape.` };
    if (status === null)
      return { outcome: 'unknown', detail: 'Escape was pressed, but its session can not be read any more.' };
    if (performance.now() < deadline) continue;
    const detail = `Escape was pressed, but its session says "${status}" ${interruptedMs / 1000} s later; a queued prompt or a tool may still run.`;
    return { outcome: 'still_working', detail };
  }
}

/** @returns the status of its session; null where none is known */
async function statusNow({ session }: Reach, { claudeFolder }: TerminalOptions): Promise<string | null> {
  if (session === null || claudeFolder === null) return null;
  const now = await readSessionNow(claudeFolder, session.pid);
  return now.kind === 'read' ? now.session.status : null;
}
