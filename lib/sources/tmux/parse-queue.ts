/**
 * Gives output to the emulators of all panes in small parts, in turns, so that together they never hold the event loop.
 * An emulator parses some 20 MB a second.
 */
import type { Terminal } from './emulator';

/** About a millisecond of parsing. */
const MAX_PIECE_LETTERS = 16 * 1024;
/** A text up to this length is parsed in one turn, so that no screen shows a part of it. */
const MAX_WHOLE_LETTERS = 128 * 1024;
/** In one turn of the event loop, for all panes together. */
const MAX_TURN_LETTERS = 48 * 1024;

interface Waiting {
  text: string;
  at: number;
  done: () => void;
  /** Whether nothing after it may be on the screen when `done` is called. */
  isMark: boolean;
}

export class ParseQueue {
  readonly #waiting = new Map<Terminal, Waiting[]>();
  readonly #letters = new Map<Terminal, number>();
  #inFlight = 0;
  #scheduled = false;

  /**
   * @param done called when the text, and all before it, was parsed; never after `forget`
   * @param isMark whether nothing after it may be on the screen then
   */
  add(terminal: Terminal, text: string, done: () => void, isMark = false): void {
    const waiting = this.#waiting.get(terminal);
    const one = { text, at: 0, done, isMark };
    if (waiting) waiting.push(one);
    else this.#waiting.set(terminal, [one]);
    this.#letters.set(terminal, this.lettersOf(terminal) + text.length);
    this.#schedule();
  }

  /** @returns how many letters are not parsed yet */
  lettersOf(terminal: Terminal): number {
    return this.#letters.get(terminal) ?? 0;
  }

  forget(terminal: Terminal): void {
    this.#waiting.delete(terminal);
    this.#letters.delete(terminal);
  }

  #schedule(): void {
    if (this.#scheduled || this.#inFlight > 0 || this.#waiting.size === 0) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#turn();
    });
  }

  #turn(): void {
    let letters = 0;
    for (const [terminal, waiting] of [...this.#waiting]) {
      if (letters >= MAX_TURN_LETTERS) break;
      letters += this.#give(terminal, waiting);
    }
  }

  /** Gives one piece, and puts the pane behind the others. @returns how many letters it has */
  #give(terminal: Terminal, waiting: Waiting[]): number {
    this.#waiting.delete(terminal);
    const { piece, done } = takePiece(waiting);
    if (waiting.length > 0) this.#waiting.set(terminal, waiting);
    this.#inFlight += 1;
    terminal.write(piece, () => {
      this.#inFlight -= 1;
      const left = this.#letters.get(terminal);
      if (left !== undefined) {
        this.#letters.set(terminal, left - piece.length);
        for (const one of done) one();
      }
      this.#schedule();
    });
    return piece.length;
  }
}

/** Takes whole texts, as many as fit. Only one that is far too long is cut, as the first screen may be. */
function takePiece(waiting: Waiting[]): { piece: string; done: (() => void)[] } {
  const [first] = waiting;
  if (first && first.text.length - first.at > MAX_WHOLE_LETTERS) {
    first.at += MAX_PIECE_LETTERS;
    return { piece: first.text.slice(first.at - MAX_PIECE_LETTERS, first.at), done: [] };
  }
  const [pieces, done]: [string[], (() => void)[]] = [[], []];
  let letters = 0;
  for (let next = first; next && (letters === 0 || letters + next.text.length <= MAX_PIECE_LETTERS); ) {
    waiting.shift();
    pieces.push(next.at === 0 ? next.text : next.text.slice(next.at));
    letters += next.text.length - next.at;
    done.push(next.done);
    if (next.isMark) break;
    [next] = waiting;
  }
  return { piece: pieces.join(''), done };
}
