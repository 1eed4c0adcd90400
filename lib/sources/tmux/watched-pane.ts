/**
 * One pane that somebody watches: its screen, and what it writes. A capture of the screen stands in the same stream as
 * the output, so that nothing is missing or doubled between them. Whatever makes the screen doubtful leads to a new one:
 * another size, another process, too much output, a difference from what tmux shows.
 */
import type { ControlClient } from './control-client';
import { beginsInside, GroundSplitter, incompleteEnd } from './ground-splitter';
import type { ListedPane } from './pane-list';
import type { PaneSnapshot } from './pane-snapshot';
import { snapshotCommand, snapshotRequest } from './pane-snapshot';
import { PaneViewers } from './pane-viewers';
import type { ParseQueue } from './parse-queue';
import { ScreenComparison } from './screen-comparison';
import type { Carried } from './screen-extras';
import { MAX_EARLIER_LINES, ScreenModel, type ScreenSize } from './screen-model';

/** The link of a pane to tmux: the control client of a session that has it. */
export interface PaneLink {
  client: ControlClient;
  canPause: boolean;
}

/** More output than this that is not on the screen yet is left out, and a new screen follows. */
const MAX_UNREAD_LETTERS = 256 * 1024;
/** Of output that waits for a capture, each some kilobytes. */
const MAX_LATER_PARTS = 200;
/** Between two captures of one pane. */
const CAPTURE_INTERVAL_MS = 100;
/** After a capture that failed. */
const RETRY_INTERVAL_MS = 1000;
/** For a capture. A client that does not answer would leave the screen as it is for ever. */
const CAPTURE_TIMEOUT_MS = 10_000;
/** After too much output. */
const CATCH_UP_INTERVAL_MS = 250;
/**
 * `idle`: there is no client. `asked`: a capture is on its way, output before it is on it. `joined`: it is taken, output
 * waits for it. `live`: output is taken. `behind`: output is left out until the screen has caught up. `ended`: the pane is
 * closed, or no longer the agent's.
 */
type Mode = 'idle' | 'asked' | 'joined' | 'live' | 'behind' | 'ended';

/** Where a capture stands in the output. */
interface Joint {
  snapshot: PaneSnapshot | null;
  /** Output before it was not taken. */
  isFresh: boolean;
  /** What the emulator had before it and no capture tells; null while that is not read. */
  carried: Carried | null;
  /** Output after it. */
  later: Buffer[];
}

export class WatchedPane extends PaneViewers {
  readonly id: string;
  readonly #queue: ParseQueue;
  #mode: Mode = 'idle';
  #link: PaneLink | null = null;
  #model: ScreenModel | null = null;
  #ready = false;
  #snapshot: PaneSnapshot | null = null;
  #historySize = 0;
  #splitter = new GroundSplitter();
  /** The end of the output before a capture, if any was seen. */
  #tail: Buffer | null = null;
  #joint: Joint | null = null;
  #mayBeginInside = false;
  #paused = false;
  /** How many captures were asked for: only the last one counts. */
  #asked = 0;
  #askedAt = Number.NEGATIVE_INFINITY;
  #capture: NodeJS.Timeout | null = null;
  readonly #comparison: ScreenComparison;

  constructor(id: string, queue: ParseQueue) {
    super();
    this.id = id;
    this.#queue = queue;
    this.#comparison = new ScreenComparison(id, queue, {
      client: () => (this.#mode === 'live' ? (this.#link?.client ?? null) : null),
      model: () => this.model,
      isEnded: () => this.#mode === 'ended' || this.#mode === 'idle',
      renew: () => this.renew(),
    });
  }

  /** What it was when it was captured last; null before that. */
  get snapshot(): Readonly<PaneSnapshot> | null {
    return this.#snapshot;
  }

  get link(): PaneLink | null {
    return this.#link;
  }

  /** The screen as it is now; null before the first. */
  override get model(): ScreenModel | null {
    return this.#ready ? this.#model : null;
  }

  /** Takes output from a client. */
  output(client: ControlClient, bytes: Buffer): void {
    if (client !== this.#link?.client) return;
    if (this.#mode === 'asked') this.#tail = incompleteEnd(Buffer.concat([this.#tail ?? Buffer.alloc(0), bytes]));
    if (this.#mode === 'live') this.#take(bytes);
    if (this.#mode === 'joined' && (this.#joint?.later.push(bytes) ?? 0) > MAX_LATER_PARTS) this.#fallBehind();
  }

  /** Continues by another client, or by none. */
  connect(link: PaneLink | null): void {
    if (this.#mode === 'ended') return;
    this.#link = link;
    // The client may have been told earlier not to send it.
    this.#paused = link !== null;
    this.#asked += 1;
    this.#joint = null;
    this.#mode = 'idle';
    if (link) this.renew();
  }

  /** Compares it with what tmux lists, and gets a new screen if something has changed that no output tells. */
  compareFacts(listed: Pick<ListedPane, 'columns' | 'rows' | 'pid' | 'dead' | 'historySize'>): void {
    const snapshot = this.#snapshot;
    const isCleared = listed.historySize < this.#historySize / 2;
    this.#historySize = listed.historySize;
    if (snapshot === null || this.#mode !== 'live') return;
    this.resized(listed);
    if (isCleared || listed.pid !== snapshot.pid || listed.dead !== snapshot.dead) this.renew();
  }

  /** Its size is another one now, which changes its lines. */
  resized({ columns, rows }: ScreenSize): void {
    const snapshot = this.#snapshot;
    if (snapshot && this.#mode === 'live' && (columns !== snapshot.columns || rows !== snapshot.rows)) this.renew();
  }

  /** tmux has stopped sending its output. */
  paused(client: ControlClient): void {
    if (client !== this.#link?.client || this.#paused) return;
    this.#paused = true;
    if (this.#mode !== 'behind') this.#fallBehind();
  }

  /** Gets a new screen: this one may be wrong. */
  renew(delayMs = 0): void {
    if (this.#mode === 'ended' || this.#link === null || this.#capture) return;
    const wait = Math.max(delayMs, this.#askedAt + CAPTURE_INTERVAL_MS - performance.now());
    if (wait <= 0) this.#ask();
    else {
      this.#capture = setTimeout(() => {
        this.#capture = null;
        this.#ask();
      }, wait);
    }
  }

  /** Takes nothing any more; what it showed last stays. */
  end(): void {
    this.#mode = 'ended';
    this.#link = null;
    if (this.#capture) clearTimeout(this.#capture);
    this.#comparison.end();
    this.endPreviews();
    this.notify();
  }

  dispose(): void {
    this.end();
    this.forgetViewers();
    this.#ready = false;
    this.#model?.dispose();
    this.#model = null;
  }

  #ask(): void {
    const link = this.#link;
    if (this.#mode === 'ended' || link === null) return;
    this.#askedAt = performance.now();
    // Output that is taken until the capture leaves behind what no capture tells: the pen.
    if (this.#mode !== 'live') {
      this.#mode = 'asked';
      this.#tail = null;
    }
    if (this.#paused && link.canPause) link.client.tell(`refresh-client -A '${this.id}:continue'`);
    this.#paused = false;
    this.#asked += 1;
    const turn = this.#asked;
    const isCurrent = () => turn === this.#asked;
    const timer = setTimeout(() => link.client.giveUp('tmux did not answer.'), CAPTURE_TIMEOUT_MS);
    const request = snapshotRequest(
      MAX_EARLIER_LINES,
      () => isCurrent() && this.#join(),
      (result) => {
        clearTimeout(timer);
        if (!isCurrent()) return;
        if ('fault' in result || this.#joint === null) {
          this.renew(RETRY_INTERVAL_MS);
          return;
        }
        this.#joint.snapshot = result;
        this.#beginIfJoined();
      },
    );
    link.client.send(snapshotCommand(this.id, MAX_EARLIER_LINES), request);
  }

  /** The capture is taken now: output from here on comes after it. */
  #join(): void {
    if (this.#mode !== 'live' && this.#mode !== 'asked') return;
    const joint: Joint = { snapshot: null, carried: null, isFresh: this.#mode === 'asked', later: [] };
    this.#joint = joint;
    if (this.#mode === 'live') {
      this.#model?.atEnd((carried) => {
        joint.carried = carried;
        if (joint === this.#joint) this.#beginIfJoined();
      });
    }
    this.#mode = 'joined';
  }

  #beginIfJoined(): void {
    const joint = this.#joint;
    if (joint === null || joint.snapshot === null || (joint.carried === null && !joint.isFresh)) return;
    this.#joint = null;
    this.#begin(joint.snapshot, joint.carried);
    for (const bytes of joint.later) this.#take(bytes);
  }

  /** Begins with a captured screen. What was kept before is of no use any more. */
  #begin(snapshot: PaneSnapshot, carried: Carried | null): void {
    this.#model?.dispose();
    this.#ready = false;
    this.#snapshot = snapshot;
    this.#historySize = snapshot.historySize;
    this.#mode = 'live';
    this.shownSeq = this.ring.clear();
    if (carried === null) {
      this.#splitter = new GroundSplitter(snapshot.pending.length > 0 ? snapshot.pending : (this.#tail ?? undefined));
      this.#mayBeginInside = this.#tail === null && snapshot.pending.length === 0;
    }
    this.#tail = null;
    this.#model = new ScreenModel({ ...snapshot, carried }, this.#queue, {
      onReady: () => {
        this.#ready = true;
        this.changed();
      },
      // The other screen is known to tmux alone.
      onBuffer: () => this.renew(),
      onFault: () => {
        this.#ready = false;
        this.#fallBehind();
        this.renew(CATCH_UP_INTERVAL_MS);
      },
    });
  }

  #take(bytes: Buffer): void {
    if (this.#mayBeginInside && beginsInside(bytes)) this.renew();
    this.#mayBeginInside = false;
    const text = this.#splitter.push(bytes);
    const model = this.#model;
    if (text === '' || model === null) return;
    // Viewers get only what the emulator has taken, since theirs would fail like it.
    model.write(text, () => {
      this.shownSeq = this.ring.push(text);
      this.changed();
    });
    this.#comparison.output();
    if (model.unread > MAX_UNREAD_LETTERS) this.#fallBehind();
  }

  /** Leaves output out until the screen has caught up. */
  #fallBehind(): void {
    this.#mode = 'behind';
    this.#asked += 1;
    this.#joint = null;
    const link = this.#link;
    if (link?.canPause && !this.#paused) {
      this.#paused = true;
      link.client.tell(`refresh-client -A '${this.id}:pause'`);
    }
    this.#renewWhenRead();
  }

  /** What is unread may be the first screen of the model, so the end of it is awaited, not that of some output. */
  #renewWhenRead(): void {
    const model = this.#model;
    if (model === null || model.unread === 0) {
      this.renew(CATCH_UP_INTERVAL_MS);
      return;
    }
    model.atEnd(() => {
      if (this.#mode === 'behind') this.renew(CATCH_UP_INTERVAL_MS);
    });
  }
}
