import { useMemo } from 'react';
import { drawWaiting, type WaitDrawing } from '@/components/waits/wait-drawing';
import { ARROW_WORDS, type WaitPair } from '@/components/waits/waits';
import type { Address } from '@/lib/client/address';
import type { DashboardSenders } from '@/lib/client/dashboard-senders';
import type { AgentHealth } from '@/lib/contract/schemas';
import { AddressLink } from '../ui/address-link';
import { Text } from '../ui/text';
import { RelativeTime } from '../ui/time';

const NODE = { width: 112, height: 26 };
/** Leaves room for a label between two columns. */
const COLUMN = 236;
const ROW = 42;
const MARGIN = 16;
/** The distance from the middle of two opposite arrows between the same agents, in pixels. */
const LANE = 5;
const HEAD = 6;
/** The distance of a label from its arrow, in pixels. */
const LABEL_SHIFT = 3;

interface WaitingDrawingProps {
  pairs: readonly WaitPair[];
  healths: ReadonlyMap<string, AgentHealth>;
  /** Names under which messages are sent from this dashboard. */
  operators: DashboardSenders;
  /** The pointed arrow: both names separated by a line feed. */
  pointed: string | null;
  onPoint: (pair: string | null) => void;
  address: Address;
  onGo: (to: Partial<Address>) => void;
}

/** The drawing of agents and arrows; the list beside it has the same content in words. */
export function WaitingDrawing({ pairs, healths, operators, pointed, onPoint, address, onGo }: WaitingDrawingProps) {
  const drawing = useMemo(() => drawWaiting(pairs), [pairs]);
  const width = (drawing.columns - 1) * COLUMN + NODE.width + 2 * MARGIN;
  const height = Math.max(1, drawing.rows) * ROW + MARGIN;
  return (
    <section
      aria-label="Drawing of waiting agents"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
      tabIndex={0}
      className="overflow-auto max-md:shrink-0 md:max-w-[60%]"
    >
      <div className="relative" style={{ width, height }}>
        <svg aria-hidden="true" width={width} height={height} className="absolute inset-0">
          {drawing.arrows.map((arrow) => (
            <Arrow
              key={`${arrow.from}\n${arrow.to}`}
              arrow={arrow}
              pointed={pointed === `${arrow.from}\n${arrow.to}`}
              onPoint={onPoint}
            />
          ))}
        </svg>
        {drawing.arrows.map((arrow) => (
          <ArrowLabel
            key={`${arrow.from}\n${arrow.to}`}
            arrow={arrow}
            pointed={pointed === `${arrow.from}\n${arrow.to}`}
            onPoint={onPoint}
          />
        ))}
        {drawing.nodes.map(({ agent, inCycle, x, y }) => (
          <div
            key={agent}
            className="absolute flex"
            style={{ left: MARGIN + x * COLUMN, top: centre(y) - NODE.height / 2, ...NODE }}
          >
            <AddressLink
              to={{ view: address.view, span: address.span, agent }}
              onGo={onGo}
              className={`w-full truncate rounded-md bg-paper px-2 text-center leading-[26px] outline hover:bg-tint focus-visible:outline-2 focus-visible:outline-accent ${inCycle ? 'font-medium text-bad outline-bad' : 'outline-line'}`}
            >
              <Text value={agent} max={40} />
              <Silent health={healths.get(agent)} operator={operators.has(agent)} />
            </AddressLink>
          </div>
        ))}
      </div>
    </section>
  );
}

interface SilentProps {
  health: AgentHealth | undefined;
  /** Messages are sent under this name from this dashboard, and the registry does not list it. */
  operator: boolean;
}

/** Labels an agent that cannot answer soon, and a name that is no agent's. */
export function Silent({ health, operator }: SilentProps) {
  if (operator) return <span className="text-[11px] text-muted"> this dashboard</span>;
  if (health !== 'dead' && health !== 'stale') return null;
  return <span className={`text-[11px] ${health === 'dead' ? 'text-bad' : 'text-warn'}`}> {health}</span>;
}

function centre(y: number): number {
  return MARGIN / 2 + (y + 0.5) * ROW;
}

interface ArrowProps {
  arrow: WaitDrawing['arrows'][number];
  pointed: boolean;
  onPoint: (pair: string | null) => void;
}

function Arrow({ arrow, pointed, onPoint }: ArrowProps) {
  const { from, to, inferred } = arrow;
  const { stops, way } = courseOf(arrow);
  const [start = [0, 0], ...rest] = stops;
  let before = start;
  let path = `M${start[0]} ${start[1]}`;
  for (const stop of rest) {
    const middle = (before[0] + stop[0]) / 2;
    path += `C${middle} ${before[1]} ${middle} ${stop[1]} ${stop[0]} ${stop[1]}`;
    before = stop;
  }
  const [tipX, tipY] = before;
  return (
    <g
      className={colourOf(arrow, pointed)}
      onPointerEnter={() => onPoint(`${from}\n${to}`)}
      onPointerLeave={() => onPoint(null)}
      data-arrow={`${from} ${to}`}
    >
      <path d={path} fill="none" stroke="transparent" strokeWidth={12} />
      <path
        d={path}
        fill="none"
        stroke="currentColor"
        strokeWidth={pointed ? 2.5 : 1.5}
        strokeDasharray={inferred ? '4 4' : undefined}
      />
      <path
        d={`M${tipX + way * HEAD} ${tipY}l${-way * HEAD * 1.4} ${-HEAD * 0.7}v${HEAD * 1.4}z`}
        fill="currentColor"
      />
    </g>
  );
}

/** What its oldest wait is, for how long, and how many more there are; beside the first part of the arrow. */
function ArrowLabel({ arrow, pointed, onPoint }: ArrowProps) {
  const { from, to, edges } = arrow;
  const [oldest] = edges;
  const { stops, way } = courseOf(arrow);
  const [start = [0, 0], next = start] = stops;
  if (oldest === undefined) return null;
  return (
    <span
      aria-hidden="true"
      data-label={`${from} ${to}`}
      onPointerEnter={() => onPoint(`${from}\n${to}`)}
      onPointerLeave={() => onPoint(null)}
      className={`absolute -translate-x-1/2 -translate-y-1/2 whitespace-nowrap rounded-sm bg-paper px-1 text-[11px] leading-3.5 ${colourOf(arrow, pointed)}`}
      // Opposite arrows have their labels on opposite sides.
      style={{ left: (start[0] + next[0]) / 2, top: (start[1] + next[1]) / 2 - way * LABEL_SHIFT }}
    >
      {ARROW_WORDS[oldest.kind]}
      {oldest.since !== null && (
        <>
          {' '}
          <RelativeTime instant={oldest.since} form="age" label="Since" />
        </>
      )}
      {edges.length > 1 && ` +${edges.length - 1}`}
    </span>
  );
}

function colourOf({ inCycle }: WaitPair, pointed: boolean): string {
  if (inCycle) return 'text-bad';
  return pointed ? 'text-accent' : 'text-muted';
}

/** @returns the points that an arrow goes through, in pixels, and whether it goes right (1) or left (-1) */
function courseOf({ points }: ArrowProps['arrow']): { stops: (readonly [x: number, y: number])[]; way: 1 | -1 } {
  const way = (points.at(-1)?.x ?? 0) < (points[0]?.x ?? 0) ? -1 : 1;
  const lane = -way * LANE;
  const side = (x: number, end: 1 | -1) => MARGIN + x * COLUMN + (end * way === 1 ? NODE.width : 0);
  const stops = points.flatMap(({ x, y }, index) => {
    const at = centre(y) + lane;
    if (index === 0) return [[side(x, 1), at] as const];
    if (index === points.length - 1) return [[side(x, -1) - way * HEAD, at] as const];
    return [[side(x, -1), at] as const, [side(x, 1), at] as const];
  });
  return { stops, way };
}
