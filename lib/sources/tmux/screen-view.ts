/**
 * What is certain on a screen of Claude Code 2.1.332: its composer, and a dialog with numbered options. Nothing is
 * guessed: a numbered list of a conversation is no dialog, and what looks different from the captured dialogs is none
 * that is known.
 */
import type { TerminalView } from '../../contract/terminal-schemas';
import { findComposer, plainLine } from './composer';
import type { PaneView } from './panes';

type Option = NonNullable<TerminalView['dialog']>['options'][number];

/** The line above a dialog, without indentation: part of no conversation, whose lines are indented or marked. */
const TOP = /^[─▔]{5,}/;
/** The line around what a dialog is about. */
const DASHES = /^╌+$/;
const OPTION = /^( *)(❯ | {2})([1-9])\. (.*\S)/;
/** At the beginning of a line: a prompt of the history, and what the agent said or did. */
const CONVERSATION = /^[❯●⏺✻✳⎿]/;
/** Below the options is nothing but such a line. */
const HINTS = /^ +(?:Esc|Enter|Tab|ctrl\+\w|↑\/↓)\b|^(?:Enter to select|Esc to|Tab\/Arrow)/;
/** A digit chooses at most nine options. */
const MAX_OPTIONS = 9;
const MIN_OPTIONS = 2;
/** A question that is longer is not taken apart from what is above it. */
const MAX_QUESTION_LINES = 6;
/** The colour in which the dialog shows the option that Enter would choose. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the attributes of a terminal begin with one
const COLOURED_POINTER = /\u001b\[[0-9;:]*m *❯/;

/** @returns what is certain on the screen of a pane */
export function readTerminalView(view: Pick<PaneView, 'lines' | 'cursor'>): TerminalView {
  const composer = findComposer(view);
  if (composer.kind !== 'absent') return { composer: composer.kind === 'empty' ? 'empty' : 'draft', dialog: null };
  return { composer: 'absent', dialog: findDialog(view.lines) };
}

/** Finds the dialog at the bottom of a screen. */
function findDialog(lines: readonly string[]): TerminalView['dialog'] {
  const plain = lines.map(plainLine);
  const pointers = plain.flatMap((line, y) => (OPTION.exec(line)?.[2] === '❯ ' ? [y] : []));
  const [pointer] = pointers;
  if (pointer === undefined || pointers.length > 1 || !COLOURED_POINTER.test(lines[pointer] ?? '')) return null;
  const column = indentOf(plain[pointer] ?? '');
  const found = plain.flatMap((line, y) => {
    const [, indent = '', , key = '', label = ''] = OPTION.exec(line) ?? [];
    return key !== '' && indent.length === column ? [{ y, key, label }] : [];
  });
  const first = found.findLastIndex(({ y, key }) => y <= pointer && key === '1');
  const options = found.slice(first);
  if (first < 0 || !isWhole(options)) return null;
  const [top, last] = [options[0]?.y ?? 0, options.at(-1)?.y ?? 0];
  if (!hasRuleAbove(plain, top) || !areOnlyOptions(plain, top, last, column) || !endsWithHints(plain, last, column)) {
    return null;
  }
  return { question: findQuestion(plain, top), options: options.map(({ key, label }): Option => ({ key, label })) };
}

/** @returns the paragraph right above the options if it ends with a question mark, below the rule of the dialog */
function findQuestion(plain: readonly string[], top: number): string | null {
  const last = plain.findLastIndex((line, y) => y < top && line.trim() !== '');
  const indent = indentOf(plain[last] ?? '');
  const isPart = (line: string) => line.trim() !== '' && indentOf(line) === indent && !isRule(line);
  const above = plain.findLastIndex((line, y) => y <= last && !isPart(line));
  const lines = plain.slice(above + 1, last + 1).map((line) => line.trim());
  return lines.length <= MAX_QUESTION_LINES && lines.at(-1)?.endsWith('?') ? lines.join(' ') : null;
}

/** Numbered from 1, without a gap. */
function isWhole(options: readonly { key: string }[]): boolean {
  return (
    options.length >= MIN_OPTIONS &&
    options.length <= MAX_OPTIONS &&
    options.every(({ key }, index) => key === String(index + 1))
  );
}

/** Whether the next line above that could be of a conversation is the rule of a dialog. */
function hasRuleAbove(plain: readonly string[], top: number): boolean {
  for (let y = top - 1; y >= 0; y -= 1) {
    const line = plain[y] ?? '';
    if (TOP.test(line)) return true;
    if (CONVERSATION.test(line)) return false;
  }
  return false;
}

/** Between the options are only their descriptions, blank lines and rules. */
function areOnlyOptions(plain: readonly string[], top: number, last: number, column: number): boolean {
  return plain.slice(top, last).every((line) => OPTION.test(line) || isFiller(line, column));
}

/** Below the last option are only its description and the keys that can be pressed. */
function endsWithHints(plain: readonly string[], last: number, column: number): boolean {
  return plain.slice(last + 1).every((line) => isFiller(line, column) || HINTS.test(line));
}

/** A blank line, a rule, or a line that is indented deeper than the numbers. */
function isFiller(line: string, column: number): boolean {
  const text = line.trim();
  return text === '' || isRule(line) || indentOf(line) > column + 2;
}

function isRule(line: string): boolean {
  return TOP.test(line) || DASHES.test(line.trim());
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}
