import { lazy, Suspense, useMemo, useSyncExternalStore } from 'react';
import { type Address, panelOf } from '@/lib/client/address';
import { now, subscribe } from '@/lib/client/clock';
import type { DrawerView } from '@/lib/client/settings';
import { isoOf, PRESETS, parseSpan, resolveChoice } from '@/lib/client/spans';
import { milliseconds } from '@/lib/client/time';
import { useNarrow } from '@/lib/client/use-layout';
import { Presets } from '../timeline/presets';
import { Timeline } from '../timeline/timeline';
import type { TimelineProps } from '../timeline/timeline-props';

const TalkMatrix = lazy(() => import('../talk/talk-matrix').then((module) => ({ default: module.TalkMatrix })));
const WaitingGraph = lazy(() => import('../waits/waits-graph').then((module) => ({ default: module.WaitingGraph })));

/** So often the span of who talks to whom moves on with the present, in milliseconds. */
const SPAN_STEP = 15_000;

interface DrawerContentProps extends TimelineProps {
  view: DrawerView;
}

/** What the open drawer shows. */
export function DrawerContent({ view, ...props }: DrawerContentProps) {
  const { swarm, address } = props;
  const change = useLead(props);
  if (view === 'timeline') return <Timeline {...props} />;
  if (view === 'talk') return <Talk {...props} change={change} />;
  return (
    <Suspense>
      <WaitingGraph
        attention={swarm.attention}
        locks={swarm.locks}
        agents={swarm.agents}
        address={address}
        change={change}
      />
    </Suspense>
  );
}

/** Beside the panels what is chosen shows there at once; on a narrow screen its tab has to come. */
function useLead({ change, goTo }: Pick<DrawerContentProps, 'change' | 'goTo'>): DrawerContentProps['change'] {
  const narrow = useNarrow();
  return (to: Partial<Address>, push) => {
    change(to, push);
    const panel = panelOf(to);
    if (narrow && panel !== null) goTo(panel);
  };
}

/** Who talks to whom in the span that the timeline shows. */
function Talk({ swarm, address, change }: Pick<DrawerContentProps, 'swarm' | 'address' | 'change'>) {
  const choice = useMemo(() => parseSpan(address.span), [address.span]);
  const step = useSyncExternalStore(subscribe, stepNow, stepNow);
  const at = milliseconds(address.at);
  const span = useMemo(() => {
    const { since, until } = resolveChoice(choice, { now: (step + 1) * SPAN_STEP, first: 0, at });
    return { since: isoOf(since), until: isoOf(until) };
  }, [choice, step, at]);
  // What is said from now on belongs to a span that follows the present, and to everything its beginning does too.
  const follows = typeof choice === 'string' && at === null;
  const filter = { since: choice === 'all' ? null : span.since, until: follows ? null : span.until };
  return (
    <>
      <div className="flex h-8 shrink-0 items-center border-line border-b px-2">
        <Presets
          preset={PRESETS.find((name) => name === choice) ?? null}
          onPreset={(preset) => change({ span: preset })}
        />
      </div>
      <Suspense>
        <TalkMatrix span={span} filter={filter} now={follows} agents={swarm.agents} address={address} change={change} />
      </Suspense>
    </>
  );
}

function stepNow(): number {
  return Math.floor(now() / SPAN_STEP);
}
