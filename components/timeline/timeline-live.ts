/** Adds messages of the stream to a timeline, without reading the timeline again. */

import { describeDelivery } from '@/lib/client/delivery';
import { groupBy } from '@/lib/client/group-by';
import { asText } from '@/lib/client/text';
import { milliseconds } from '@/lib/client/time';
import { formatCursor } from '@/lib/contract/events';
import { compareNaturally } from '@/lib/contract/natural-order';
import type { MessageTick } from '@/lib/contract/past-schemas';
import type { Message } from '@/lib/contract/schemas';
import { firstAt, type Lane, type Lanes, type LaneTick, laneTicks } from './timeline-lanes';

/** The state of the stream when an answer was requested. */
export interface AskedAt {
  /** `seq` of the newest known message: older ones are in the answer. */
  head: number;
  /** The length of one step of the answer, in milliseconds. */
  step: number;
}

/**
 * Adds the messages that have arrived since the lanes were requested.
 *
 * @param messages the stream's newest, oldest first
 * @returns the lanes; the same object if no message with a time has arrived
 */
export function withArrived(lanes: Lanes, messages: readonly Message[], epoch: string | null, asked: AskedAt): Lanes {
  if (epoch === null || (messages.at(-1)?.seq ?? 0) <= asked.head) return lanes;
  const ticks = messages.filter(({ seq }) => seq > asked.head).flatMap((message) => tickOf(message, epoch));
  const arrived = groupBy(ticks, ({ sender }) => sender);
  const known = new Map(lanes.lanes.map((lane) => [lane.agent, lane]));
  const moments: number[] = [];
  for (const [sender, own] of arrived) {
    const lane = known.get(sender) ?? emptyLane(sender);
    const fresh = laneTicks(own).filter((tick) => !isAmong(lane.ticks, tick, asked));
    if (fresh.length === 0) continue;
    known.set(sender, { ...lane, ticks: [...lane.ticks, ...fresh].sort((one, other) => one.at - other.at) });
    moments.push(...fresh.map(({ at }) => at));
  }
  if (moments.length === 0) return lanes;
  const all = [...known.values()].sort((one, other) => compareNaturally(one.agent, other.agent));
  return { ...lanes, lanes: all, moments: [...lanes.moments, ...moments].sort((one, other) => one - other) };
}

function emptyLane(agent: string): Lane {
  return {
    agent,
    health: [],
    activity: [],
    lives: [],
    bars: [],
    rows: 0,
    held: [],
    ticks: [],
    commands: [],
    tasks: [],
    spoke: null,
  };
}

function tickOf(message: Message, epoch: string): MessageTick[] {
  if (milliseconds(message.sent_at) === null || message.sent_at === null) return [];
  return [
    {
      sender: asText(message.sender),
      type: asText(message.msg_type),
      at: message.sent_at,
      count: 1,
      cursor: formatCursor(epoch, message.seq),
      recipients: describeDelivery(message).recipients,
    },
  ];
}

/**
 * Whether a message that arrived during the request is already in the answer: then a tick of its type covers its time.
 */
function isAmong(ticks: readonly LaneTick[], { at, tick }: LaneTick, { head, step }: AskedAt): boolean {
  for (let index = firstAt(ticks, at - step); index < ticks.length; index++) {
    const known = ticks[index] as LaneTick;
    if (known.at > at) return false;
    if (known.tick.type === tick.type && tickSeq(known.tick) > head) return true;
  }
  return false;
}

function tickSeq({ cursor }: MessageTick): number {
  return Number(cursor.slice(cursor.lastIndexOf('.') + 1));
}
