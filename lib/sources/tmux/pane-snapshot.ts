/** One question to tmux: everything that is needed to show the screen of a pane from now on. */
import type { ControlRequest } from './control-stream';
import { isTooLarge } from './pane-list';
import type { FirstScreen } from './screen-model';

/** What a pane is and shows at one moment. */
export interface PaneSnapshot extends Omit<FirstScreen, 'carried'> {
  pid: number;
  dead: boolean;
  /** Lines above the screen, also those that were not captured. */
  historySize: number;
  /** The beginning of a control sequence whose rest is still to come. */
  pending: Buffer;
}

const FLAGS = [
  ...['cursor_flag', 'insert_flag', 'keypad_cursor_flag', 'keypad_flag', 'wrap_flag', 'origin_flag'],
  ...['mouse_standard_flag', 'mouse_button_flag', 'mouse_all_flag', 'mouse_sgr_flag'],
] as const;
const NUMBERS = [
  ...['pane_pid', 'pane_dead', 'pane_width', 'pane_height', 'history_size', 'cursor_x', 'cursor_y', 'alternate_on'],
  ...['scroll_region_upper', 'scroll_region_lower', ...FLAGS],
] as const;
type Numbers = Record<(typeof NUMBERS)[number], number>;
type Facts = Numbers & { title: string };

const FORMAT = `${NUMBERS.map((name) => `#{${name}}`).join(':')}:#{pane_title}`;
const [ABOUT, SCREEN, PENDING, EARLIER] = [0, 1, 2, 3];

/**
 * @param earlier how many lines above the screen are wanted at most
 * @returns the commands, as one line: tmux runs them at one moment
 */
export function snapshotCommand(pane: string, earlier: number): string {
  const about = `display-message -p -t ${pane} '${FORMAT}'`;
  const capture = `capture-pane -p -e -t ${pane}`;
  // Two captures: in one, the first line of the screen would go on with the attributes of the line above it.
  const above = earlier === 0 ? '' : ` ; ${capture} -S -${earlier}`;
  return `${about} ; ${capture} ; capture-pane -p -P -C -t ${pane}${above}`;
}

/**
 * @param earlier as given to the command
 * @param onBegin called when tmux captures the screen: output before is on it, output after is not
 * @param onEnd called with the screen, or with why there is none
 */
export function snapshotRequest(
  earlier: number,
  onBegin: () => void,
  onEnd: (result: PaneSnapshot | { fault: string }) => void,
): ControlRequest {
  let facts: Facts | null = null;
  const replies: (readonly Buffer[])[] = [];
  const last = earlier === 0 ? PENDING : EARLIER;
  return {
    count: last + 1,
    expect: (index) => {
      if (index === SCREEN) onBegin();
      if (facts === null || index === ABOUT || index === PENDING) return null;
      return index === SCREEN ? facts.pane_height : earlierLines(facts, earlier) + facts.pane_height;
    },
    onReply: (index, lines) => {
      if (index === ABOUT) facts = parseFacts(lines);
      replies[index] = lines;
      if (index !== last) return;
      if (facts === null) onEnd({ fault: 'tmux said nothing of it, or it is too large.' });
      else onEnd(built(facts, replies, earlierLines(facts, earlier)));
    },
    onFault: (fault) => onEnd({ fault }),
  };
}

function earlierLines({ history_size }: Facts, earlier: number): number {
  return Math.min(history_size, earlier);
}

function parseFacts(lines: readonly Buffer[]): Facts | null {
  const words = Buffer.concat(lines.slice(0, 1)).toString('utf8').split(':');
  const title = words.splice(NUMBERS.length).join(':');
  if (words.length < NUMBERS.length) return null;
  const facts = Object.fromEntries(NUMBERS.map((name, index) => [name, Number(words[index])])) as Numbers;
  const [columns, rows] = [facts.pane_width, facts.pane_height];
  return columns > 0 && rows > 0 && !isTooLarge({ columns, rows }) ? { ...facts, title } : null;
}

function built(facts: Facts, replies: readonly (readonly Buffer[])[], earlier: number): PaneSnapshot {
  const text = (lines: readonly Buffer[] = []) => lines.map((line) => plainCharset(line.toString('utf8')));
  const top = facts.origin_flag === 1 ? facts.scroll_region_upper : 0;
  return {
    ...{ columns: facts.pane_width, rows: facts.pane_height, title: facts.title, historySize: facts.history_size },
    ...{ pid: facts.pane_pid, dead: facts.pane_dead === 1, alternate: facts.alternate_on === 1 },
    earlier: text(replies[EARLIER]?.slice(0, earlier)),
    lines: text(replies[SCREEN]),
    cursor: { x: facts.cursor_x, y: facts.cursor_y },
    top,
    modes: modesOf(facts),
    pending: unescapeCaptured((replies[PENDING] ?? []).map((line) => line.toString('latin1')).join('')),
  };
}

/** tmux writes lines of boxes in the second character set, which would have to be chosen first. */
function plainCharset(line: string): string {
  return line.replaceAll('\u000e', '\u001b(0').replaceAll('\u000f', '\u001b(B');
}

/** `capture-pane -C` writes control characters as octal digits, and a backslash twice. */
function unescapeCaptured(text: string): Buffer {
  const plain = text.replace(/\\(\\|[0-7]{3})/g, (_, code: string) =>
    code === '\\' ? '\\' : String.fromCharCode(Number.parseInt(code, 8)),
  );
  return Buffer.from(plain, 'latin1');
}

function modesOf(facts: Facts): string {
  const { scroll_region_upper: upper, scroll_region_lower: lower, pane_height: rows } = facts;
  const set = [
    (upper !== 0 || lower !== rows - 1) && `\u001b[${upper + 1};${lower + 1}r`,
    facts.cursor_flag === 0 && '\u001b[?25l',
    facts.insert_flag === 1 && '\u001b[4h',
    facts.keypad_cursor_flag === 1 && '\u001b[?1h',
    facts.keypad_flag === 1 && '\u001b=',
    facts.wrap_flag === 0 && '\u001b[?7l',
    facts.mouse_standard_flag === 1 && '\u001b[?1000h',
    facts.mouse_button_flag === 1 && '\u001b[?1002h',
    facts.mouse_all_flag === 1 && '\u001b[?1003h',
    facts.mouse_sgr_flag === 1 && '\u001b[?1006h',
    facts.origin_flag === 1 && '\u001b[?6h',
  ];
  return set.filter(Boolean).join('');
}
