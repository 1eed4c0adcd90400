/** The page's colours as a terminal takes them. */
import type { ITheme } from '@xterm/xterm';

const NAMES = ['paper', 'tint', 'line', 'ink', 'muted', 'accent', 'good', 'warn', 'bad', 'violet', 'agent-5'] as const;

/** WCAG AA for text; xterm.js changes a program's own colours as far as needed. */
export const MIN_CONTRAST = 4.5;

/**
 * @param place an element without size; `light-dark()` is resolved only where a colour is used
 * @returns the colours of the current theme
 */
export function terminalTheme(place: HTMLElement): ITheme {
  const read = (name: (typeof NAMES)[number]) => {
    place.style.color = `var(--${name})`;
    return getComputedStyle(place).color;
  };
  place.style.forcedColorAdjust = 'none';
  const [paper, tint, line, ink, muted, accent, good, warn, bad, violet, cyan] = NAMES.map(read);
  place.style.removeProperty('forced-color-adjust');
  place.style.removeProperty('color');
  const isDark = isDarkColour(paper ?? '');
  // "Black" and "white" are what programs write on each other, whatever the theme.
  const [black, white] = isDark ? [line, ink] : [ink, line];
  const selection = isDark ? 'rgba(149, 171, 255, 0.35)' : 'rgba(52, 80, 200, 0.25)';
  const colours = {
    ...{ background: paper, foreground: ink, cursor: ink, cursorAccent: paper, selectionBackground: selection },
    ...{ black, red: bad, green: good, yellow: warn, blue: accent, magenta: violet, cyan, white },
    ...{ brightBlack: muted, brightRed: bad, brightGreen: good, brightYellow: warn, brightBlue: accent },
    ...{ brightMagenta: violet, brightCyan: cyan, brightWhite: isDark ? '#ffffff' : tint },
    ...{ scrollbarSliderBackground: faded(muted, 0.35), scrollbarSliderHoverBackground: faded(muted, 0.6) },
  };
  return Object.fromEntries(Object.entries(colours).filter(([, colour]) => colour !== undefined)) as ITheme;
}

function channels(colour: string): number[] {
  return (colour.match(/[\d.]+/g) ?? []).slice(0, 3).map(Number);
}

function isDarkColour(colour: string): boolean {
  return channels(colour).reduce((sum, channel) => sum + channel, 0) < 384;
}

function faded(colour: string | undefined, alpha: number): string | undefined {
  return colour && `rgba(${channels(colour).join(', ')}, ${alpha})`;
}
