/** The text of a message: cleaned as by the command of the swarm's tool, and as an agent gets it. */
import { formatNaive } from '../../sources/claudeswarm/naive-time';

const LINE_ENDS = /\r\n?|[\u2028\u2029]/g;
/** Control characters but line feed and tab; DEL and C1; direction and other invisible characters; half surrogates. */
const UNWANTED =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are removed
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|\p{Surrogate}/gu;
/** A joiner between two emoji makes one of them. */
const STRAY_JOINER =
  /(?<!\p{Extended_Pictographic}[\u{1f3fb}-\u{1f3ff}\ufe0f]*)\u200d|\u200d(?!\p{Extended_Pictographic})/gu;
/** Tag characters are invisible text, except in the flags of regions. */
const TAGS = /(\u{1f3f4}[\u{e0020}-\u{e007e}]{1,6}\u{e007f})|[\u{e0000}-\u{e007f}]/gu;

/**
 * Cleans a text that a person wrote: line ends become LF, invisible characters go, joiners inside emoji stay, blanks at
 * the ends of lines and of the text go.
 */
export function cleanContent(written: string): string {
  return written
    .replace(LINE_ENDS, '\n')
    .replace(UNWANTED, '')
    .replace(TAGS, (_, flag?: string) => flag ?? '')
    .replace(STRAY_JOINER, '')
    .replace(/[^\S\n]+$/gm, '')
    .trim();
}

/**
 * The text that an agent gets. It begins as what the swarm's tool types, so that the agent knows who wrote it, when and
 * what for.
 *
 * @param at milliseconds since 1970; the time is that of the delivery, so that two deliveries of one text differ
 * @param zone of the agents' naive times
 */
export function headedText(
  { sender, msg_type, content }: { sender: string; msg_type: string; content: string },
  at: number,
  zone: string,
): string {
  const time = formatNaive(at, zone).slice(0, 19).replace('T', ' ');
  return `[MESSAGE] [${sender}][${time}][${msg_type}]: ${content}`;
}

/**
 * Makes a text safe to be pasted into the composer of Claude Code.
 *
 * @param asCommand `/` and `!` at its beginning keep their meaning
 */
export function terminalText(text: string, asCommand: boolean): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a terminal would act on these
  const plain = text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '').trimEnd();
  // Enter after a backslash begins another line.
  const whole = plain.endsWith('\\') ? `${plain} ` : plain;
  return !asCommand && /^\s*[/!]/.test(whole) ? `\n${whole}` : whole;
}
