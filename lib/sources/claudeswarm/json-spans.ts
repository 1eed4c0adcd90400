/** The places of values in the text of valid JSON, so that one of them can be replaced and all others keep their bytes. */
import { isObject } from '../../platform/json-shape';

/** From the first character up to, not including, the last. */
export type Span = readonly [from: number, to: number];

/** @returns the object that a file has as JSON, and its text; else why the file must be left as it is, as the end of a sentence */
export function readObjectText(bytes: Buffer): { text: string; value: Record<string, unknown> } | { error: string } {
  const text = bytes.toString('utf8');
  if (!Buffer.from(text).equals(bytes)) return { error: 'it is not UTF-8' };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { error: 'it is not JSON' };
  }
  return isObject(value) ? { text, value } : { error: 'it is not an object' };
}

/** One token of valid JSON, with the blanks before it. */
const TOKEN = /\s*([{}[\],:]|"(?:[^"\\]+|\\.)*"|[^\s{}[\],:"]+)/y;

/** @returns the token at or after a place, and where it ends; the text must be valid JSON */
function tokenAt(text: string, place: number): { token: string; from: number; to: number } {
  TOKEN.lastIndex = place;
  const token = TOKEN.exec(text)?.[1] ?? '';
  return { token, from: TOKEN.lastIndex - token.length, to: TOKEN.lastIndex };
}

/** @returns the span of the value at or after a place */
function valueSpan(text: string, place: number): Span {
  const { token, from, to } = tokenAt(text, place);
  return [from, token === '{' || token === '[' ? endOfNested(text, from) : to];
}

const [QUOTE, BACKSLASH] = [0x22, 0x5c];
const OPENING: ReadonlySet<number> = new Set([0x7b, 0x5b]);
const CLOSING: ReadonlySet<number> = new Set([0x7d, 0x5d]);

/** Skips an object or a list by its brackets alone; token by token would take five times as long. */
function endOfNested(text: string, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === QUOTE) at = endOfString(text, at);
    else if (OPENING.has(unit)) depth += 1;
    else if (CLOSING.has(unit)) {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return text.length;
}

/** @returns where the closing quote is */
function endOfString(text: string, from: number): number {
  let at = from + 1;
  while (at < text.length && text.charCodeAt(at) !== QUOTE) at += text.charCodeAt(at) === BACKSLASH ? 2 : 1;
  return at;
}

/** @returns the name and the span of the value of each member of the object at a place */
export function memberSpans(text: string, place: number): [name: string, value: Span][] {
  const members: [string, Span][] = [];
  let at = tokenAt(text, place).to;
  for (;;) {
    const name = tokenAt(text, at);
    if (name.token === '}') return members;
    const colon = tokenAt(text, name.to);
    const value = valueSpan(text, colon.to);
    members.push([JSON.parse(name.token) as string, value]);
    const end = tokenAt(text, value[1]);
    if (end.token === '}') return members;
    at = end.to;
  }
}

/** @returns the span of each element of the list at a place */
export function elementSpans(text: string, place: number): Span[] {
  const elements: Span[] = [];
  let at = tokenAt(text, place).to;
  for (;;) {
    if (tokenAt(text, at).token === ']') return elements;
    const element = valueSpan(text, at);
    elements.push(element);
    const end = tokenAt(text, element[1]);
    if (end.token === ']') return elements;
    at = end.to;
  }
}

/** @returns the text with other texts at these places, which must not overlap */
export function replaceSpans(text: string, changes: readonly (readonly [span: Span, by: string])[]): string {
  // The last one first, so that the places of the others stay true.
  return [...changes]
    .sort(([[one]], [[other]]) => other - one)
    .reduce((changed, [[from, to], by]) => changed.slice(0, from) + by + changed.slice(to), text);
}
