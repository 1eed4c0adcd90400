const HEIGHT = 16;

/** Counts as small bars, oldest at the left; the maximum fills the height. */
export function Sparkline({ counts, label }: { counts: readonly number[]; label: string }) {
  const highest = Math.max(1, ...counts);
  const path = counts
    .map((count, index) => {
      const height = count === 0 ? 0.5 : Math.max(1.5, (count / highest) * HEIGHT);
      return `M${index} ${HEIGHT}v${-round(height)}h.64v${round(height)}z`;
    })
    .join('');
  return <Graphic label={label} width={counts.length} path={path} />;
}

/** A figure over time as a line of steps, oldest at the left; zero is the lower edge. */
export function Trend({ samples, label }: { samples: readonly number[]; label: string }) {
  const highest = Math.max(1, ...samples) * 1.25;
  const heights = samples.map((sample) => round(HEIGHT - 1 - (sample / highest) * (HEIGHT - 2)));
  const path = `M0 ${heights[0] ?? HEIGHT}${heights.map((height) => `V${height}h1`).join('')}`;
  return <Graphic label={label} width={samples.length} path={path} line />;
}

interface GraphicProps {
  label: string;
  width: number;
  path: string;
  line?: boolean;
}

function Graphic({ label, width, path, line = false }: GraphicProps) {
  const paint = line ? { fill: 'none', stroke: 'currentColor', strokeWidth: 1.5 } : { fill: 'currentColor' };
  return (
    <svg
      viewBox={`0 0 ${Math.max(1, width)} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
      className="h-6 w-full"
    >
      <title>{label}</title>
      <path d={path} vectorEffect="non-scaling-stroke" {...paint} />
    </svg>
  );
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
