/** Counts the messages that agents have not read: asks the history for what is new, and only then. */
import type { UnreadMessages } from '../contract/work-schemas';
import type { ReadMark } from '../history/addressed-messages';
import { QueryRefused, type Questions } from '../queries/questions';
import { UnreadTracker } from '../rules/unread-messages';
import { readInstant } from '../sources/claudeswarm/naive-time';
import type { ReadMarks } from '../sources/claudeswarm/work/read-marks';

/** Messages come in bursts: what is new is asked for at most this often. */
const INTERVAL_MS = 2000;
/** More than the registry may list are not counted. */
const MAX_INBOXES = 500;
/** How many are looked up in one question. */
const LOOKED_UP_AT_ONCE = 20;

interface Options {
  /** The zone of naive times; the process's own if null. */
  zone: string | null;
  marks: () => ReadMarks;
  /** The ids of the agents that are listed. */
  listed: () => readonly string[];
  /** The newest published message. */
  head: () => { epoch: string; seq: number };
  /** Whether the log was read to its end: before, what is counted is less than there is. */
  isRead: () => boolean;
  ask: (query: Questions['unread']['query']) => Promise<Questions['unread']['answer']>;
  onChange: () => void;
  onFault: (error: unknown) => void;
}

export class SwarmUnread {
  /** By id of the agent. The same list while nothing differs. */
  counts: readonly UnreadMessages[] = [];
  readonly #options: Options;
  readonly #tracker = new UnreadTracker();
  #epoch: string | null = null;
  /** The newest message that was asked for. */
  #upTo = 0;
  #marks: ReadMark[] = [];
  #from: { marks: ReadMarks; ids: string } | null = null;
  #askedAt = 0;
  #running = false;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Asks for what differs, if anything may. Call it about once a second. */
  async refresh(now = Date.now()): Promise<void> {
    if (this.#running || !this.#options.isRead() || Math.abs(now - this.#askedAt) < INTERVAL_MS) return;
    this.#running = true;
    try {
      if (await this.#update()) this.#askedAt = now;
      this.#options.onFault(null);
    } catch (error) {
      // A history that is being opened or replaced is asked again.
      if (error instanceof QueryRefused) this.#forget();
      else this.#options.onFault(error);
    } finally {
      this.#running = false;
    }
  }

  /** @returns whether the history was asked */
  async #update(): Promise<boolean> {
    const { epoch, seq } = this.#options.head();
    if (epoch !== this.#epoch) this.#forget();
    this.#epoch = epoch;
    this.#takeMarks();
    const missing = this.#tracker.setMarks(this.#marks);
    for (let from = 0; from < missing.length; from += LOOKED_UP_AT_ONCE) {
      const some = missing.slice(from, from + LOOKED_UP_AT_ONCE);
      const answer = await this.#ask({ marks: some, after: null });
      this.#tracker.load(some, answer);
      if (from === 0 && missing.length === this.#marks.length) this.#upTo = answer.upTo;
    }
    const isBehind = this.#marks.length > 0 && seq > this.#upTo;
    if (isBehind) {
      const answer = await this.#ask({ marks: this.#marks, after: { epoch, seq: this.#upTo } });
      this.#tracker.add(answer);
      // Nothing after it: what is missing was deleted.
      this.#upTo = answer.upTo === this.#upTo ? seq : answer.upTo;
    } else if (this.#marks.length === 0) this.#upTo = seq;
    this.#publish();
    return isBehind || missing.length > 0;
  }

  async #ask(query: Questions['unread']['query']): Promise<Questions['unread']['answer']> {
    const answer = await this.#options.ask(query);
    if (answer.epoch !== this.#epoch) throw new QueryRefused('gone_cursor', 'The history is another one than before.');
    return answer;
  }

  #takeMarks(): void {
    const marks = this.#options.marks();
    const listed = this.#options.listed();
    const ids = JSON.stringify(listed);
    if (this.#from?.marks === marks && this.#from.ids === ids) return;
    this.#from = { marks, ids };
    const found = [...new Set(listed)].flatMap((agent): ReadMark[] => {
      const mark = marks.get(agent);
      const at = readInstant(mark, this.#options.zone ?? undefined)?.milliseconds ?? null;
      return mark === undefined ? [] : [{ agent, mark, at }];
    });
    this.#marks = found.slice(0, MAX_INBOXES);
  }

  #publish(): void {
    const counts = this.#tracker.counts();
    if (JSON.stringify(counts) === JSON.stringify(this.counts)) return;
    this.counts = counts;
    this.#options.onChange();
  }

  #forget(): void {
    this.#tracker.clear();
    this.#epoch = null;
    this.#upTo = 0;
  }
}
