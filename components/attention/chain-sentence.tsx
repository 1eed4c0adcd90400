import { Fragment } from 'react';
import { chainLine } from '@/components/attention/attention';
import { useDashboardSenders } from '@/lib/client/dashboard-senders';
import { counted } from '@/lib/client/text';
import type { AgentHealth, WaitChain } from '@/lib/contract/schemas';
import { Text } from '../ui/text';
import { RelativeTime } from '../ui/time';

/** What the registry and the processes say of a root; nothing where it lives. */
const ROOT_STATES: Record<AgentHealth | 'missing', string | null> = {
  active: null,
  stale: 'silent',
  dead: 'dead',
  moved: 'moved to another id',
  unknown: 'state unknown',
  missing: 'not in the registry',
};

const MAX_FILE_NAME = 60;

type Link = WaitChain['links'][number];

/** Tells a waiting chain from its root on: `agent-1 (dead, holds a.ts) blocks agent-2 for 12 min, which blocks agent-5`. */
export function ChainSentence({ chain }: { chain: WaitChain }) {
  const { steps, others } = chainLine(chain);
  return (
    <>
      <Name value={chain.root} />
      <RootState chain={chain} />
      {steps.map((link, index) => (
        <Fragment key={link.from}>
          {index > 0 && ', which'}
          <Step link={link} />
        </Fragment>
      ))}
      {others > 0 && `; ${counted(others, 'more wait', 'more waits')} in this chain`}
    </>
  );
}

/** A question may block nobody, so only what is literally said of it is told. */
function Step({ link: { from, kind, since } }: { link: Link }) {
  return (
    <>
      {kind === 'question' ? ' has not answered ' : ' blocks '}
      <Name value={from} />
      {since !== null && (
        <>
          {' for '}
          <RelativeTime instant={since} form="age" label="Since" />
        </>
      )}
    </>
  );
}

function RootState({ chain: { root, root_health, root_locks, root_lock_count } }: { chain: WaitChain }) {
  const operators = useDashboardSenders(root_health === null ? [root] : []);
  const state = operators.has(root) ? 'sends from this dashboard' : ROOT_STATES[root_health ?? 'missing'];
  const [first] = root_locks;
  if (first === undefined) return state === null ? null : ` (${state})`;
  return (
    <>
      {state === null ? ' (holds ' : ` (${state}, holds `}
      <span title={first}>
        <Text value={fileName(first)} max={MAX_FILE_NAME} />
      </span>
      {root_lock_count > 1 && ` and ${counted(root_lock_count - 1, 'more lock')}`})
    </>
  );
}

/** The last part of a path: a whole one would push the rest of the chain out of the line. */
function fileName(path: string): string {
  return path.split(/[/\\]/).findLast((part) => part !== '') ?? path;
}

function Name({ value }: { value: string }) {
  return (
    <span className="font-medium text-ink">
      <Text value={value} max={60} />
    </span>
  );
}
