/** @returns a text without what a terminal wraps, pads or leaves out, to compare what was typed with what arrived */
export function compactText(text: string): string {
  return text.replace(/(?:[\s\u200b-\u200f\u2060-\u2064\ufeff]|\ufe0f)+/gu, '');
}
