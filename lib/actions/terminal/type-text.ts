/**
 * The command that types a text into a terminal, once. Each step is conditional inside tmux, and its outcome is what the
 * screen shows afterwards.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { TerminalInputAnswer, TerminalInputBody } from '../../contract/terminal-requests';
import type { TerminalView } from '../../contract/terminal-schemas';
import { compactText } from '../../sources/compact-text';
import { findComposer, plainLine } from '../../sources/tmux/composer';
import { submitIf, typeInto } from '../../sources/tmux/pane-input';
import { type PaneView, viewPane } from '../../sources/tmux/panes';
import { TmuxError } from '../../sources/tmux/run-tmux';
import { readTerminalView } from '../../sources/tmux/screen-view';
import { ActionRefused } from '../action';
import { sessionHindrance } from '../messages/pane-place';
import { type TargetClaims, targetKey } from '../messages/target-claims';
import type { TerminalOptions } from './terminal-options';
import { attempt, type FoundTerminal, findTerminal, notReady } from './terminal-place';
import type { TerminalQueue } from './terminal-queue';
import { typedText } from './typed-text';

export interface TypeInput extends TerminalInputBody {
  id: string;
}

interface TypeOptions extends TerminalOptions {
  queue: TerminalQueue;
  claims: Pick<TargetClaims, 'claim'>;
}

type Outcome = Omit<TerminalInputAnswer, 'pane'>;

/** A long text is shown as such a word instead. */
const PASTED = /\[Pasted text #\d+/;
/** Fewer letters of a text that is cut off could be of another. */
const MIN_COMMON_LETTERS = 16;
const UNSHOWN = 'It was typed once, but the screen does not show it, so whether it arrived is not known.';

/**
 * Types a text, and submits it if that is asked for.
 *
 * @throws {ActionRefused} if nothing was typed because nothing may be
 */
export async function typeText(input: TypeInput, options: TypeOptions): Promise<TerminalInputAnswer> {
  const typed = await options.queue.run(input.id, () => paste(input, options));
  if ('outcome' in typed) return typed;
  const { found, shown } = typed;
  const outcome = await shown();
  return { ...outcome, pane: found.target.pane };
}

/** What was pasted without Enter is looked for outside of the queue, so that the next key need not wait. */
type Pasted = TerminalInputAnswer | { found: FoundTerminal; shown: () => Promise<Outcome> };

async function paste(input: TypeInput, options: TypeOptions): Promise<Pasted> {
  const reach = options.reach(input.id);
  const claim = reach && (await options.claims.claim(targetKey(reach)));
  if (reach !== null && claim === null) {
    throw notReady('A message is just being delivered to it; try again in a moment.');
  }
  try {
    // Looked at only now: a message that was waited for has changed the screen.
    const found = await findTerminal(input.id, options);
    const { pane } = found.target;
    const before = findComposer(found.view);
    await checkOpen(input, found, options);
    const { submit, as_command: asCommand } = input;
    const text = typedText(input.text, { submit, asCommand, isFirst: before.kind === 'empty' });
    if (text.trim() === '' && submit)
      throw new ActionRefused('invalid_parameter', 'The parameter text must not be blank.');
    if (text === '') throw new ActionRefused('invalid_parameter', 'The parameter text has only control characters.');
    const where = input.anywhere ? 'anywhere' : 'composer';
    const isPasted = await attempt(typeInto(options.run, found.target, text, where));
    if (isPasted === 'unknown') return { outcome: 'unknown', detail: 'tmux did not answer in time.', pane };
    if (!isPasted) return { outcome: 'not_typed', detail: CHANGED, pane };
    if (submit) return { ...(await submitText(text, found, options, asCommand)), pane };
    return { found, shown: () => confirmTyped(text, found, options) };
  } finally {
    await claim?.release();
  }
}

const CHANGED = 'Its screen or its process changed before the text was pasted, so nothing was typed.';

/** @throws {ActionRefused} if a dialog is open, or no composer is on the screen */
async function checkOpen(
  { anywhere }: TypeInput,
  { view, reach }: FoundTerminal,
  { claudeFolder }: TypeOptions,
): Promise<void> {
  if (anywhere) return;
  const seen = readTerminalView(view);
  const use = 'Answer with POST /api/agents/{id}/keys, for example a digit';
  if (seen.dialog !== null) {
    const { dialog } = seen;
    const recorded = `A dialog with ${dialog.options.length} options is open. ${use}.`;
    throw notReady(`A dialog is open (${describeOptions(dialog)}). ${use}.`, { dialog }, recorded);
  }
  const hindered = await sessionHindrance(claudeFolder, reach);
  if (hindered !== null) throw notReady(`${hindered} ${use}.`);
  if (seen.composer === 'absent') {
    const what = 'Its terminal shows no composer of Claude Code: a dialog, a menu or another view may be open';
    throw notReady(`${what}. Use POST /api/agents/{id}/keys, for example Escape.`);
  }
}

function describeOptions({ options }: NonNullable<TerminalView['dialog']>): string {
  return options.map(({ key, label }) => `${key}. ${label}`).join('; ');
}

/** Presses Enter once, when the composer shows the text. */
async function submitText(
  text: string,
  found: FoundTerminal,
  options: TypeOptions,
  asCommand: boolean,
): Promise<Outcome> {
  const { run, times } = options;
  const isShown = (one: PaneView) => hasChanged(found.view, one) && composerShows(one, text);
  const view = await viewWhen(found.target, options, times.shownMs, isShown);
  if (view === null || !isShown(view)) return { outcome: 'unknown', detail: `${UNSHOWN} Enter was not pressed.` };
  if (asCommand) await delay(times.commandMs);
  const composer = findComposer(view);
  const first = composer.kind === 'text' ? composer.first : '';
  const isPressed = await attempt(submitIf(run, found.target, first)).catch(() => 'unknown' as const);
  if (isPressed === 'unknown') {
    return { outcome: 'unknown', detail: 'The text was typed; whether Enter was pressed is not known.' };
  }
  if (!isPressed) {
    return {
      outcome: 'typed',
      detail: 'The text is in its composer, but its screen changed, so Enter was not pressed.',
    };
  }
  // A dialog that has just opened hides the composer, and says nothing about the text.
  const isTaken = (one: PaneView) => findComposer(one).kind !== 'absent' && !composerShows(one, text);
  const after = await viewWhen(found.target, options, times.submittedMs, isTaken);
  if (after !== null && isTaken(after)) {
    return { outcome: 'submitted', detail: 'The composer does not show it any more after Enter.' };
  }
  const isThere = after !== null && composerShows(after, text);
  const seen = isThere ? 'the composer still shows the text' : 'the composer is not on the screen any more';
  return { outcome: 'unknown', detail: `Enter was pressed once, but ${seen}.` };
}

async function confirmTyped(text: string, { target, view }: FoundTerminal, options: TypeOptions): Promise<Outcome> {
  const isShown = (one: PaneView) => hasChanged(view, one) && (composerShows(one, text) || showsMore(view, one, text));
  const after = await viewWhen(target, options, options.times.typedMs, isShown);
  if (after !== null && isShown(after)) return { outcome: 'typed', detail: 'The screen shows it.' };
  return { outcome: 'unknown', detail: UNSHOWN };
}

/** Whether the composer or the cursor is not as it was. */
function hasChanged(before: PaneView, after: PaneView): boolean {
  const [one, other] = [findComposer(before), findComposer(after)];
  const texts = [one, other].map((composer) => (composer.kind === 'text' ? composer.text : ''));
  return texts[0] !== texts[1] || before.cursor.x !== after.cursor.x || before.cursor.y !== after.cursor.y;
}

/** Whether the composer shows a text, perhaps with other text around it, or as much of it as fits on the screen. */
function composerShows(view: PaneView, text: string): boolean {
  const composer = findComposer(view);
  if (composer.kind !== 'text') return false;
  const [shown, whole] = [compactText(composer.text), compactText(text)];
  return (
    PASTED.test(composer.text) || shown.includes(whole) || (shown.length >= MIN_COMMON_LETTERS && whole.endsWith(shown))
  );
}

/** Whether a text is on the screen more often than before. */
function showsMore(before: PaneView, after: PaneView, text: string): boolean {
  const wanted = compactText(text);
  return wanted !== '' && occurrences(after, wanted) > occurrences(before, wanted);
}

function occurrences({ lines }: PaneView, wanted: string): number {
  return compactText(lines.map(plainLine).join('')).split(wanted).length - 1;
}

/** @returns what the pane shows as soon as it fits, or after that time; null where it can't be seen any more */
async function viewWhen(
  { socket, pane }: FoundTerminal['target'],
  { run, times }: TypeOptions,
  ms: number,
  fits: (view: PaneView) => boolean,
): Promise<PaneView | null> {
  const deadline = performance.now() + ms;
  for (;;) {
    await delay(times.pollMs);
    try {
      const view = await viewPane(run, socket, pane);
      if (fits(view) || performance.now() >= deadline) return view;
    } catch (error) {
      if (error instanceof TmuxError) return null;
      throw error;
    }
  }
}
