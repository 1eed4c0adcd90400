/** Canvases in CSS pixels on a screen of any density. */

/** The distance of two hairlines, in CSS pixels. */
const HATCH = 7;

/** One canvas pixel is one device pixel. Setting a size clears a canvas, so it is set only when it changes. */
export function resize(canvas: HTMLCanvasElement, width: number, height: number): void {
  const ratio = window.devicePixelRatio;
  const [wide, high] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== wide) canvas.width = wide;
  if (canvas.height !== high) canvas.height = high;
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
}

/** Draws in CSS pixels. */
export function draw(canvas: HTMLCanvasElement, how: (context: CanvasRenderingContext2D) => void): void {
  const context = canvas.getContext('2d');
  if (context === null) return;
  const ratio = window.devicePixelRatio;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  how(context);
}

/** A pattern of diagonal hairlines in device pixels. */
export function hatchOf(canvas: HTMLCanvasElement, colour: string): CanvasPattern | null {
  const ratio = window.devicePixelRatio;
  const tile = document.createElement('canvas');
  tile.width = tile.height = HATCH * Math.ceil(ratio);
  const context = tile.getContext('2d');
  if (context === null) return null;
  const scale = tile.width / HATCH;
  context.scale(scale, scale);
  context.strokeStyle = colour;
  context.globalAlpha = 0.42;
  context.lineWidth = 0.8;
  context.beginPath();
  for (const shift of [-HATCH, 0, HATCH]) {
    context.moveTo(shift - 1, HATCH + 1);
    context.lineTo(shift + HATCH + 1, -1);
  }
  context.stroke();
  const pattern = canvas.getContext('2d')?.createPattern(tile, 'repeat') ?? null;
  pattern?.setTransform(new DOMMatrix().scale(1 / scale));
  return pattern;
}
