/** Describes the things on a timeline in words. */

import type { Address } from '@/lib/client/address';
import { commandName, outcomeWords } from '@/lib/client/command-words';
import { healthWord } from '@/lib/client/health-word';
import { isoOf } from '@/lib/client/spans';
import { asText, counted, revealed, truncated } from '@/lib/client/text';
import { clockTime, duration } from '@/lib/client/time';
import { lifeParts } from '@/lib/contract/life';
import type { TaskMark } from '@/lib/contract/past-schemas';
import type { TimeSpan } from '@/lib/contract/time-span';
import type { Thing } from './timeline-hit';
import { isBeforeRecord } from './timeline-lanes';

const MAX_NAMES = 5;
const MAX_TEXT_LENGTH = 120;

/**
 * Describes a thing in one line: "agent-3 · QUESTION to agent-1, agent-2 · 12:03:41".
 *
 * @param now milliseconds since 1970; times of other days get their date
 * @param zone as for `clockTime`
 */
export function thingWords(thing: Thing, now: number, zone?: string): string {
  const clock = (time: number) => clockTime(isoOf(time), now, zone);
  const lasted = (since: number, until: number) => {
    if (!Number.isFinite(since)) return `until ${clock(until)}`;
    if (!Number.isFinite(until)) return `since ${clock(since)}, ${duration((now - since) / 1000)}`;
    return `${clock(since)} to ${clock(until)}, ${duration((until - since) / 1000)}`;
  };
  const agent = agentName(thing.agent);
  switch (thing.kind) {
    case 'messages':
      return `${agent} · ${messageWords(thing.ticks)} · ${clock(thing.at)}`;
    case 'lock': {
      const { lock, since, until, byFile } = thing.bar;
      const what =
        lock.count > 1 ? `${counted(lock.count, 'lock')}, first ${visible(lock.filepath)}` : visible(lock.filepath);

      return `${agent} · ${lock.state}: ${what} · ${lasted(since, until)}${byFile ? ', by its lock file' : ''}`;
    }
    case 'locks': {
      const lost = thing.lost > 0 ? `, ${thing.lost} of them stale or orphaned` : '';
      return `${agent} · ${counted(thing.held, 'lock')}${lost} · ${clock(thing.at)}`;
    }
    case 'life':
      return `${agent} · ${lifeWords(thing.life, clock)} · ${processWords(lifeParts(thing.life.life))}`;
    case 'commands':
      return `${agent} · ${commandWords(thing.commands)} · ${clock(thing.at)}`;
    case 'tasks':
      return `${agent} · ${taskWords(thing.tasks)} · ${clock(thing.at)}`;
    case 'moment':
      return clock(thing.at);
    case 'place': {
      const { unknown, health, activity, spoke } = thing;
      if (unknown && isBeforeRecord(unknown)) {
        const known = spoke ? `messages from ${clock(spoke.since)} to ${clock(spoke.until)}` : 'no message in view';
        return `${agent} · health not recorded before ${clock(unknown.until)} · ${known} · ${clock(thing.at)}`;
      }
      if (unknown)
        return `${SUBJECTS[unknown.about]} not known · ${lasted(unknown.since, unknown.until)} · ${unknown.reason}`;
      const does = activity ? `${activity.state} ${lasted(activity.since, activity.until)} · ` : '';
      return `${agent} · ${does}${health ? `${healthWord(health.health)} ${lasted(health.since, health.until)}` : 'not registered'} · ${clock(thing.at)}`;
    }
  }
}

/** @returns a span by its two ends, the second without a date if it is the same day */
export function spanWords({ since, until }: TimeSpan, now: number, zone?: string): string {
  return `${clockTime(isoOf(since), now, zone)} – ${clockTime(isoOf(until), since, zone)}`;
}

function lifeWords({ at, late }: Extract<Thing, { kind: 'life' }>['life'], clock: (time: number) => string): string {
  return late
    ? `another process has this id, first seen at ${clock(at)}`
    : `another process has this id since ${clock(at)}`;
}

/** @returns "pid 41231, pane %2", with "unknown" for a missing value */
function processWords({ pid, pane }: { pid: string; pane: string }): string {
  return `pid ${visible(pid) || 'unknown'}, pane ${visible(pane) || 'unknown'}`;
}

const SUBJECTS = { everything: 'Agents and locks', registry: 'Agents', locks: 'Locks', log: 'Messages' } as const;

function messageWords(ticks: Extract<Thing, { kind: 'messages' }>['ticks']): string {
  const [first] = ticks;
  const types = new Map<string, number>();
  for (const { tick } of ticks) types.set(tick.type, (types.get(tick.type) ?? 0) + tick.count);
  const total = [...types.values()].reduce((sum, count) => sum + count, 0);
  const names = nameList(first?.tick.recipients ?? []);
  const [type] = types.keys();
  if (total === 1) return `${typeText(type)} to ${names}`;
  if (types.size === 1) return `${total} ${typeText(type)}, the first to ${names}`;
  const parts = [...types].map(([name, count]) => `${count} ${typeText(name)}`);
  return `${counted(total, 'message')}: ${parts.slice(0, MAX_NAMES).join(', ')}`;
}

/** "release lock src/a.ts: released, by ada", or how many commands, and of which names */
function commandWords(commands: Extract<Thing, { kind: 'commands' }>['commands']): string {
  const [first] = commands;
  const total = commands.reduce((sum, { mark }) => sum + mark.count, 0);
  if (first === undefined || total > 1) {
    const names = [...new Set(commands.map(({ mark }) => visible(commandName(mark.action))))];
    return `${counted(total, 'command')}: ${names.slice(0, MAX_NAMES).join(', ')}`;
  }
  const { action, target, agent, outcome, principal } = first.mark;
  const what = target === null || target === agent ? '' : ` ${visible(target)}`;
  const by = principal === null ? '' : `, by ${visible(principal)}`;
  return `${visible(commandName(action))}${what}: ${visible(outcomeWords(outcome))}${by}`;
}

/** "task Round the totals: working", or how many changes, and of which tasks */
function taskWords(tasks: Extract<Thing, { kind: 'tasks' }>['tasks']): string {
  const [first] = tasks;
  const total = tasks.reduce((sum, { mark }) => sum + mark.count, 0);
  if (first === undefined || total > 1) {
    const names = [...new Set(tasks.map(({ mark }) => taskName(mark)))];
    return `${counted(total, 'change of tasks', 'changes of tasks')}: ${names.slice(0, MAX_NAMES).join(', ')}`;
  }
  const { mark } = first;
  return `task ${taskName(mark)}: ${visible(mark.status?.replaceAll('_', ' ') ?? '') || 'no status'}`;
}

function taskName({ objective, key }: TaskMark): string {
  return visible(objective.trim() || key);
}

function typeText(type: string | undefined): string {
  return visible(type ?? '') || 'no type';
}

function nameList(names: readonly string[]): string {
  if (names.length === 0) return 'unknown recipient';
  const shown = names.slice(0, MAX_NAMES).map((name) => (name === 'all' ? 'everyone' : agentName(name)));
  return names.length > MAX_NAMES
    ? `${shown.join(', ')} and ${counted(names.length - MAX_NAMES, 'other')}`
    : shown.join(', ');
}

/** @returns the name of an agent, safe to show in one line */
export function agentName(agent: string): string {
  return visible(agent) || 'unknown agent';
}

function visible(value: string): string {
  const text = truncated(asText(value), MAX_TEXT_LENGTH).replace(/[\n\t]/g, ' ');
  return revealed(text)
    .map((piece) => piece.text)
    .join('');
}

/** @returns a length of time in short form: "2 h 5 min" */
export function durationText(milliseconds: number): string {
  return duration(Math.round(milliseconds / 1000));
}

/** The link of a thing: the part of the address, the tab that shows it on a narrow screen, and a label. */
export interface Lead {
  to: Partial<Address>;
  tab: 'messages' | 'locks' | 'agents' | null;
  label: string;
}

/** @returns the link of a thing; that of an empty place goes to its moment */
export function leadOf(thing: Thing, now: number, zone?: string): Lead {
  switch (thing.kind) {
    case 'messages':
      return { to: { message: thing.ticks[0]?.tick.cursor ?? null }, tab: 'messages', label: 'Show the message' };
    case 'lock':
      // A lock that has ended is listed in the detail of its holder.
      return thing.bar.lasts && thing.bar.lock.count === 1
        ? { to: { lock: thing.bar.lock.lock_file }, tab: 'locks', label: 'Show the lock' }
        : { to: { agent: thing.agent }, tab: 'agents', label: `Show ${agentName(thing.agent)}` };
    case 'tasks':
      return { to: { task: thing.tasks[0]?.mark.key ?? null, view: 'tasks' }, tab: null, label: 'Show the task' };
    case 'commands':
    case 'locks':
    case 'life':
      return { to: { agent: thing.agent }, tab: 'agents', label: `Show ${agentName(thing.agent)}` };
    case 'moment':
    case 'place':
      return { to: { at: isoOf(thing.at) }, tab: null, label: `Select ${clockTime(isoOf(thing.at), now, zone)}` };
  }
}
