/** One message on its way: what is kept of it, and what is shown. */
import type { Delivery, OutgoingMessage } from '../../contract/action-schemas';
import { formatInstant } from '../../contract/instant';
import type { Final, Via } from './delivery';
import type { KeptDelivery, KeptMessage } from './outbox-store';

export class Outgoing {
  readonly kept: KeptMessage;
  /** Resolves when each delivery was tried once, or is final. */
  readonly tried: Promise<void>;
  /** By `performance.now()`: the wall clock may be set back. */
  readonly #deadline: number;
  readonly #untried: Set<string>;
  #markTried = () => {};

  constructor(kept: KeptMessage) {
    this.kept = kept;
    this.#deadline = performance.now() + (kept.expiresAt - Date.now());
    this.#untried = new Set(Object.keys(kept.deliveries));
    this.tried = new Promise((resolve) => {
      this.#markTried = resolve;
    });
    for (const id of this.recipients) if (this.at(id).stage === 'final') this.noteTried(id);
  }

  get recipients(): string[] {
    return Object.keys(this.kept.deliveries);
  }

  /** Whether no outcome will change any more. */
  get isFinal(): boolean {
    return this.recipients.every((id) => this.at(id).stage === 'final');
  }

  /** Milliseconds until what is queued fails, by the clock that is ahead. */
  remainingMs(): number {
    return Math.min(this.#deadline - performance.now(), this.kept.expiresAt - Date.now());
  }

  at(id: string): KeptDelivery {
    const found = this.kept.deliveries[id];
    if (found === undefined) throw new Error('The message has no such recipient.');
    return found;
  }

  set(id: string, change: Partial<KeptDelivery>): void {
    this.kept.deliveries[id] = { ...this.at(id), ...change };
  }

  finish(id: string, { outcome, via, detail }: Final): void {
    this.set(id, { stage: 'final', outcome, via, detail });
    this.noteTried(id);
  }

  noteTried(id: string): void {
    this.#untried.delete(id);
    if (this.#untried.size === 0) this.#markTried();
  }

  describe(): OutgoingMessage {
    const { id, at, sender, msgType, content, requiresAck, msgId, logged, logDetail } = this.kept;
    return {
      ...{ id, at: formatInstant(at), sender, recipients: this.recipients, msg_type: msgType, content },
      ...{ requires_ack: requiresAck, msg_id: msgId },
      deliveries: Object.fromEntries(this.recipients.map((one) => [one, this.#describeDelivery(one)])),
      final: this.isFinal && logged !== 'begun' && (logged !== 'no' || this.isUnsent),
      logged: logged === 'begun' ? 'no' : logged,
      detail: logDetail,
    };
  }

  /** Whether it was withdrawn before anybody got it: then it was never said. */
  get isUnsent(): boolean {
    return this.recipients.every((id) => this.at(id).withdrawn);
  }

  #describeDelivery(id: string): Delivery {
    const { outcome, via, detail } = this.at(id);
    const expires = outcome === 'queued' ? formatInstant(this.kept.expiresAt) : null;
    return { outcome, via, detail, expires_at: expires };
  }
}

/** @returns a delivery that waits for its turn */
export function waitingDelivery(detail: string, via: Via | null = null): KeptDelivery {
  return { stage: 'waiting', outcome: 'queued', via, detail, life: null, withdrawn: false };
}
