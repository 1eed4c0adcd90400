/**
 * Delivers by typing into the terminal of an agent: a bracketed paste into an empty composer of Claude Code, then Enter.
 * Nothing is typed into a shell or a dialog, nothing is pasted twice, and Enter is pressed at most twice.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { type Composer, findComposer, showsText } from '../../sources/tmux/composer';
import { type PaneTarget, pasteInto, stashIf, submitIf } from '../../sources/tmux/pane-input';
import { viewPane } from '../../sources/tmux/panes';
import { type RunTmux, TmuxError } from '../../sources/tmux/run-tmux';
import type { Confirmation } from './confirmation';
import { terminalText } from './content';
import { type Attempt, type DeliveryTimes, failed, type Letter, later, NotBegun, unknown } from './delivery';
import { foregroundOf, otherProgram } from './pane-place';

export interface PaneDeliveryOptions {
  run: RunTmux;
  target: PaneTarget;
  letter: Letter;
  confirmation: Confirmation;
  /** @returns why nothing may be typed now, a sentence; null if it may */
  hindrance: () => Promise<string | null>;
  /** Claude Code is known to run there. */
  runsClaude: boolean;
  /** The process of Claude Code, if it is seen. */
  claudePid: number | null;
  times: DeliveryTimes;
}

const SHELL = 'Its terminal shows a shell, which would run the text as a command';
const NO_COMPOSER = 'Its terminal shows no composer of Claude Code';
const STANDS = 'The text is in its composer';

export class PaneDelivery {
  readonly #options: PaneDeliveryOptions;
  #text = '';

  constructor(options: PaneDeliveryOptions) {
    this.#options = options;
  }

  async deliver(): Promise<Attempt> {
    try {
      const refused = await this.#prepare();
      if (refused) return refused;
    } catch (error) {
      if (error instanceof TmuxError) return later(error.message);
      throw error;
    }
    const refused = await this.#paste();
    if (refused) return refused;
    try {
      return await this.#submit();
    } catch (error) {
      if (!(error instanceof TmuxError)) throw error;
      return this.#afterFault(error);
    }
  }

  /** @returns why nothing is pasted; null if the composer is empty now */
  async #prepare(): Promise<Attempt | null> {
    const { run, target, hindrance, runsClaude, claudePid } = this.#options;
    const view = await viewPane(run, target.socket, target.pane);
    if (view.dead || view.pid !== target.panePid) return failed('The process of its pane has ended.');
    const foreground = foregroundOf(view.command, claudePid);
    if (foreground === 'other') return later(`${otherProgram(view.command, claudePid)}.`);
    if (foreground === 'shell') {
      return runsClaude ? later(`${SHELL}; Claude Code may be suspended.`) : failed(`${SHELL}. Nothing was typed.`);
    }
    if (view.scrolled) return later('Somebody scrolls in its pane, where keys do not reach Claude Code.');
    const composer = findComposer(view);
    if (composer.kind === 'absent') {
      const menu = 'a dialog, a menu or another view may be open';
      return runsClaude ? later(`${NO_COMPOSER}: ${menu}.`) : failed(`${NO_COMPOSER}. Nothing was typed.`);
    }
    const hindered = await hindrance();
    if (hindered !== null) return later(hindered);
    return composer.kind === 'text' ? this.#stash(composer) : null;
  }

  /** Puts a draft aside. @returns why that is not possible now; null if the composer is empty now */
  async #stash(draft: { text: string; first: string }): Promise<Attempt | null> {
    const { run, target, times } = this.#options;
    await this.#pause(times.quietMs);
    const now = findComposer(await viewPane(run, target.socket, target.pane));
    if (now.kind !== 'text' || now.text !== draft.text) return later('Somebody types in its composer.');
    const isPressed = await stashIf(run, target, draft.first);
    const left = isPressed ? await this.#composerWhen(({ kind }) => kind !== 'text', times.shownMs) : now;
    return left.kind === 'empty' ? null : later('Its composer has a draft that could not be put aside.');
  }

  async #paste(): Promise<Attempt | null> {
    const { run, target, letter, confirmation } = this.#options;
    this.#text = terminalText(letter.text(), letter.asCommand);
    try {
      await letter.begin('tmux');
    } catch (error) {
      if (error instanceof NotBegun) return later(error.message);
      throw error;
    }
    confirmation.expect({ msgId: null, text: this.#text.trim(), isCommand: letter.asCommand });
    try {
      if (await pasteInto(run, target, this.#text)) return null;
    } catch (error) {
      if (!(error instanceof TmuxError)) throw error;
      if (!error.known) return unknown(`${error.message} Whether the text was pasted is not known.`, 'tmux');
      await letter.undo();
      return later(error.message);
    }
    await letter.undo();
    return later(`${NO_COMPOSER} any more: it changed before the text was pasted.`);
  }

  async #submit(): Promise<Attempt> {
    const { letter, confirmation, times } = this.#options;
    if (letter.asCommand) await this.#pause(times.commandMs);
    let pressed = 0;
    for (;;) {
      const composer = await this.#composerAfter(pressed);
      if (pressed > 0 && (await confirmation.within(0, letter.signal))) return confirmation.result('tmux', letter);
      if (letter.remainingMs() <= 0 || letter.signal.aborted) return this.#leftThere(pressed);
      if (composer.kind === 'absent') {
        letter.note(`${STANDS}, or was ignored: a dialog or another view is open. Enter follows when it is gone.`);
        await this.#pause(times.pollMs * 5);
      } else if (!this.#shows(composer)) {
        return this.#notShown(composer, pressed);
      } else if (pressed === 2) {
        return failed(`${STANDS}, but Enter did not submit it.`, 'tmux');
      } else if (await this.#mayPress(composer.first)) {
        pressed += 1;
        const ms = confirmation.isPossible ? times.enterMs : 0;
        if (await confirmation.within(ms, letter.signal)) return confirmation.result('tmux', letter);
      }
    }
  }

  /** Waits until the text is shown; after Enter, until it is gone. */
  #composerAfter(pressed: number): Promise<Composer> {
    const { times } = this.#options;
    if (pressed === 0) return this.#composerWhen((one) => this.#shows(one), times.shownMs);
    return this.#composerWhen((one) => !this.#shows(one), times.pollMs * 10);
  }

  /** Presses Enter, if nothing hinders it and the composer still shows the text. */
  async #mayPress(first: string): Promise<boolean> {
    const { run, target, hindrance, letter, times } = this.#options;
    const hindered = await hindrance();
    if (hindered === null && (await submitIf(run, target, first))) return true;
    const why = hindered ?? 'Its screen has just changed, or somebody scrolls in its pane.';
    letter.note(`${STANDS}. ${why} Enter follows when that is over.`);
    await this.#pause(times.pollMs * 5);
    return false;
  }

  /** The composer is empty, or shows something else. */
  async #notShown(composer: Composer, pressed: number): Promise<Attempt> {
    const { confirmation, letter, times } = this.#options;
    // Also without Enter: somebody at the terminal may have pressed it.
    if (pressed === 0) {
      if (await confirmation.within(times.confirmMs, letter.signal)) return confirmation.result('tmux', letter);
      const what = composer.kind === 'empty' ? 'its composer is empty' : 'its composer shows something else';
      const detail = `The text was pasted, but ${what}: Enter was not pressed`;
      if (!confirmation.isPossible) return unknown(`${detail} here, and nothing confirms that somebody did.`, 'tmux');
      return failed(`${detail}, and the text is not in the transcript.`, 'tmux');
    }
    if (!confirmation.isPossible) {
      const detail = 'It was typed and submitted, but neither a transcript nor a hook of this agent is read.';
      return unknown(`${detail} So nothing confirms that it arrived.`, 'tmux');
    }
    if (await confirmation.within(times.confirmMs, letter.signal)) return confirmation.result('tmux', letter);
    return unknown('It was typed and submitted, but neither the transcript nor a hook confirms it.', 'tmux');
  }

  /** The time is over, or the dashboard ends. */
  async #leftThere(pressed: number): Promise<Attempt> {
    const { confirmation, letter, times } = this.#options;
    if (await confirmation.within(times.pollMs, letter.signal)) return confirmation.result('tmux', letter);
    if (pressed > 0) return unknown('It was typed and submitted, but nothing confirms that it arrived.', 'tmux');
    const detail = 'It was pasted, but Enter was not pressed: a dialog or another view was open until the end.';
    return failed(`${detail} The text may still be in its composer.`, 'tmux');
  }

  /** The pane or its server went away after the text was pasted. */
  async #afterFault(error: TmuxError): Promise<Attempt> {
    const { confirmation, letter, times } = this.#options;
    if (await confirmation.within(times.confirmMs, letter.signal)) return confirmation.result('tmux', letter);
    return unknown(`${error.message} Whether the text was submitted before is not known.`, 'tmux');
  }

  #shows(composer: Composer): composer is Extract<Composer, { kind: 'text' }> {
    return composer.kind === 'text' && showsText(composer, this.#text);
  }

  /** @returns the composer as soon as it fits, or as it is after that time */
  async #composerWhen(fits: (composer: Composer) => boolean, ms: number): Promise<Composer> {
    const { run, target, times } = this.#options;
    const deadline = performance.now() + ms;
    for (;;) {
      const composer = findComposer(await viewPane(run, target.socket, target.pane));
      if (fits(composer) || composer.kind === 'absent' || performance.now() >= deadline) return composer;
      await this.#pause(times.pollMs / 2);
    }
  }

  async #pause(ms: number): Promise<void> {
    await delay(ms, undefined, { signal: this.#options.letter.signal }).catch(() => {});
  }
}
