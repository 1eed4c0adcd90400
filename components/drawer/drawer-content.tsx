import { Suspense, use, useMemo, useSyncExternalStore } from 'react';
import { type Address, panelOf } from '@/lib/client/address';
import { now, subscribe } from '@/lib/client/clock';
import { Moment } from '@/lib/client/moment';
import type { DrawerView } from '@/lib/client/settings';
import { isoOf, PRESETS, parseSpan, resolveChoice } from '@/lib/client/spans';
import { milliseconds } from '@/lib/client/time';
import { useNarrow } from '@/lib/client/use-layout';
import { Presets } from '../timeline/presets';
import { Timeline } from '../timeline/timeline';
import type { TimelineProps } from '../timeline/timeline-props';
import { lazyPart } from '../ui/lazy-part';

const CommandsView = lazyPart(() =>
  import('../commands/commands-view').then((module) => ({ default: module.CommandsView })),
);
const AcksView = lazyPart(() => import('../acks/acks-view').then((module) => ({ default: module.AcksView })));
const TasksView = lazyPart(() => import('../tasks/tasks-view').then((module) => ({ default: module.TasksView })));
const TalkMatrix = lazyPart(() => import('../talk/talk-matrix').then((module) => ({ default: module.TalkMatrix })));
const TerminalWall = lazyPart(() =>
  import('../terminal-wall/terminal-wall').then((module) => ({ default: module.TerminalWall })),
);
const UsageView = lazyPart(() => import('../usage/usage-view').then((module) => ({ default: module.UsageView })));
const WaitingGraph = lazyPart(() =>
  import('../waits/waits-graph').then((module) => ({ default: module.WaitingGraph })),
);
const WorkView = lazyPart(() => import('../work/work-view').then((module) => ({ default: module.WorkView })));

/** How often the time range of the conversations moves on with the present, in milliseconds. */
const SPAN_STEP = 15_000;

interface DrawerContentProps extends TimelineProps {
  view: DrawerView;
}

/** The content of the open drawer. */
export function DrawerContent({ view, ...props }: DrawerContentProps) {
  const { swarm, shown, knowsTasks, address } = props;
  const change = useLead(props);
  const past = use(Moment) !== null;
  if (view === 'timeline') return <Timeline {...props} />;
  if (view === 'talk') return <Talk {...props} change={change} />;
  if (view === 'tasks') {
    return (
      <Suspense>
        <TasksView
          tasks={shown.tasks}
          known={knowsTasks}
          locks={shown.locks}
          agents={shown.agents}
          past={past}
          address={address}
          change={change}
        />
      </Suspense>
    );
  }
  if (view === 'work') {
    return (
      <Suspense>
        <WorkView work={swarm.work} past={past} address={address} change={change} />
      </Suspense>
    );
  }
  if (view === 'commands') {
    return (
      <Suspense>
        <CommandsView at={address.at} onGo={(to) => change(to, true)} />
      </Suspense>
    );
  }
  if (view === 'acks') {
    return (
      <Suspense>
        <AcksView at={address.at} onGo={(to) => change(to, true)} />
      </Suspense>
    );
  }
  if (view === 'terminals') {
    return (
      <Suspense fallback={<p className="px-4 py-2 text-muted">Loading…</p>}>
        <TerminalWall
          agents={swarm.agents}
          attention={swarm.attention}
          past={address.at !== null}
          onOpen={(agent) => change({ agent, terminal: 'open' }, true)}
        />
      </Suspense>
    );
  }
  if (view === 'usage') {
    return (
      <Suspense>
        <UsageView usage={swarm.usage} at={address.at} onAgent={(agent) => change({ agent }, true)} />
      </Suspense>
    );
  }
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

/** On a wide screen the panels show a selection at once; a narrow screen must first show its tab. */
function useLead({ change, goTo }: Pick<DrawerContentProps, 'change' | 'goTo'>): DrawerContentProps['change'] {
  const narrow = useNarrow();
  return (to: Partial<Address>, push) => {
    change(to, push);
    const panel = panelOf(to);
    if (narrow && panel !== null) goTo(panel);
  };
}

/** The conversations in the time range that the timeline shows. */
function Talk({ swarm, address, change }: Pick<DrawerContentProps, 'swarm' | 'address' | 'change'>) {
  const choice = useMemo(() => parseSpan(address.span), [address.span]);
  const step = useSyncExternalStore(subscribe, stepNow, stepNow);
  const at = milliseconds(address.at);
  const span = useMemo(() => {
    const { since, until } = resolveChoice(choice, { now: (step + 1) * SPAN_STEP, first: 0, at });
    return { since: isoOf(since), until: isoOf(until) };
  }, [choice, step, at]);
  // A range that follows the present includes new messages; "everything" also includes its start.
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
