/** The size of a terminal's characters: chosen, or as large as the whole screen allows. */
import { readStored, store } from '@/lib/client/storage';

/** In CSS pixels. */
export const FONT_SIZES = { least: 6, most: 28 } as const;
/** The least and the greatest size that is chosen automatically: a screen that does not fit then scrolls. */
const FITTING = { least: 9, most: 14 } as const;
const STORED = 'swarm_terminal_font';

/** In CSS pixels; `fit` follows the room that there is. */
export type FontChoice = number | 'fit';

interface Room {
  width: number;
  height: number;
}

/**
 * @param room in CSS pixels
 * @param screen in characters
 * @param character the size of a character at a font size of one pixel
 * @returns the greatest size at which the whole screen is shown, within bounds, in halves of a pixel
 */
export function fittingSize(room: Room, screen: { columns: number; rows: number }, character: Room): number {
  const wide = room.width / (screen.columns * character.width);
  const high = room.height / (screen.rows * character.height);
  const size = Math.floor(Math.min(wide, high) * 2) / 2;
  return Math.min(FITTING.most, Math.max(FITTING.least, size));
}

/** @returns the next chosen size after a press on a button: one pixel more or less */
export function steppedSize(shown: number, step: 1 | -1): number {
  return Math.min(FONT_SIZES.most, Math.max(FONT_SIZES.least, Math.round(shown) + step));
}

/** @returns what was chosen in this browser before */
export function readFontChoice(): FontChoice {
  const size = Number(readStored(STORED) ?? Number.NaN);
  return size >= FONT_SIZES.least && size <= FONT_SIZES.most ? size : 'fit';
}

export function storeFontChoice(choice: FontChoice): void {
  store(STORED, String(choice));
}
