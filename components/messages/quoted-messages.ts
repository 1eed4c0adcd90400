import { useEffect, useState } from 'react';
import type { Message } from '@/lib/contract/schemas';

/** The message with an id; null if the history does not contain it before the one that names it. */
type Lookup = (id: string, before: number) => Promise<Message | null>;

const MAX_KNOWN = 500;
/** More requests at a time would delay what the reader asks for. */
const MAX_RUNNING = 2;

/**
 * The messages that others name and that are not loaded, asked of the server one by one and kept, so that rows that come
 * into view again ask nothing.
 */
export class QuotedMessages {
  readonly #lookup: Lookup;
  readonly #known = new Map<string, Message | null>();
  readonly #asked = new Map<string, Promise<Message | null | undefined>>();
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(lookup: Lookup) {
    this.#lookup = lookup;
  }

  /** @returns what is known of a message: undefined if it has not been asked for yet */
  known(id: string, before: number): Message | null | undefined {
    return this.#known.get(keyOf(id, before));
  }

  /** @returns the message; null if there is none, undefined if the server did not answer: a later call asks again */
  ask(id: string, before: number): Promise<Message | null | undefined> {
    const key = keyOf(id, before);
    const asked = this.#asked.get(key) ?? this.#begin(id, before, key);
    this.#asked.set(key, asked);
    return asked;
  }

  async #begin(id: string, before: number, key: string): Promise<Message | null | undefined> {
    if (this.#running >= MAX_RUNNING) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#running += 1;
    try {
      const found = await this.#lookup(id, before);
      this.#known.set(key, found);
      const [oldest] = this.#known.keys();
      if (this.#known.size > MAX_KNOWN && oldest !== undefined) this.#known.delete(oldest);
      return found;
    } catch {
      return undefined;
    } finally {
      this.#asked.delete(key);
      this.#running -= 1;
      this.#waiting.shift()?.();
    }
  }
}

/** @returns the message with an id, as `QuotedMessages.known` does; asks for it if it is not known */
export function useQuoted(quotes: QuotedMessages, id: string, before: number): Message | null | undefined {
  const [answer, setAnswer] = useState<Message | null | undefined>();
  useEffect(() => {
    if (quotes.known(id, before) !== undefined) return;
    let isCurrent = true;
    void quotes.ask(id, before).then((found) => isCurrent && setAnswer(found));
    return () => {
      isCurrent = false;
    };
  }, [quotes, id, before]);
  const known = quotes.known(id, before);
  return known === undefined ? answer : known;
}

// The log repeats ids: which message is meant depends on where it is named.
function keyOf(id: string, before: number): string {
  return `${before} ${id}`;
}
