/** Reads a bundle from a file, checks it and puts it into a history of its own. */
import { readFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import type { ZodError, z } from 'zod';
import {
  BUNDLE_FORMAT,
  BUNDLE_VERSION,
  type Bundle,
  bundle,
  firstBundle,
  secondBundle,
} from '../contract/bundle-schemas';
import type { PastState } from '../contract/past-schemas';
import { fillFrom } from '../history/bundle-rows';
import { History } from '../history/history';
import { pastState } from '../queries/state';
import { readMicroseconds } from '../sources/claudeswarm/naive-time';

/** What files of earlier versions are checked against. */
const EARLIER: Readonly<Record<string, z.ZodType | undefined>> = { 1: firstBundle, 2: secondBundle };

/** The maximum length of a string in Node. */
const MAX_BYTES = 500_000_000;

/** The file is not a bundle that can be opened. The message states what is wrong and what to do. */
export class BundleFault extends Error {
  override readonly name = 'BundleFault';
}

/**
 * Reads a bundle.
 *
 * @param file absolute path
 * @throws {BundleFault}
 */
export function readBundle(file: string): Bundle {
  const name = basename(file);
  const text = readText(file, name);
  const written = parse(text, name) as Partial<Record<keyof Bundle, unknown>> | null;
  if (written?.format !== BUNDLE_FORMAT) {
    throw new BundleFault(`${name} is not an exported time range: open a file that "Export this time range" saved.`);
  }
  if (typeof written.version === 'number' && written.version > BUNDLE_VERSION) {
    throw new BundleFault(
      `${name} was made by a newer dashboard (bundle version ${written.version}, this one reads ${BUNDLE_VERSION}): update this one.`,
    );
  }
  const read = (EARLIER[String(written.version)] ?? bundle).safeParse(written);
  if (!read.success) throw damaged(name, issuePlace(read.error));
  const { since, until } = read.data as Bundle;
  if (!(Date.parse(since) <= Date.parse(until)))
    throw damaged(name, '"since" must be a time that is not after "until"');
  // The parsed JSON, not the checked copy: the check removes names such as `__proto__`.
  return written as Bundle;
}

function readText(file: string, name: string): string {
  try {
    const { size } = statSync(file);
    if (size > MAX_BYTES) {
      throw new BundleFault(
        `${name} has ${Math.round(size / 1e6)} MB, more than can be opened: export a shorter time range.`,
      );
    }
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof BundleFault) throw error;
    throw new BundleFault(`${file} can't be read (${(error as Error).message}): give a readable file.`);
  }
}

function parse(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    const begun = text.slice(0, 200).includes(`"${BUNDLE_FORMAT}"`);
    if (begun) throw new BundleFault(`${name} is cut off or damaged: its download was incomplete. Export it again.`);
    throw new BundleFault(`${name} is not an exported time range: open a file that "Export this time range" saved.`);
  }
}

function damaged(name: string, where: string): BundleFault {
  return new BundleFault(`${name} is damaged: ${where}. Export it again, or open an unchanged copy.`);
}

function issuePlace({ issues: [first] }: ZodError): string {
  return `at ${first?.path.join('.') || 'its beginning'}: ${first?.message}`;
}

/**
 * An open bundle: its messages and journal as a history in memory, discarded when the process ends, and the state at
 * each of its moments.
 */
export class OpenBundle {
  readonly history = new History(':memory:');
  readonly #bundle: Bundle;
  readonly #before: PastState['stats'];
  readonly #own: PastState['stats'];

  /** @throws {BundleFault} if its parts do not fit together */
  constructor(from: Bundle, name: string) {
    this.#bundle = from;
    try {
      fillFrom(this.history, from, (instant) => readMicroseconds(instant, 'UTC'));
      // Absent in files of older versions, which list every type; the text of a file gets no defaults.
      const stats: Partial<PastState['stats']> = from.state.stats;
      this.#before = { ...(stats as PastState['stats']), other_type_count: stats.other_type_count ?? 0 };
      this.#own = this.#ownState(Date.parse(from.since)).stats;
    } catch (error) {
      throw damaged(name, `its parts do not fit together (${(error as Error).message})`);
    }
  }

  /** @returns a `PastState` as JSON; its counts include the messages sent before the bundle begins */
  state(at: number): string {
    const state = this.#ownState(at);
    return JSON.stringify({
      ...state,
      stats: at < Date.parse(this.#bundle.since) ? state.stats : this.#withBefore(state.stats, at),
    } satisfies PastState);
  }

  #ownState(at: number): PastState {
    return JSON.parse(pastState(this.history, { at }));
  }

  #withBefore(stats: PastState['stats'], at: number): PastState['stats'] {
    const [before, own] = [this.#before, this.#own];
    const types = new Set([...Object.keys(before.message_types), ...Object.keys(stats.message_types)]);
    // Of a type that is not listed for the time before, the number of messages is not known.
    const unlisted = [...types].filter(
      (type) => before.other_type_count > 0 && !Object.hasOwn(before.message_types, type),
    );
    for (const type of unlisted) types.delete(type);
    const passed = Math.floor(at / 60_000) - Math.floor(Date.parse(this.#bundle.since) / 60_000);
    const minute = (counts: readonly number[], index: number) => counts[index + passed] ?? 0;
    const missing = (type: string) => typeCount(before, type) - typeCount(own, type);
    return {
      ...stats,
      message_count: stats.message_count + before.message_count - own.message_count,
      message_types: Object.fromEntries(
        [...types].sort().map((type) => [type, typeCount(stats, type) + missing(type)]),
      ),
      other_type_count: Math.max(before.other_type_count, stats.other_type_count, unlisted.length),
      failed_delivery_count: stats.failed_delivery_count + before.failed_delivery_count - own.failed_delivery_count,
      messages_by_minute: stats.messages_by_minute.map(
        (count, index) => count + minute(before.messages_by_minute, index) - minute(own.messages_by_minute, index),
      ),
    };
  }
}

/** A type may be called `__proto__`. */
function typeCount({ message_types: types }: PastState['stats'], type: string): number {
  return Object.hasOwn(types, type) ? (types[type] ?? 0) : 0;
}
