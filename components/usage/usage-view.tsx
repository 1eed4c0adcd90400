import { type ReactNode, useMemo, useState, useSyncExternalStore } from 'react';
import { now, subscribe } from '@/lib/client/clock';
import { isoOf } from '@/lib/client/spans';
import { milliseconds } from '@/lib/client/time';
import { formatTokens, formatUsd, tokenWords } from '@/lib/client/usage-words';
import type { UsageAnswer, UsageState } from '@/lib/contract/claude-schemas';
import { Choice } from '../ui/choice';
import { Empty, Scroller } from '../ui/panel';
import { Text } from '../ui/text';
import { ClockTime } from '../ui/time';
import { type UsageChart as Chart, type UsageMeasure, usageChart, usageSums } from './usage';
import { UsageChart } from './usage-chart';
import { seriesWords, UsageSums, UsageTimes } from './usage-tables';
import { useUsage } from './use-usage';

const SPANS = { day: '24 hours', week: '7 days', month: '30 days' } as const;
type SpanName = keyof typeof SPANS;
const HOUR_MS = 3_600_000;
const LENGTHS_MS: Record<SpanName, number> = { day: 23 * HOUR_MS, week: 6 * 24 * HOUR_MS, month: 29 * 24 * HOUR_MS };
const MEASURES: Record<UsageMeasure, string> = { cost: 'cost', tokens: 'tokens' };
const PARTS = { agent: 'agent', model: 'model' } as const;
type Part = keyof typeof PARTS;

interface UsageViewProps {
  usage: UsageState;
  /** The past moment that the page shows, ISO 8601; null for the present. */
  at: string | null;
  onAgent: (agent: string) => void;
}

/** Tokens and estimated cost over time: a stacked chart, and tables with the same figures. */
export function UsageView({ usage, at, onAgent }: UsageViewProps) {
  const [span, setSpan] = useState<SpanName>('day');
  const [measure, setMeasure] = useState<UsageMeasure>('cost');
  const [part, setPart] = useState<Part>('agent');
  const hour = useSyncExternalStore(subscribe, hourNow, hourNow);
  const moment = milliseconds(at);
  const by = span === 'day' ? ('hour' as const) : ('day' as const);
  const since = isoOf((moment ?? hour * HOUR_MS) - LENGTHS_MS[span]);
  const { answer, error } = useUsage({ since, until: at, by, part, unknownModels: usage.unknown_models });
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <div className="flex min-h-8 shrink-0 flex-wrap items-center gap-x-4 border-line border-b px-4 text-muted">
        <Choice label="Time of usage:" quiet choices={keysOf(SPANS)} names={SPANS} value={span} onChange={setSpan} />
        <Choice label="Bars show:" choices={keysOf(MEASURES)} names={MEASURES} value={measure} onChange={setMeasure} />
        <Choice label="Group by:" choices={keysOf(PARTS)} names={PARTS} value={part} onChange={setPart} />
        {answer && <Summary answer={answer} />}
        {error && answer && <span className="text-warn">{error}</span>}
      </div>
      <Content {...{ answer, error, usage, measure, by, part, onAgent }} />
    </div>
  );
}

interface ContentProps extends Pick<UsageViewProps, 'usage' | 'onAgent'> {
  answer: UsageAnswer | undefined;
  error: string | null;
  measure: UsageMeasure;
  by: 'hour' | 'day';
  part: Part;
}

function Content({ answer, error, usage, measure, by, part, onAgent }: ContentProps) {
  const [pointed, setPointed] = useState<string | null>(null);
  const drawn = useMemo(
    // While another grouping is loaded, the last answer stays: it has its own names.
    () => answer && { chart: usageChart(answer, measure), sums: usageSums(answer) },
    [answer, measure],
  );
  if (error && !answer) return <Empty title="Could not load usage.">{error}</Empty>;
  if (!answer || !drawn) return <p className="px-4 py-2 text-muted">Loading…</p>;
  if (answer.total.messages === 0) return <Nothing usage={usage} progress={answer.progress} />;
  const shownBy = answer.by === 'day' || answer.by === 'hour' ? answer.by : by;
  const shownPart = answer.part === 'model' ? 'model' : part;
  return (
    <>
      <div className="flex min-h-0 flex-1 max-md:flex-col max-md:overflow-y-auto">
        <div className="flex min-w-0 flex-1 flex-col max-md:min-h-48 max-md:flex-none">
          <UsageChart chart={drawn.chart} measure={measure} by={shownBy} pointed={pointed} onPoint={setPointed} />
          <Pointed chart={drawn.chart} measure={measure} since={pointed} />
        </div>
        <Scroller
          label="Figures of usage"
          className="border-line px-4 py-1 max-md:overflow-x-auto max-md:overflow-y-visible md:max-w-[50%] md:border-l"
        >
          <UsageSums sums={drawn.sums} total={answer.total} part={shownPart} onAgent={onAgent} />
          {answer.rows.length < answer.count && (
            <p className="text-warn">Only the first {answer.rows.length} figures are shown. Choose a shorter time.</p>
          )}
          <UsageTimes chart={drawn.chart} measure={measure} by={shownBy} />
        </Scroller>
      </div>
      <Notes answer={answer} />
    </>
  );
}

function Summary({ answer: { total } }: { answer: UsageAnswer }) {
  return (
    <span>
      {total.cost_usd !== null && <span className="font-medium text-ink">{formatUsd(total.cost_usd)}</span>}
      {total.cost_usd !== null && ' estimated · '}
      {tokenWords(total)}
    </span>
  );
}

/** What the estimate leaves out. */
function Notes({ answer: { unknown_models, progress } }: { answer: UsageAnswer }) {
  return (
    <p className="wrap-anywhere shrink-0 border-line border-t px-4 py-1 text-muted">
      {progress !== null && <Reading progress={progress} />}
      {unknown_models.length > 0 && (
        <span className="text-warn">
          No price is known of <Text value={unknown_models.join(', ')} max={200} />: add it to the file that
          CLAUDE_PRICES names.{' '}
        </span>
      )}
      Costs are estimates from list prices. Compactions and other answers that no transcript contains are not included.
    </p>
  );
}

function Reading({ progress: { read_bytes, total_bytes } }: { progress: NonNullable<UsageAnswer['progress']> }) {
  const percent = total_bytes === 0 ? 100 : Math.floor((read_bytes / total_bytes) * 100);
  return <span className="text-ink">Transcripts are being read ({percent} %): the figures still grow. </span>;
}

function Nothing({ usage, progress }: { usage: UsageState; progress: UsageAnswer['progress'] }): ReactNode {
  if (progress !== null) {
    return (
      <Empty title="No usage has been read yet.">
        <Reading progress={progress} />
      </Empty>
    );
  }
  if (usage.since_start.messages > 0) return <Empty title="No usage in this time.">Choose a longer time.</Empty>;
  return (
    <Empty title="No usage of Claude Code is known.">
      Tokens and cost appear once an agent whose session of Claude Code is found here has got an answer.
    </Empty>
  );
}

interface PointedProps {
  chart: Chart;
  measure: UsageMeasure;
  since: string | null;
}

/** The bar that the pointer is over, in words. */
function Pointed({ chart, measure, since }: PointedProps) {
  const bar = chart.bars.find((one) => one.since === since);
  const format = measure === 'cost' ? formatUsd : formatTokens;
  return (
    <p className="h-6 shrink-0 truncate px-4 text-muted text-xs max-md:hidden">
      {bar ? (
        <>
          <ClockTime instant={bar.since} />: <span className="text-ink">{format(bar.total)}</span>
          {bar.parts.length > 0 && ' · '}
          {bar.parts.map(({ series, value }) => `${seriesWords(series)} ${format(value)}`).join(', ')}
        </>
      ) : (
        'Point at a bar to read its figures.'
      )}
    </p>
  );
}

function keysOf<Name extends string>(names: Record<Name, string>): Name[] {
  return Object.keys(names) as Name[];
}

function hourNow(): number {
  return Math.floor(now() / HOUR_MS);
}
