/** Waits for the evidence that a session has a text: its transcript, or its hook. */
import { setTimeout as delay } from 'node:timers/promises';
import { type PromptEvidence, promptEvidence, type WantedPrompt } from '../../sources/claude-code/prompt-evidence';
import { type SessionPlace, TranscriptTail } from '../../sources/claude-code/transcript-tail';
import { compactText } from '../../sources/compact-text';
import { type Attempt, DELIVERY_TIMES, type DeliveryTimes, type Final, type Letter, type Via } from './delivery';

/** A prompt that a hook reported, as far as it is kept. */
export type HeardPrompt = { text: string; at: number } | null;

interface Options {
  /** The folder of Claude Code. */
  folder: string;
  /** Where the transcript is now; null where that is not known. */
  place: () => Promise<SessionPlace | null>;
  /** The newest prompt of a person that a hook reported. */
  heard: (sessionId: string) => HeardPrompt;
  /** Whether the session worked when it was seen last: it then queues what it gets. */
  isBusy: () => boolean;
  times?: DeliveryTimes;
}

/** Of the beginning of a prompt: a shorter one may be of another. */
const MIN_HEARD_LETTERS = 30;
/** Between the clocks of two lines of code on one machine. */
const CLOCK_TOLERANCE_MS = 1000;

export class Confirmation {
  readonly #options: Options;
  readonly #tail: TranscriptTail;
  readonly #times: DeliveryTimes;
  #wanted: WantedPrompt = { msgId: null, text: '', isCommand: false };
  #since = 0;
  #found: { evidence: PromptEvidence; by: string } | null = null;
  #canConfirm = false;

  private constructor(options: Options) {
    this.#options = options;
    this.#times = options.times ?? DELIVERY_TIMES;
    this.#tail = new TranscriptTail(options.folder);
  }

  /** Notes the end of the transcript as it is now. */
  static async begin(options: Options): Promise<Confirmation> {
    const confirmation = new Confirmation(options);
    const place = await options.place();
    confirmation.#canConfirm = place !== null;
    if (place) await confirmation.#tail.begin(place);
    return confirmation;
  }

  /** Whether there is anything that could confirm it. */
  get isPossible(): boolean {
    return this.#canConfirm;
  }

  /** Sets what is looked for, sent from now on. */
  expect(wanted: WantedPrompt): void {
    this.#wanted = wanted;
    this.#since = Date.now();
  }

  /** @returns whether there is evidence within that time */
  async within(ms: number, signal: AbortSignal): Promise<boolean> {
    const deadline = performance.now() + ms;
    for (;;) {
      if ((await this.#look()) !== null) return true;
      if (performance.now() >= deadline || signal.aborted) return false;
      await delay(this.#times.pollMs, undefined, { signal }).catch(() => {});
    }
  }

  /** @returns the attempt with the evidence that was found */
  result(via: Via, letter: Letter): Attempt {
    const { evidence, by } = this.#found ?? { evidence: 'queued' as const, by: '' };
    if (evidence === 'taken')
      return { kind: 'final', outcome: 'delivered', via, detail: `The session took it: ${by}.` };
    const detail = `The session has it in its own queue (${by}), and reads it after its present step.`;
    return { kind: 'held', via, detail, end: this.#untilTaken(via, letter) };
  }

  async #untilTaken(via: Via, { remainingMs, signal }: Letter): Promise<Final> {
    while (remainingMs() > 0 && !signal.aborted) {
      if ((await this.#look())?.evidence === 'taken') {
        return { outcome: 'delivered', via, detail: `The session took it: ${this.#found?.by}.` };
      }
      await delay(this.#times.pollMs * 3, undefined, { signal }).catch(() => {});
    }
    const detail = 'The session had it in its own queue, but did not read it in time; it may still do so.';
    return { outcome: 'unknown', via, detail };
  }

  async #look(): Promise<{ evidence: PromptEvidence; by: string } | null> {
    const place = await this.#options.place();
    if (place === null) return this.#found;
    for (const line of await this.#tail.read(place)) {
      // A command may lead to another transcript, which has earlier prompts.
      if (Date.parse(String(line.timestamp)) < this.#since - CLOCK_TOLERANCE_MS) continue;
      const evidence = promptEvidence(line, this.#wanted);
      if (evidence === null) continue;
      const by = this.#wanted.msgId === null || evidence === 'queued' ? 'its text' : 'its id';
      this.#note(evidence, `${by} is in the transcript`);
    }
    if (this.#found === null && this.#isHeard(place.sessionId)) {
      this.#note(this.#options.isBusy() ? 'queued' : 'taken', 'its hook reported the prompt');
    }
    return this.#found;
  }

  #note(evidence: PromptEvidence, by: string): void {
    if (this.#found?.evidence !== 'taken') this.#found = { evidence, by };
  }

  #isHeard(sessionId: string): boolean {
    const heard = this.#options.heard(sessionId);
    if (heard === null || heard.at < this.#since) return false;
    const beginning = compactText(heard.text.replace(/…$/, ''));
    const whole = compactText(this.#wanted.text);
    return beginning === whole || (beginning.length >= MIN_HEARD_LETTERS && whole.startsWith(beginning));
  }
}
