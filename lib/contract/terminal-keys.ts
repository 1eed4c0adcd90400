/** What can be typed into a terminal by one command. */

/** The keys that can be pressed, by their names in tmux. */
export const TERMINAL_KEYS = [
  'Enter',
  'Escape',
  'Tab',
  'BSpace',
  'Up',
  'Down',
  'Left',
  'Right',
  'C-c',
  'C-d',
  'C-u',
  'C-l',
  'C-r',
  '0',
  '1',
  '2',
  '3',
  '4',
  '5',
  '6',
  '7',
  '8',
  '9',
] as const;

/** In one command. */
export const MAX_KEYS = 100;
/** Of one text, in UTF-16 units. */
export const MAX_TYPED_LENGTH = 20_000;
