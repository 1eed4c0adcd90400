/** A text that a person types into the composer of Claude Code. */

// biome-ignore lint/suspicious/noControlCharactersInRegex: a terminal would act on these
const UNWANTED = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;
const COMMAND = /^\s*[/!]/;

interface Typing {
  submit: boolean;
  asCommand: boolean;
  /** Nothing is in the composer, so the beginning of the text may be that of a command. */
  isFirst: boolean;
}

/**
 * Makes a text safe to be pasted. What a person typed stays, blanks at its end too.
 *
 * @returns what is pasted; empty if nothing is left
 */
export function typedText(text: string, { submit, asCommand, isFirst }: Typing): string {
  const clean = text.replace(/\r\n?/g, '\n').replace(UNWANTED, '');
  // Claude Code cuts line feeds from the end of a prompt; Enter after a backslash begins another line.
  const ended = submit ? clean.trimEnd().replace(/\\$/, '\\ ') : clean;
  return isFirst && !asCommand && COMMAND.test(ended) ? `\n${ended}` : ended;
}
