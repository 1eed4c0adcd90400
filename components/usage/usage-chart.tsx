import { formatTokens, formatUsd } from '@/lib/client/usage-words';
import { ClockTime } from '../ui/time';
import type { UsageChart as Chart, UsageBar, UsageMeasure } from './usage';

const HEIGHT = 100;
/** The width of a bar, of the room for it. */
const BAR = 0.82;

interface UsageChartProps {
  chart: Chart;
  measure: UsageMeasure;
  /** What a bar is, such as `hour`. */
  by: 'hour' | 'day';
  pointed: string | null;
  onPoint: (since: string | null) => void;
}

/** Stacked bars over time. The tables beside it have the same figures. */
export function UsageChart({ chart, measure, by, pointed, onPoint }: UsageChartProps) {
  const { bars, most } = chart;
  const format = measure === 'cost' ? formatUsd : formatTokens;
  const what = measure === 'cost' ? 'Estimated cost' : 'Tokens';
  const [first, last] = [bars[0], bars.at(-1)];
  return (
    <figure className="flex min-h-32 min-w-0 flex-1 flex-col px-4 pt-1 pb-1">
      <figcaption className="flex justify-between text-muted text-xs">
        <span>
          {what} for each {by}
        </span>
        <span>highest {format(most)}</span>
      </figcaption>
      <svg
        viewBox={`0 0 ${Math.max(1, bars.length)} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${what} for each ${by}: ${bars.length} bars, the highest ${format(most)}. The tables have the figures.`}
        className="h-40 w-full shrink-0 border-line border-b md:h-0 md:min-h-20 md:shrink md:grow"
      >
        {bars.map((bar, index) => (
          <Bar key={bar.since} {...{ bar, index, most, pointed: pointed === bar.since, onPoint }} />
        ))}
      </svg>
      <div aria-hidden="true" className="flex justify-between text-muted text-xs">
        <span>{first && <ClockTime instant={first.since} />}</span>
        <span>{last && <ClockTime instant={last.since} />}</span>
      </div>
    </figure>
  );
}

interface BarProps extends Pick<UsageChartProps, 'onPoint'> {
  bar: UsageBar;
  index: number;
  most: number;
  pointed: boolean;
}

function Bar({ bar, index, most, pointed, onPoint }: BarProps) {
  const scale = most > 0 ? HEIGHT / most : 0;
  return (
    <g data-bar={bar.since} onPointerEnter={() => onPoint(bar.since)} onPointerLeave={() => onPoint(null)}>
      <rect x={index} y={0} width={1} height={HEIGHT} className={pointed ? 'fill-tint' : 'fill-transparent'} />
      {bar.parts.map(({ series, value, from }) => (
        <rect
          key={`${series.kind} ${series.key}`}
          x={index + (1 - BAR) / 2}
          y={HEIGHT - (from + value) * scale}
          width={BAR}
          height={value * scale}
          fill="currentColor"
          className={series.colour}
        />
      ))}
    </g>
  );
}
