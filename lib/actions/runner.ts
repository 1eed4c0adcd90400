/**
 * Runs commands. Each is recorded before its effect and completed after it, so nothing happens unrecorded, and a crash
 * in between shows. A command with a key is carried out once, however often it is sent.
 */
import { randomBytes } from 'node:crypto';
import type { ActionGroup } from '../contract/action-groups';
import { type ActionRecord, type ActionStep, type KnownAction, STARTED, UNKNOWN } from '../contract/action-record';
import { log } from '../platform/log';
import { type Action, ActionRefused, type Caller, type Done } from './action';
import { ActionCounts } from './action-counts';
import { detailText, draftOf } from './draft';
import { fingerprintOf, haveOtherSecrets } from './fingerprint';
import { type Ended, endedBy, keptAnswer, outcomeOf, recordedText, repeated } from './kept-answer';
import { RefusalLog } from './refusal-log';
import { UnwrittenEnds } from './unwritten';

/** The history answers within milliseconds; while it is opened or blocked, commands are refused. */
const RECORD_TIMEOUT_MS = 5000;
const STOP_TIMEOUT_MS = 1500;
const NOT_COMPLETED =
  'The command was carried out, but its end could not be recorded yet; it is recorded when the history can be written again.';

/** Writes the record of a command. The answer is the earlier command with the same key. */
export type RecordAction = (step: ActionStep, record: ActionRecord) => Promise<KnownAction | null>;

/** Outcomes that every command may have. */
const OWN_OUTCOMES = ['refused', 'failed', 'repeated'];

interface Options {
  /** The groups that the setting ACTIONS switches on. */
  groups: readonly ActionGroup[];
  /** Absent only in tests of single commands: they are not recorded. */
  record?: RecordAction;
  /** @returns what hidden bodies are hashed with, the same in all processes on one history and after a restart */
  secret?: () => string;
  /** Milliseconds since 1970. */
  now?: () => number;
  recordTimeoutMs?: number;
  retryMs?: number;
}

interface RunOptions {
  /** The Idempotency-Key. */
  key?: string | null;
}

/** What a command did, and what else its sender must know. */
export interface Ran<Answer> extends Done<Answer> {
  /** A sentence: its end could not be recorded. */
  notRecorded?: string;
}

interface Running {
  fingerprint: string | null;
  done: Promise<Ran<unknown>>;
}

export class ActionRunner {
  readonly #groups: readonly ActionGroup[];
  readonly #record: RecordAction;
  readonly #secret: () => string;
  readonly #now: () => number;
  readonly #recordTimeoutMs: number;
  readonly #counts = new ActionCounts();
  readonly #refusals = new RefusalLog();
  readonly #unwritten: UnwrittenEnds;
  /** Commands with a key whose end is not recorded yet, by caller and key. */
  readonly #keyed = new Map<string, Running>();
  readonly #running = new Set<Promise<unknown>>();
  #stopped = false;

  constructor(options: Options) {
    const {
      groups,
      record = async () => null,
      secret = newSecret(),
      now = Date.now,
      recordTimeoutMs,
      retryMs,
    } = options;
    this.#groups = groups;
    this.#record = record;
    this.#secret = secret;
    this.#now = now;
    this.#recordTimeoutMs = recordTimeoutMs ?? RECORD_TIMEOUT_MS;
    this.#unwritten = new UnwrittenEnds((ended) => record('end', ended), retryMs);
  }

  /** Counts these commands from now on, so that each outcome begins at 0. */
  expect(actions: Iterable<Pick<Action, 'name' | 'outcomes'>>): void {
    for (const { name, outcomes } of actions) this.#counts.expect(name, [...outcomes, ...OWN_OUTCOMES]);
  }

  /** Ended commands by name and outcome, since the process began. */
  counts(): ReturnType<ActionCounts['all']> {
    return this.#counts.all();
  }

  /**
   * Runs a command, or answers as the earlier one with the same key was answered.
   *
   * @throws {ActionRefused} if it had no effect
   */
  async run<Body, Answer>(
    action: Action<Body, Answer>,
    body: Body,
    caller: Caller,
    { key = null }: RunOptions = {},
  ): Promise<Ran<Answer>> {
    const fingerprint = key === null ? null : fingerprintOf(action, body, this.#secret);
    const draft = { ...draftOf(action, action.subject(body), caller, this.#now()), key, fingerprint };
    if (this.#stopped) throw new ActionRefused('unavailable', 'The dashboard is stopping, so nothing was done.');
    const needed = [action.group, ...(action.alsoNeeds?.(body) ?? [])];
    const off = needed.find((group) => !this.#groups.includes(group));
    if (off !== undefined) {
      const detail = `Commands of the group "${off}" are switched off; the setting ACTIONS lists those that are on.`;
      throw await this.#refused(draft, new ActionRefused('actions_off', detail));
    }
    const place = JSON.stringify([caller.name, key]);
    const first = key === null ? undefined : this.#keyed.get(place);
    if (first) return this.#await(action, draft, first);
    const onRecorded = () => this.#keyed.delete(place);
    const done = this.#runOnce(action, body, caller, { draft, onRecorded });
    if (key !== null) this.#keyed.set(place, { fingerprint, done });
    this.#running.add(done);
    try {
      return await done;
    } finally {
      this.#running.delete(done);
    }
  }

  /**
   * Records that a command was refused before it could run, for example because its body is invalid. Throws nothing.
   *
   * @param error why
   */
  async refuse(action: Pick<Action, 'name'>, caller: Caller, error: Error): Promise<void> {
    const subject = { target: null, agentId: null, request: null };
    await this.#refused(draftOf(action, subject, caller, this.#now()), error);
  }

  /** Waits a short time for commands that run, and for their ends to be recorded; no further ones are taken. */
  async stop(): Promise<void> {
    this.#stopped = true;
    const ended = Promise.allSettled(this.#running).then(() => this.#unwritten.flush());
    await within(ended, STOP_TIMEOUT_MS).catch(() => {});
    this.#unwritten.stop();
  }

  async #runOnce<Body, Answer>(
    action: Action<Body, Answer>,
    body: Body,
    caller: Caller,
    { draft, onRecorded }: { draft: ActionRecord; onRecorded: () => void },
  ): Promise<Ran<Answer>> {
    // A turn later, so that the caller can note that it runs.
    await Promise.resolve();
    const known = await this.#start(draft, onRecorded);
    if (known) {
      onRecorded();
      return this.#repeat(action, draft, known);
    }
    const end = (outcome: string, detail: string | null, ended: Ended) =>
      this.#end({ ...draft, outcome, detail: detail && detailText(detail) }, ended, onRecorded);
    let done: Done<Answer>;
    try {
      done = await action.run(body, caller);
    } catch (error) {
      const ended = endedBy(error);
      await end(outcomeOf(ended), recordedText(error), ended);
      throw error;
    }
    const isRecorded = await end(done.outcome, done.detail, { kind: 'done', done });
    return isRecorded ? done : { ...done, notRecorded: NOT_COMPLETED };
  }

  /** @returns the earlier command with the same key; null if this one may have its effect now */
  async #start(draft: ActionRecord, onRecorded: () => void): Promise<KnownAction | null> {
    try {
      return await within(this.#record('start', draft), this.#recordTimeoutMs);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const detail = `The command could not be recorded, so it was not carried out: ${reason}`;
      // Its beginning may still be written, after this: then it must not look as if it had run.
      this.#unwritten.add(
        this.#ended({ ...draft, key: null, outcome: 'refused', detail: detailText(detail) }, null),
        () => {},
      );
      onRecorded();
      this.#counts.add(draft.action, 'refused');
      throw new ActionRefused('unavailable', detail);
    }
  }

  #ended(record: ActionRecord, ended: Ended | null): ActionRecord {
    // What was not possible only now may be tried again with the same key.
    const mayRepeat = ended === null || (ended.kind === 'refused' && ended.code === 'unavailable' && !ended.isUnclear);
    const isKept = record.key !== null && !mayRepeat;
    const kept = isKept ? { answer: keptAnswer(ended) } : { key: null, fingerprint: null, answer: null };
    return { ...record, endedAt: this.#now(), ...kept };
  }

  /** @returns whether the end is recorded; if not, it is tried again later */
  async #end(record: ActionRecord, ended: Ended, onRecorded: () => void): Promise<boolean> {
    const row = this.#ended(record, ended);
    this.#counts.add(row.action, row.outcome);
    try {
      await within(this.#record('end', row), this.#recordTimeoutMs);
      onRecorded();
      return true;
    } catch (error) {
      log().error({ action: row.action, outcome: row.outcome, error }, 'end of a command not recorded yet');
      this.#unwritten.add(row, onRecorded);
      return false;
    }
  }

  /** Waits for the same command, which this process carries out. */
  async #await<Answer>(action: Action<never, Answer>, draft: ActionRecord, first: Running): Promise<Ran<Answer>> {
    if (first.fingerprint !== draft.fingerprint) throw await this.#refused(draft, keyReused(first, draft));
    this.#counts.add(action.name, 'repeated');
    return first.done as Promise<Ran<Answer>>;
  }

  async #repeat<Answer>(action: Action<never, Answer>, draft: ActionRecord, known: KnownAction): Promise<Done<Answer>> {
    if (known.fingerprint !== draft.fingerprint) throw await this.#refused(draft, keyReused(known, draft));
    if (known.outcome === STARTED) throw await this.#refused(draft, new ActionRefused('command_running', RUNNING));
    // A command may end with that word as its outcome, and then has an answer.
    if (known.outcome === UNKNOWN && known.answer === null)
      throw await this.#refused(draft, new ActionRefused('outcome_unknown', LOST));
    this.#counts.add(action.name, 'repeated');
    if (known.answer !== null) return repeated(action, known.answer);
    const detail = `The command with this Idempotency-Key has ended with the outcome "${known.outcome}"; its answer was too long to be kept. It was not carried out again.`;
    throw new ActionRefused('key_reused', detail);
  }

  /** Records a command that is refused without an effect. @returns the error */
  async #refused<Refusal extends Error>(draft: ActionRecord, error: Refusal): Promise<Refusal> {
    this.#counts.add(draft.action, 'refused');
    const leftOut = this.#refusals.take(`${draft.principal} ${draft.client}`, this.#now());
    if (leftOut === null) return error;
    const more = leftOut === 0 ? '' : ` ${leftOut} more refused commands before it were not recorded one by one.`;
    const row = this.#ended({ ...draft, outcome: 'refused', detail: detailText(error.message + more) }, null);
    try {
      await within(this.#record('end', row), this.#recordTimeoutMs);
    } catch {
      this.#unwritten.add(row, () => {});
    }
    return error;
  }
}

const RUNNING =
  'The command with this Idempotency-Key still runs in another process of the dashboard; ask again in a moment with the same key.';
const LOST =
  'The dashboard ended while the command with this Idempotency-Key ran, so it is not known what it did. It was not carried ' +
  'out again: check what it is about, then send it with a new key if it is still needed.';

type Compared = Pick<ActionRecord, 'fingerprint'>;

function keyReused(first: Compared, second: Compared): ActionRefused {
  if (!haveOtherSecrets(first.fingerprint, second.fingerprint)) return new ActionRefused('key_reused', REUSED);
  return new ActionRefused('key_reused', INCOMPARABLE);
}

const REUSED = 'This Idempotency-Key was used with another command or body; use a new one for each command.';
const INCOMPARABLE =
  'This Idempotency-Key was used before the secret of the dashboard changed, by which such commands are compared, so ' +
  'whether this is the same command is not known. It was not carried out: check what the first one did, then use a new key.';

/** For a runner that is given none: it compares within this process. */
function newSecret(): () => string {
  const secret = randomBytes(32).toString('base64url');
  return () => secret;
}

/** @throws if the work takes longer; it goes on all the same */
async function within<T>(work: Promise<T>, timeoutMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('The history is busy or still being opened.')), timeoutMs);
  });
  try {
    return await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
