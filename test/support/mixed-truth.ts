/**
 * The critical items that are due in the mixed story, computed from the true events: a simple second implementation of
 * the rules in docs/decisions/0020-attention.md and 0031-waiting.md, which knows the processes and needs no evidence.
 */
import type { Fault, MixedWorld, PaneProcess, SaidMessage, TakenLock } from './mixed-world';

const QUESTION_SECONDS = 300;
/** A missing file is confirmed, and a fault must persist, before it counts. */
const FAULT_SECONDS = 2;
/** A message to more agents than this is no answer. */
const MAX_ANSWERED = 3;

const AUTOMATIC = /^\[(?:RETRY-\d+|UNACKNOWLEDGED)\] /;

/** The prefix of a text that the tool sends again. */
const RESENT =
  /^(?:(?:\[RETRY-\d+\] )+|\[UNACKNOWLEDGED\] Message to \S+ unacknowledged after \d+ attempts\. Original: )/;

interface Asked extends SaidMessage {
  ids: Set<string>;
}

export class MixedTruth {
  readonly #world: MixedWorld;
  #heard = 0;
  #open: Asked[] = [];

  constructor(world: MixedWorld) {
    this.#world = world;
  }

  /** @returns a name for each critical item that is due now, sorted */
  critical(): string[] {
    const { clock, fault, messages, locks } = this.#world;
    for (const message of messages.slice(this.#heard)) this.#hear(message);
    this.#heard = messages.length;
    const blocked = this.#open.filter(({ type, at }) => type === 'BLOCKED' && clock - at >= QUESTION_SECONDS);
    const lost = [...locks.values()].filter((lock) => this.#isLost(lock));
    return [
      ...blocked.map(({ msgId }) => blockedItem(msgId)),
      ...lost.map(({ agentId, filepath }) => lostLockItem(agentId, filepath)),
      ...waitCycles(this.#holds()).map(deadlockItem),
      ...(fault && isCritical(fault) && clock - fault.since >= FAULT_SECONDS ? [sourceItem(fault.source)] : []),
    ].sort();
  }

  /** Whether the agent that took the lock is gone, and this is visible. */
  #isLost({ taker }: TakenLock): boolean {
    return taker.visible && isGone(taker);
  }

  #hear(message: SaidMessage): void {
    const { sender, type, content, recipients, parent } = message;
    if (AUTOMATIC.test(content)) {
      const original = content.replace(RESENT, '');
      for (const asked of this.#open) {
        if (asked.sender !== sender || asked.type !== type || asked.content !== original) continue;
        asked.ids.add(message.msgId);
        // Recipients of a repetition may answer too.
        asked.recipients = [...new Set([...asked.recipients, ...recipients])];
      }
      return;
    }
    const asks = type === 'QUESTION' || type === 'BLOCKED';
    this.#open = this.#open.filter((asked) => {
      const inThread = parent !== undefined && asked.ids.has(parent) && sender !== asked.sender;
      const addressed = recipients.includes(asked.sender) && recipients.length <= MAX_ANSWERED;
      return !inThread && !(addressed && !asks && asked.recipients.includes(sender));
    });
    if (asks) this.#open.push({ ...message, ids: new Set([message.msgId]) });
  }

  /** Wait relations: a BLOCKED counts at once, a question once it is old. */
  #holds(): { from: string; to: readonly string[] }[] {
    const { clock } = this.#world;
    return this.#open
      .filter(({ type, at }) => type === 'BLOCKED' || clock - at >= QUESTION_SECONDS)
      .map(({ sender, recipients }) => ({ from: sender, to: recipients }));
  }
}

/** A missing lock folder is a warning only: the next lock may create it again. */
function isCritical({ source, how }: Fault): boolean {
  return !(source === 'locks' && how === 'vanished');
}

export const blockedItem = (msgId: string) => `blocked ${msgId}`;
export const lostLockItem = (agentId: string, filepath: string) => `lost lock ${agentId} ${filepath}`;
export const deadlockItem = (agents: readonly string[]) => `deadlock ${[...agents].sort().join(' ')}`;
export const sourceItem = (source: string) => `source ${source}`;

export function isGone({ shellRuns, claude }: PaneProcess): boolean {
  return !shellRuns || claude === 'exited';
}

/** No agent of the story waits for two things at once, so following the edges finds each wait cycle. */
function waitCycles(holds: readonly { from: string; to: readonly string[] }[]): string[][] {
  const stuck = new Set(holds.map(({ from }) => from));
  for (let before = -1; before !== stuck.size; ) {
    before = stuck.size;
    for (const agent of stuck) {
      const own = holds.filter(({ from }) => from === agent);
      if (!own.some(({ to }) => to.every((other) => stuck.has(other)))) stuck.delete(agent);
    }
  }
  const next = new Map(
    holds
      .filter(({ from, to }) => stuck.has(from) && to.every((other) => stuck.has(other)))
      .map(({ from, to }) => [from, to[0]]),
  );
  const found = new Map<string, string[]>();
  for (const start of next.keys()) {
    const way: string[] = [];
    for (let at: string | undefined = start; at !== undefined && !way.includes(at); at = next.get(at)) way.push(at);
    const waitCycle = way.slice(way.indexOf(next.get(way.at(-1) ?? '') ?? ''));
    found.set([...waitCycle].sort().join(' '), waitCycle);
  }
  return [...found.values()];
}
