/** The open event streams: limits their number, and ends those of revoked tokens. */
import type { Config } from '../../config/config';
import { ProblemError } from '../http/problem';
import type { Principal } from './principal';

/** The place of one stream. */
export interface StreamPlace {
  /** Called once if the caller may not read any longer. */
  onRevoked: () => void;
  /** Gives the place back. May be called repeatedly. */
  leave(): void;
}

interface Entry extends StreamPlace {
  digest: string | null;
}

/** Long enough for another client to leave, short enough for a person who waits. */
const RETRY_SECONDS = '5';

export class OpenStreams {
  readonly #entries = new Set<Entry>();
  readonly #byClient = new Map<string, number>();

  /**
   * Takes a place.
   *
   * @throws {ProblemError} if there is none left, in total or for this client
   */
  take(
    { client, credential }: Pick<Principal, 'client' | 'credential'>,
    most: Pick<Config, 'streams' | 'streamsPerClient'>,
  ): StreamPlace {
    const own = this.#byClient.get(client) ?? 0;
    if (this.#entries.size >= most.streams) throw full(`the ${most.streams} streams of this server`);
    if (own >= most.streamsPerClient) throw full(`the ${most.streamsPerClient} streams for one address`);
    this.#byClient.set(client, own + 1);
    const entry: Entry = {
      digest: credential?.digest ?? null,
      onRevoked: () => {},
      leave: () => {
        if (this.#entries.delete(entry)) this.#countDown(client);
      },
    };
    this.#entries.add(entry);
    return entry;
  }

  /** Ends the streams of tokens that are no longer valid. */
  endRevoked(valid: (digest: string) => boolean): void {
    for (const { digest, onRevoked } of [...this.#entries]) if (digest !== null && !valid(digest)) onRevoked();
  }

  #countDown(client: string): void {
    const left = (this.#byClient.get(client) ?? 0) - 1;
    if (left > 0) this.#byClient.set(client, left);
    else this.#byClient.delete(client);
  }
}

function full(which: string): ProblemError {
  return new ProblemError('too_many_streams', `All of ${which} are open; try again later.`, {
    headers: { 'Retry-After': RETRY_SECONDS },
  });
}
