/**
 * Compares the screen of a pane with what tmux shows, after output. tmux and the emulator differ in rare sequences, and
 * after output was left out the attributes of what follows are not known.
 */
import type { ControlClient } from './control-client';
import { type PaneSnapshot, snapshotCommand, snapshotRequest } from './pane-snapshot';
import type { ParseQueue } from './parse-queue';
import { findDifference } from './screen-cells';
import { ScreenModel } from './screen-model';

export interface ComparedPane {
  /** The client by which tmux can be asked; null while the screen does not follow the output. */
  client(): ControlClient | null;
  model(): ScreenModel | null;
  /** Whether no comparison is needed any more. */
  isEnded(): boolean;
  /** The screen differs. */
  renew(): void;
}

/** Between two comparisons, while there is output. */
const COMPARE_INTERVAL_MS = 500;
/** While there is output all the time, a comparison rarely finds both at one moment. */
const MAX_COMPARE_INTERVAL_MS = 8000;

export class ScreenComparison {
  readonly #id: string;
  readonly #queue: ParseQueue;
  readonly #pane: ComparedPane;
  /** How many parts of output there were. */
  #outputs = 0;
  /** Whether there was output since a comparison led to a new screen. */
  #mayRenew = false;
  #intervalMs = COMPARE_INTERVAL_MS;
  #timer: NodeJS.Timeout | null = null;

  constructor(id: string, queue: ParseQueue, pane: ComparedPane) {
    this.#id = id;
    this.#queue = queue;
    this.#pane = pane;
  }

  /** There was output. */
  output(): void {
    this.#outputs += 1;
    this.#mayRenew = true;
    this.#soon();
  }

  end(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #soon(): void {
    if (this.#timer || this.#pane.isEnded()) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#ask();
    }, this.#intervalMs);
  }

  #ask(): void {
    const client = this.#pane.client();
    if (client === null) {
      this.#soon();
      return;
    }
    let outputs = -1;
    const request = snapshotRequest(
      0,
      () => {
        outputs = this.#outputs;
      },
      (result) => {
        if (client === this.#pane.client() && !('fault' in result)) this.#compare(result, outputs);
        else this.#soon();
      },
    );
    client.send(snapshotCommand(this.#id, 0), request);
  }

  #compare(snapshot: PaneSnapshot, outputs: number): void {
    const onReady = () => {
      const model = this.#pane.model();
      const isFollowing = this.#pane.client() !== null && model !== null;
      const isComparable = isFollowing && this.#outputs === outputs && model.unread === 0;
      if (isComparable && this.#mayRenew && isDifferent(model, other, snapshot)) {
        // If the new screen differs too, tmux and the emulator draw it differently, and a third would not help.
        this.#mayRenew = false;
        this.#pane.renew();
      }
      this.#intervalMs = isComparable ? COMPARE_INTERVAL_MS : Math.min(this.#intervalMs * 2, MAX_COMPARE_INTERVAL_MS);
      other.dispose();
      if (!isComparable) this.#soon();
    };
    const other = new ScreenModel({ ...snapshot, carried: null }, this.#queue, {
      onReady,
      onFault: () => this.#soon(),
    });
  }
}

function isDifferent(model: ScreenModel, other: ScreenModel, snapshot: PaneSnapshot): boolean {
  const { columns, rows } = model.size;
  if (columns !== snapshot.columns || rows !== snapshot.rows || model.isAlternate !== snapshot.alternate) return true;
  const [mine, its] = [model.buffer, other.buffer];
  if (mine.cursorX !== its.cursorX || mine.cursorY !== its.cursorY) return true;
  return findDifference(mine, its, model.size) !== null;
}
