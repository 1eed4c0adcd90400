import { formatCount } from '@/lib/client/text';
import { formatTokens, formatUsd, tokenWords } from '@/lib/client/usage-words';
import type { UsageState, UsageSum } from '@/lib/contract/claude-schemas';
import { DetailPart } from '../ui/detail-part';

interface AgentUsageProps {
  id: string;
  usage: UsageState;
  /** The field `work` of the agent; a registry of another program may have a field of this name, with anything in it. */
  work: unknown;
}

/** Tokens and estimated cost of one agent, and how full its context is. Nothing where neither is known. */
export function AgentUsage({ id, usage, work }: AgentUsageProps) {
  const known = usage.agents.find((agent) => agent.id === id);
  const context = contextOf(work);
  if (!known && context === null) return null;
  return (
    <DetailPart title="Usage" note="estimated">
      <dl className="wrap-anywhere grid grid-cols-[minmax(6rem,auto)_minmax(0,1fr)] gap-x-3">
        {known && (
          <>
            <dt className="text-muted">Today</dt>
            <dd>
              <SumWords sum={known.today} />
            </dd>
            <dt className="text-muted">Since the start</dt>
            <dd>
              <SumWords sum={known.since_start} />
            </dd>
          </>
        )}
        {context !== null && (
          <>
            <dt className="text-muted">Context used</dt>
            <dd title={`${formatCount(context.tokens)} tokens`}>
              {context.percent === null
                ? `${formatTokens(context.tokens)} tokens; the size of its context is not known`
                : `${Math.round(context.percent)} %, ${formatTokens(context.tokens)} tokens`}
            </dd>
          </>
        )}
      </dl>
    </DetailPart>
  );
}

function contextOf(work: unknown): { tokens: number; percent: number | null } | null {
  if (typeof work !== 'object' || work === null || !('context_tokens' in work)) return null;
  if (typeof work.context_tokens !== 'number') return null;
  const percent = 'context_percent' in work && typeof work.context_percent === 'number' ? work.context_percent : null;
  return { tokens: work.context_tokens, percent };
}

function SumWords({ sum }: { sum: UsageSum }) {
  if (sum.messages === 0) return 'nothing';
  return (
    <>
      {sum.cost_usd === null ? (
        <span className="text-warn">no known price</span>
      ) : (
        <span className="font-medium">{formatUsd(sum.cost_usd)}</span>
      )}
      <span className="text-muted"> · {tokenWords(sum)}</span>
    </>
  );
}
