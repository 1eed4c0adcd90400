/** One question to tmux: everything that is needed to show the screen of a pane from now on. */
import type { ControlRequest } from './control-stream';
import type { FirstScreen } from './screen-model';

/** What a pane is and shows at one moment. */
export interface PaneSnapshot extends FirstScreen {
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
const [ABOUT, SCREEN, PENDING] = [0, 1, 2];

/**
 * @param earlier how many lines above the screen are wanted at most
 * @returns the commands, as one line: tmux runs them at one moment
 */
export function snapshotCommand(pane: string, earlier: number): string {
  const capture = `capture-pane -p -e -t ${pane} -S -${earlier}`;
  return `display-message -p -t ${pane} '${FORMAT}' ; ${capture} ; capture-pane -p -P -C -t ${pane}`;
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
  let screen: readonly Buffer[] = [];
  return {
    count: 3,
    expect: (index) => {
      if (index !== SCREEN || facts === null) return null;
      onBegin();
      return Math.min(facts.history_size, earlier) + facts.pane_height;
    },
    onReply: (index, lines) => {
      if (index === ABOUT) facts = parseFacts(lines);
      if (index === SCREEN) screen = lines;
      if (index === PENDING)
        onEnd(facts === null ? { fault: 'tmux said nothing of it.' } : built(facts, screen, lines));
    },
    onFault: (fault) => onEnd({ fault }),
  };
}

function parseFacts(lines: readonly Buffer[]): Facts | null {
  const words = Buffer.concat(lines.slice(0, 1)).toString('utf8').split(':');
  const title = words.splice(NUMBERS.length).join(':');
  if (words.length < NUMBERS.length) return null;
  const facts = Object.fromEntries(NUMBERS.map((name, index) => [name, Number(words[index])])) as Numbers;
  return facts.pane_width > 0 && facts.pane_height > 0 ? { ...facts, title } : null;
}

function built(facts: Facts, screen: readonly Buffer[], pending: readonly Buffer[]): PaneSnapshot {
  return {
    ...{ columns: facts.pane_width, rows: facts.pane_height, title: facts.title, historySize: facts.history_size },
    ...{ pid: facts.pane_pid, dead: facts.pane_dead === 1, alternate: facts.alternate_on === 1 },
    lines: screen.map((line) => plainCharset(line.toString('utf8'))),
    cursor: { x: facts.cursor_x, y: facts.cursor_y - (facts.origin_flag === 1 ? facts.scroll_region_upper : 0) },
    modes: modesOf(facts),
    pending: unescapeCaptured(pending.map((line) => line.toString('latin1')).join('')),
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
