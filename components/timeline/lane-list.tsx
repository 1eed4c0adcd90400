import { type KeyboardEvent, type RefObject, useRef, useState } from 'react';
import { nearestThing, nextThing, type Thing, thingsOf } from '@/components/timeline/timeline-hit';
import type { Lane, Lanes } from '@/components/timeline/timeline-lanes';
import type { TimelineView } from '@/components/timeline/timeline-view';
import type { Address } from '@/lib/client/address';
import { useDashboardSenders } from '@/lib/client/dashboard-senders';
import { healthWord } from '@/lib/client/health-word';
import { counted } from '@/lib/client/text';
import { AgentName } from '../ui/agent-name';
import { type Pointed, usePointed } from './pointed';
import type { Stage } from './stage';

const ZOOM = 1.6;
const PAN = 0.2;

interface LaneListProps {
  lanes: Lanes;
  pointed: Pointed;
  stage: RefObject<Stage | null>;
  view: TimelineView;
  /** Enter at the cursor's thing. */
  onEnter: (thing: Thing) => void;
  change: (part: Partial<Address>, push?: boolean) => void;
}

/**
 * The names of the lanes, with keyboard control: up and down move between lanes, left and right between things, Enter
 * follows a thing's link. The thing at the cursor is shown in words above and read aloud.
 */
export function LaneList({ lanes: { lanes }, pointed, stage, view, onEnter, change }: LaneListProps) {
  const operators = useDashboardSenders(lanes.filter(({ health }) => health.length === 0).map(({ agent }) => agent));
  const [current, setCurrent] = useState<string | null>(null);
  const list = useRef<HTMLUListElement>(null);
  const pointedAgent = usePointed(pointed)?.agent;
  const reachable = Math.max(
    0,
    lanes.findIndex(({ agent }) => agent === current),
  );
  const things = (lane: Lane | undefined) => (lane && stage.current ? thingsOf(lane, stage.current.scale()) : []);
  const cursor = () => (pointed.byKeys ? pointed.thing : null);

  const goToLane = (index: number) => {
    const lane = lanes[Math.min(lanes.length - 1, Math.max(0, index))];
    const from = cursor();
    if (lane === undefined) return;
    setCurrent(lane.agent);
    list.current?.querySelectorAll('button')[lanes.indexOf(lane)]?.focus();
    if (from) pointed.set(nearestThing(things(lane), from.at) ?? { ...NOWHERE, agent: lane.agent, at: from.at }, true);
  };
  const move = (step: 1 | -1) => {
    const from = cursor();
    const next = nextThing(things(lanes[reachable]), from?.agent === lanes[reachable]?.agent ? from : null, step);
    if (next) pointed.set(next, true);
  };
  const goAlong = ({ key, shiftKey }: KeyboardEvent): boolean => {
    const side = { ArrowRight: 1, ArrowLeft: -1 }[key] as 1 | -1 | undefined;
    if (side !== undefined && shiftKey) stage.current?.pan(side * PAN);
    else if (side !== undefined) move(side);
    else if (key === 'ArrowDown') goToLane(reachable + 1);
    else if (key === 'ArrowUp') goToLane(reachable - 1);
    else return false;
    return true;
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (!(goAlong(event) || changeSpan(event.key))) return;
    event.preventDefault();
  };
  const changeSpan = (key: string): boolean => {
    if (key === '+' || key === '=') stage.current?.zoom(ZOOM);
    else if (key === '-') stage.current?.zoom(1 / ZOOM);
    else if (key === 'Home') view.goToFirst();
    else if (key === 'End') view.goToNow();
    else if (key === 'Escape' && cursor()) pointed.set(null);
    else return false;
    return true;
  };
  const onPress = (agent: string) => {
    const thing = cursor();
    if (thing?.agent === agent) onEnter(thing);
    else change({ agent }, true);
  };
  return (
    <ul ref={list} aria-label="Lanes" onKeyDown={onKeyDown} onBlur={() => pointed.byKeys && pointed.set(null)}>
      {lanes.map((lane, index) => (
        <li key={lane.agent} className="h-(--lane)">
          <button
            type="button"
            tabIndex={index === reachable ? 0 : -1}
            data-pointed={lane.agent === pointedAgent || undefined}
            onFocus={() => setCurrent(lane.agent)}
            onClick={() => onPress(lane.agent)}
            className="flex h-full w-full cursor-pointer items-center border-line border-b pr-2 pl-4 text-left text-muted hover:text-ink focus-visible:text-ink data-pointed:text-ink"
          >
            <span className="truncate">
              {lane.agent === '' ? 'unknown agent' : <AgentName id={lane.agent} max={60} />}
              <span className="sr-only"> {inWords(lane, operators.has(lane.agent))}</span>
            </span>
          </button>
        </li>
      ))}
    </ul>
  );
}

const NOWHERE = { kind: 'place', health: null, activity: null, unknown: null, spoke: null } as const;

/** @param operator messages are sent under the name of the lane from this dashboard */
function inWords({ ticks, bars, health, lives, commands, tasks }: Lane, operator: boolean): string {
  const messages = ticks.reduce((sum, { tick }) => sum + tick.count, 0);
  const recorded = bars.filter(({ byFile }) => !byFile);
  const files = new Set(recorded.map(({ lock }) => lock.lock_file));
  const earlier = bars.filter(({ byFile, lock }) => byFile && !files.has(lock.lock_file));
  const locks = [...recorded, ...earlier].reduce((sum, { lock }) => sum + lock.count, 0);
  const newest = health.at(-1)?.health;
  const last = newest ? healthWord(newest) : operator ? 'sends from this dashboard' : 'not registered';
  const former = lives.length > 0 ? `, ${counted(lives.length, 'former process', 'former processes')}` : '';
  const acted = commands.reduce((sum, { mark }) => sum + mark.count, 0);
  const about = acted > 0 ? `, ${counted(acted, 'command')}` : '';
  const changes = tasks.reduce((sum, { mark }) => sum + mark.count, 0);
  const changed = changes > 0 ? `, ${counted(changes, 'change of a task', 'changes of tasks')}` : '';
  return `${counted(messages, 'message')}, ${counted(locks, 'lock')}${about}${changed}, ${last}${former}`;
}
