import { formatCount } from '@/lib/client/text';
import { formatTokens, formatUsd } from '@/lib/client/usage-words';
import type { UsageSum } from '@/lib/contract/claude-schemas';
import { Text } from '../ui/text';
import { ClockTime } from '../ui/time';
import type { UsageChart, UsageMeasure, UsageSeries } from './usage';

interface UsageSumsProps {
  sums: readonly UsageSeries[];
  total: UsageSum;
  part: 'agent' | 'model';
  onAgent: (agent: string) => void;
}

/** Tokens by kind and cost of each agent or model. */
export function UsageSums({ sums, total, part, onAgent }: UsageSumsProps) {
  return (
    <table aria-label={`Usage by ${part}`} className="w-full border-separate border-spacing-y-0.5">
      <thead>
        <tr className="text-muted text-xs">
          <th scope="col" className="text-left font-normal">
            {part === 'agent' ? 'Agent' : 'Model'}
          </th>
          {['Cost, est.', 'Input', 'Output', 'Cache read', 'Cache write', 'Answers'].map((name) => (
            <th key={name} scope="col" className="pl-3 text-right font-normal">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {sums.map((one) => (
          <tr key={`${one.kind} ${one.key}`}>
            <th scope="row" className="max-w-48 truncate text-left font-normal">
              <Swatch series={one} />
              <SeriesName series={one} onAgent={part === 'agent' ? onAgent : null} />
            </th>
            <SumCells sum={one.sum} />
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr className="font-medium">
          <th scope="row" className="text-left font-medium">
            All
          </th>
          <SumCells sum={total} />
        </tr>
      </tfoot>
    </table>
  );
}

function Swatch({ series: { colour } }: { series: UsageSeries }) {
  return <span aria-hidden="true" className={`mr-1.5 inline-block size-2 rounded-[2px] bg-current ${colour}`} />;
}

function SeriesName({ series, onAgent }: { series: UsageSeries; onAgent: ((agent: string) => void) | null }) {
  const { kind, key } = series;
  if (kind === 'rest') return <span className="text-muted">all others</span>;
  if (kind === 'unknown') return <span className="text-muted">unknown agent</span>;
  if (onAgent === null) return <Text value={key} max={60} />;
  return (
    <button type="button" className="link" onClick={() => onAgent(key)}>
      <Text value={key} max={60} />
    </button>
  );
}

function SumCells({ sum }: { sum: UsageSum }) {
  const { input, output, cache_read, cache_write_5m, cache_write_1h } = sum.tokens;
  return (
    <>
      <td className="whitespace-nowrap pl-3 text-right">
        {sum.cost_usd === null ? <span className="text-warn">no known price</span> : formatUsd(sum.cost_usd)}
        {sum.cost_usd !== null && sum.unpriced_tokens > 0 && (
          <span className="text-warn" title={`${formatCount(sum.unpriced_tokens)} tokens have no known price`}>
            {' '}
            + {formatTokens(sum.unpriced_tokens)} unpriced
          </span>
        )}
      </td>
      {[input, output, cache_read, cache_write_5m + cache_write_1h].map((tokens, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the columns are fixed
        <td key={index} className="pl-3 text-right text-muted" title={formatCount(tokens)}>
          {formatTokens(tokens)}
        </td>
      ))}
      <td className="pl-3 text-right text-muted">{formatCount(sum.messages)}</td>
    </>
  );
}

interface UsageTimesProps {
  chart: UsageChart;
  measure: UsageMeasure;
  by: 'hour' | 'day';
}

/** The figures of the chart as a table: one row for each bar that has a height. */
export function UsageTimes({ chart, measure, by }: UsageTimesProps) {
  const format = measure === 'cost' ? formatUsd : formatTokens;
  return (
    <details className="mt-1">
      <summary className="cursor-pointer text-muted">Figures for each {by}</summary>
      <table aria-label={`${measure === 'cost' ? 'Estimated cost' : 'Tokens'} for each ${by}`} className="mt-1">
        <thead>
          <tr className="text-muted text-xs">
            <th scope="col" className="text-left font-normal">
              Since
            </th>
            <th scope="col" className="pl-3 text-right font-normal">
              All
            </th>
            <th scope="col" className="pl-3 text-left font-normal">
              Of these
            </th>
          </tr>
        </thead>
        <tbody>
          {chart.bars
            .filter(({ total }) => total > 0)
            .map(({ since, total, parts }) => (
              <tr key={since}>
                <th scope="row" className="whitespace-nowrap text-left font-normal">
                  <ClockTime instant={since} />
                </th>
                <td className="pl-3 text-right">{format(total)}</td>
                <td className="wrap-anywhere pl-3 text-muted">
                  {parts.map(({ series, value }) => `${seriesWords(series)} ${format(value)}`).join(', ')}
                </td>
              </tr>
            ))}
        </tbody>
      </table>
    </details>
  );
}

/** @returns the name of a series as plain text */
export function seriesWords({ kind, key }: UsageSeries): string {
  if (kind === 'rest') return 'all others';
  return kind === 'unknown' ? 'unknown agent' : key;
}
