/**
 * Gives output to the emulators of all panes in small parts, in turns, so that together they never hold the event loop.
 * An emulator parses some 20 MB a second.
 */
import { parse, type Terminal } from './emulator';

/** Texts that come one after the other are parsed together up to this length. */
const MAX_PIECE_LETTERS = 16 * 1024;
/** A text up to this length is parsed in one turn, so that no screen shows a part of it. */
const MAX_WHOLE_LETTERS = 128 * 1024;
/** In one turn of the event loop, for all panes together: some milliseconds. */
const MAX_TURN_LETTERS = 48 * 1024;

interface Waiting {
  text: string;
  at: number;
  done: () => void;
  /** Whether nothing after it may be on the screen when `done` is called. */
  isMark: boolean;
}

interface Line {
  waiting: Waiting[];
  letters: number;
  onFault: () => void;
}

export class ParseQueue {
  readonly #lines = new Map<Terminal, Line>();
  #scheduled = false;

  /** @param onFault called once if the emulator fails; nothing is called for it after that */
  register(terminal: Terminal, onFault: () => void): void {
    this.#lines.set(terminal, { waiting: [], letters: 0, onFault });
  }

  /**
   * @param done called when the text, and all before it, was parsed; never after `forget`
   * @param isMark whether nothing after it may be on the screen then
   */
  add(terminal: Terminal, text: string, done: () => void, isMark = false): void {
    const line = this.#lines.get(terminal);
    if (!line) return;
    line.waiting.push({ text, at: 0, done, isMark });
    line.letters += text.length;
    this.#schedule();
  }

  /** @returns how many letters are not parsed yet */
  lettersOf(terminal: Terminal): number {
    return this.#lines.get(terminal)?.letters ?? 0;
  }

  forget(terminal: Terminal): void {
    this.#lines.delete(terminal);
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#turn();
    });
  }

  #turn(): void {
    let letters = 0;
    for (const [terminal, line] of [...this.#lines]) {
      if (line.waiting.length === 0) continue;
      if (letters < MAX_TURN_LETTERS) letters += this.#give(terminal, line);
      if (line.waiting.length > 0) this.#schedule();
    }
  }

  /** Parses one piece, and puts the pane behind the others. @returns how many letters it has */
  #give(terminal: Terminal, line: Line): number {
    const { piece, done } = takePiece(line.waiting);
    line.letters -= piece.length;
    if (this.#lines.delete(terminal)) this.#lines.set(terminal, line);
    const isParsed = parse(terminal, piece);
    if (!isParsed) this.#lines.delete(terminal);
    if (!isParsed) line.onFault();
    for (const one of isParsed ? done : []) if (this.#lines.get(terminal) === line) one();
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
