import { type Claim, supersedes } from './tab-channel';

/** A tab that was frozen gets at once what was said meanwhile. What comes later than this is out of date. */
const MAX_DELAY_MS = 2000;

/** What a tab knows about the tab that is the leader, which may be itself. */
export class KnownLeader {
  readonly claim: Claim;
  /** Batches that the leader has passed on so far. */
  count = 0;
  /** Its stream has brought events since it became the leader. */
  isStreaming = false;
  isVisible = true;
  /** How long a message took at the least: the clocks of two tabs may differ, as after one was set. */
  #leastDelayMs = Number.POSITIVE_INFINITY;

  constructor(claim: Claim) {
    this.claim = claim;
  }

  /** @returns whether a claim is the one of this leader */
  made({ term, tab }: Claim): boolean {
    return term === this.claim.term && tab === this.claim.tab;
  }

  /** @returns whether a claim ends the leadership of this tab */
  yieldsTo(claim: Claim): boolean {
    return supersedes(claim, this.claim);
  }

  /** @returns whether a message waited so long that what it says is out of date; `sentAt` is in milliseconds since 1970 */
  isLate(sentAt: number): boolean {
    const delay = Date.now() - sentAt;
    this.#leastDelayMs = Math.min(this.#leastDelayMs, delay);
    return delay - this.#leastDelayMs > MAX_DELAY_MS;
  }
}
