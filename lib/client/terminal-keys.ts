/** Keys that a person types into a terminal, as the server takes them: texts and named keys, in order. */

import type { ExpectedScreen } from '../contract/terminal-requests';

/** One thing to send. A text is typed as it is; a key goes by its name. */
export type TypedInput =
  | { kind: 'text'; text: string }
  /**
   * `expectedOption`: the label of the option that the digit must still choose when it arrives. `expectedScreen`: what the
   * screen must still show then.
   */
  | { kind: 'keys'; keys: readonly string[]; expectedOption?: string; expectedScreen?: ExpectedScreen };

/** The names that tmux has for them, by what the browser's terminal makes of a key press. */
const NAMED: Readonly<Record<string, string>> = {
  '\r': 'Enter',
  '\n': 'Enter',
  '\x1b': 'Escape',
  '\t': 'Tab',
  '\x7f': 'BSpace',
  '\b': 'BSpace',
  '\x1b[A': 'Up',
  '\x1b[B': 'Down',
  '\x1b[C': 'Right',
  '\x1b[D': 'Left',
  '\x1bOA': 'Up',
  '\x1bOB': 'Down',
  '\x1bOC': 'Right',
  '\x1bOD': 'Left',
  '\x03': 'C-c',
  '\x04': 'C-d',
  '\x0c': 'C-l',
  '\x12': 'C-r',
  '\x15': 'C-u',
};

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what a text must not have
const CONTROLS = /[\x00-\x1f\x7f]/;

/**
 * Reads what the browser's terminal makes of one key press.
 *
 * @returns what to send; null for a key that no terminal of an agent is sent, and for the answers that programs ask
 *   terminals for, which only the real terminal may give
 */
export function typedInput(data: string): TypedInput | null {
  const name = NAMED[data];
  if (name !== undefined) return { kind: 'keys', keys: [name] };
  return data === '' || CONTROLS.test(data) ? null : { kind: 'text', text: data };
}

/** The end of one sending. */
export type SendOutcome =
  /** `note`: a sentence where the effect is not confirmed. */
  { ok: true; note: string | null } | { ok: false; detail: string };

interface KeySenderOptions {
  send: (input: TypedInput) => Promise<SendOutcome>;
  onSent: (count: number, note: string | null) => void;
  /**
   * What was typed after a failed sending is not sent: it was meant for another screen.
   *
   * @param unsent how many characters and keys were given up beside the one that failed
   */
  onFailure: (detail: string, unsent: number) => void;
}

/** Typed keys are sent together, in milliseconds: one request for each key would be slower than typing. */
const GATHER_INTERVAL_MS = 15;
/** Characters and keys that wait for a slow server; more are refused. A paste of the greatest length is accepted. */
const MAX_WAITING = 20_000;
/** What the server presses by one command. */
const MAX_KEYS_TOGETHER = 100;

/** Sends what is typed, in order and one request at a time, each exactly once. */
export class KeySender {
  readonly #options: KeySenderOptions;
  #waiting: TypedInput[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isSending = false;
  #isStopped = false;
  /** How much was refused. What follows it is refused too until everything is sent: it would leave a hole in the text. */
  #refused = 0;

  constructor(options: KeySenderOptions) {
    this.#options = options;
  }

  push(input: TypedInput): void {
    if (this.#isStopped) return;
    if (this.#refused > 0 || countOf(this.#waiting) + countOf([input]) > MAX_WAITING) {
      this.#refused += countOf([input]);
      this.#options.onFailure('The server is too slow for what was typed.', this.#refused);
      if (this.#waiting.length === 0 && !this.#isSending) this.#refused = 0;
      return;
    }
    this.#waiting = withInput(this.#waiting, input);
    this.#plan();
  }

  /** Forgets what was not sent yet, and reports it. An input that is on its way is reported only if it fails. */
  stop(): void {
    const unsent = countOf(this.#waiting);
    this.#isStopped = true;
    this.#waiting = [];
    clearTimeout(this.#timer);
    if (unsent > 0) this.#options.onFailure('Typing was switched off.', unsent);
  }

  #plan(): void {
    if (this.#timer !== undefined || this.#isSending) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.#sendAll();
    }, GATHER_INTERVAL_MS);
  }

  async #sendAll(): Promise<void> {
    this.#isSending = true;
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      const outcome = await this.#options.send(next);
      if (this.#isStopped) {
        if (!outcome.ok) this.#options.onFailure(outcome.detail, 0);
        return;
      }
      if (outcome.ok) {
        this.#options.onSent(countOf([next]), outcome.note);
        if (next.kind === 'text' && outcome.note !== null) this.#holdBack(outcome.note);
      } else {
        const unsent = countOf(this.#waiting);
        this.#waiting = [];
        this.#options.onFailure(outcome.detail, unsent);
      }
    }
    this.#isSending = false;
    this.#refused = 0;
  }

  /**
   * Gives up what waits from the first key on that may accept something. It was pressed when nobody knew that the text
   * before it is not shown: a dialog that has just opened ignores a text, and Enter would say yes to it.
   */
  #holdBack(note: string): void {
    const first = this.#waiting.findIndex(accepts);
    if (first < 0) return;
    const unsent = countOf(this.#waiting.slice(first));
    this.#waiting = this.#waiting.slice(0, first);
    this.#options.onFailure(note, unsent);
  }
}

/** Whether an input may accept something: Enter, or a digit that chooses an option. */
function accepts(input: TypedInput): boolean {
  return input.kind === 'keys' && (input.expectedOption !== undefined || input.keys.includes('Enter'));
}

/** @returns how many characters and keys are typed */
function countOf(inputs: readonly TypedInput[]): number {
  return inputs.reduce((sum, input) => sum + (input.kind === 'text' ? input.text.length : input.keys.length), 0);
}

/** Adds an input, joined to the last one where both can go in one request. */
function withInput(inputs: readonly TypedInput[], next: TypedInput): TypedInput[] {
  const last = inputs.at(-1);
  const before = inputs.slice(0, -1);
  if (last?.kind === 'text' && next.kind === 'text') return [...before, { kind: 'text', text: last.text + next.text }];
  const isPlain = (input: TypedInput) =>
    input.kind === 'keys' && input.expectedOption === undefined && input.expectedScreen === undefined;
  if (last?.kind === 'keys' && next.kind === 'keys' && isPlain(last) && isPlain(next)) {
    const keys = [...last.keys, ...next.keys];
    if (keys.length <= MAX_KEYS_TOGETHER) return [...before, { kind: 'keys', keys }];
  }
  return [...inputs, next];
}
