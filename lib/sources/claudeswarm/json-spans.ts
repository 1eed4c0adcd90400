/** The places of values in the text of valid JSON, so that one of them can be replaced and all others keep their bytes. */

/** From the first character up to, not including, the last. */
export type Span = readonly [from: number, to: number];

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
  const first = tokenAt(text, place);
  let { to } = first;
  let depth = /^[{[]/.test(first.token) ? 1 : 0;
  while (depth > 0) {
    const next = tokenAt(text, to);
    if (next.token === '{' || next.token === '[') depth += 1;
    if (next.token === '}' || next.token === ']') depth -= 1;
    to = next.to;
  }
  return [first.from, to];
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
