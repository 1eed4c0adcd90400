/**
 * Divides the output of a terminal where no character and no control sequence is cut, so that a screen can be taken
 * between any two parts.
 */

/** A longer sequence, such as an image, is passed on in parts. */
const MAX_HELD = 64 * 1024;
const ESC = '\u001b';
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what ends the text of a sequence
const TEXT_END = /[\u0007\u0018\u001a\u001b]/g;
/** OSC, DCS, SOS, PM, APC: a text follows. */
const WITH_TEXT = new Set([']', 'P', 'X', '^', '_', 'k']);
/**
 * What tmux and the emulator of the page read differently: the title of a window, which the emulator would print, and
 * control characters above ASCII, which tmux ignores.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control sequences begin with one
const FOREIGN = /\u001bk[^\u0007\u001b]*(?:\u0007|\u001b\\)?|[\u0080-\u009f]/g;

/** What has no width of its own is added to the letter before it, by the emulator without a bound; tmux adds some ten. */
const MAX_JOINED = 32;
const JOINING = /(?:(?!\u00ad)[\p{M}\p{Cf}\u1160-\u11ff])+/gu;
const WITHOUT_JOINING = /^[\0-\u02ff]*$/;

export class GroundSplitter {
  #joined = 0;
  #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  #held = '';

  /** @param pending the beginning of a character or sequence whose rest is still to come */
  constructor(pending: Buffer = Buffer.alloc(0)) {
    this.#held = this.#decoder.decode(pending, { stream: true });
  }

  /** @returns what is complete now; empty if nothing is */
  push(bytes: Buffer): string {
    const text = this.#held + this.#decoder.decode(bytes, { stream: true });
    const end = groundEnd(text);
    if (text.length - end > MAX_HELD) {
      this.#held = '';
      return this.#withFewJoined(text);
    }
    this.#held = text.slice(end);
    return this.#withFewJoined(text.slice(0, end).replace(FOREIGN, ''));
  }

  #withFewJoined(text: string): string {
    const before = this.#joined;
    if (text === '') return text;
    this.#joined = 0;
    if (WITHOUT_JOINING.test(text)) return text;
    return text.replace(JOINING, (run, at: number) => {
      const known = at === 0 ? before : 0;
      const letters = [...run];
      if (at + run.length === text.length) this.#joined = Math.min(known + letters.length, MAX_JOINED);
      return letters.slice(0, MAX_JOINED - known).join('');
    });
  }
}

/** @returns where the last complete character or sequence ends */
function groundEnd(text: string): number {
  let at = text.indexOf(ESC);
  while (at >= 0) {
    const end = sequenceEnd(text, at);
    if (end < 0) return at;
    at = text.indexOf(ESC, end);
  }
  return text.length;
}

/** @returns where the sequence that begins at an ESC ends; -1 if it is not complete */
function sequenceEnd(text: string, at: number): number {
  let next = at + 1;
  const kind = text[next];
  if (kind === undefined) return -1;
  if (kind === '[') return endAt(text, finalOfCsi(text, next + 1));
  if (WITH_TEXT.has(kind)) return endAt(text, endOfText(text, next + 1));
  // Intermediate characters, then one more: `ESC ( 0`.
  while (next < text.length && (text[next] ?? '') >= ' ' && (text[next] ?? '') <= '/') next += 1;
  return next < text.length ? next + 1 : -1;
}

/**
 * Most sequences of a coloured screen are of this kind, and short: for those a loop is cheaper than a pattern.
 *
 * @returns where the character is that ends a sequence after `ESC [`, or breaks it off; -1 if it is still to come
 */
function finalOfCsi(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if ((code >= 0x40 && code <= 0x7e) || code === 0x18 || code === 0x1a || code === 0x1b) return at;
  }
  return -1;
}

function endOfText(text: string, from: number): number {
  TEXT_END.lastIndex = from;
  return TEXT_END.exec(text)?.index ?? -1;
}

/** An ESC ends one sequence and begins the next, also as the first half of the end of a text. */
function endAt(text: string, at: number): number {
  if (at < 0) return -1;
  if (text[at] !== ESC) return at + 1;
  // The end of a text must not be cut in two: the screen is the same, but not what a terminal waits for.
  return at + 1 < text.length ? at : -1;
}

/** @returns the bytes of a character at the end of some output whose rest is still to come */
export function incompleteEnd(bytes: Buffer): Buffer {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) break;
    if (byte < 0xc0) continue;
    const needed = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    return back < needed ? bytes.subarray(bytes.length - back) : Buffer.alloc(0);
  }
  return Buffer.alloc(0);
}

/** @returns whether output begins with the rest of a character */
export function beginsInside(bytes: Buffer): boolean {
  const byte = bytes[0] ?? 0;
  return byte >= 0x80 && byte < 0xc0;
}
