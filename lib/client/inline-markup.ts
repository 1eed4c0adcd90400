/** Inline markup of agents' texts, for places that show one line: code and bold. Everything else stays as written. */

/** A run of text; `code` and `strong` without the marks around them. */
export interface MarkedPiece {
  kind: 'text' | 'code' | 'strong';
  text: string;
}

/**
 * Code is closed by as many backticks as opened it. Bold begins with a letter, digit, quote or bracket and ends with no
 * slash: the stars of `src/**` and `lib/**` are patterns.
 */
const MARKUP =
  /(?<!`)(?<ticks>`+)(?!`)(?<code>.+?)(?<!`)\k<ticks>(?!`)|(?<![\p{L}\p{N}*/])\*\*(?<strong>[\p{L}\p{N}"'“‘([][^*\n]*?)(?<![\s/\\])\*\*/gsu;
/** Code whose end was cut off with the rest of the text. */
const CUT_CODE = /(?<!`)`+(?!`)(?<code>[^`]+…)(?<after>["”]?)$/u;

/**
 * Splits a text at its code and bold.
 *
 * @param text a text of bounded length, such as an excerpt
 * @returns the pieces in order; backticks without a partner stay in the text, except where the text is cut off after them
 */
export function withMarkup(text: string): MarkedPiece[] {
  const pieces: MarkedPiece[] = [];
  const add = (kind: MarkedPiece['kind'], piece: string | undefined) => {
    if (piece) pieces.push({ kind, text: piece });
  };
  let shown = 0;
  for (const match of text.matchAll(MARKUP)) {
    add('text', text.slice(shown, match.index));
    const { code, strong } = match.groups ?? {};
    add('code', code === undefined ? undefined : withoutPadding(code));
    add('strong', strong);
    shown = match.index + match[0].length;
  }
  const rest = text.slice(shown);
  const cut = CUT_CODE.exec(rest);
  if (!cut) {
    add('text', rest);
    return pieces;
  }
  add('text', rest.slice(0, cut.index));
  add('code', cut.groups?.code);
  add('text', cut.groups?.after);
  return pieces;
}

/** One space at both ends is not part of the code: it separates backticks from those around them. */
function withoutPadding(code: string): string {
  return /^ .*[^ ].* $/s.test(code) ? code.slice(1, -1) : code;
}
