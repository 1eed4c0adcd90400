/** Keeps colours that programs choose readable on the background that they get here. Pure. */

/** WCAG AA for text. */
const MIN_CONTRAST = 4.5;
const STEPS = 10;

type Channels = readonly [number, number, number];

/** @returns the channels of `#rrggbb` or `rgb(...)`, 0 to 255; null for any other text */
function channelsOf(colour: string): Channels | null {
  const hex = /^#([0-9a-f]{6})$/i.exec(colour)?.[1];
  const numbers = hex
    ? [0, 2, 4].map((start) => Number.parseInt(hex.slice(start, start + 2), 16))
    : (/^rgba?\(([^)]*)\)$/.exec(colour)?.[1] ?? '').split(/[\s,/]+/).map(Number);
  const [red = Number.NaN, green = Number.NaN, blue = Number.NaN] = numbers;
  return Number.isFinite(red + green + blue) ? [red, green, blue] : null;
}

function luminance(channels: Channels): number {
  const [red, green, blue] = channels.map((channel) => {
    const part = channel / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** @returns the contrast of two colours by WCAG, from 1 to 21 */
function contrast(one: Channels, other: Channels): number {
  const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}

/**
 * @param foreground `#rrggbb` or `rgb(...)`; another notation is given back as it is
 * @returns the colour, or one as near to it as can be read on the background
 */
export function readableColour(foreground: string, background: string): string {
  const [text, behind] = [channelsOf(foreground), channelsOf(background)];
  if (!text || !behind || contrast(text, behind) >= MIN_CONTRAST) return foreground;
  const end = contrast([0, 0, 0], behind) > contrast([255, 255, 255], behind) ? 0 : 255;
  for (let step = 1; step <= STEPS; step += 1) {
    const mixed = text.map((channel) => Math.round(channel + ((end - channel) * step) / STEPS));
    const [red = end, green = end, blue = end] = mixed;
    if (step === STEPS || contrast([red, green, blue], behind) >= MIN_CONTRAST) return `rgb(${red},${green},${blue})`;
  }
  return foreground;
}
