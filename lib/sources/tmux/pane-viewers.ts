/** What viewers of one pane see: its last output in numbered parts, its screen, and when there is something new. */
import { randomBytes } from 'node:crypto';
import { OutputRing } from './output-ring';
import type { ScreenModel } from './screen-model';

/** The screen of a pane for a terminal that was reset. */
export interface PaneScreen {
  columns: number;
  rows: number;
  title: string;
  alternate: boolean;
  content: string;
}

/** Between two previews. */
const PREVIEW_INTERVAL_MS = 250;

export abstract class PaneViewers {
  /** Names this pane and its numbers: a later one of the same id has another. */
  readonly epoch = randomBytes(6).toString('hex');
  protected readonly ring = new OutputRing();
  /** The last part that is on the screen. */
  protected shownSeq = 0;
  readonly #listeners = new Set<() => void>();
  /** The last screens that viewers were given, with earlier lines and without. */
  readonly #cached = new Map<boolean, { key: string; screen: PaneScreen }>();
  #preview: NodeJS.Timeout | null = null;
  #previewIsDue = false;
  #previews = 0;
  #notified = false;

  /** The screen as it is now; null before the first. */
  abstract get model(): ScreenModel | null;

  /** Calls back, in a later turn, when there is something new. @returns what ends that */
  follow(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Rises by one when a preview should be shown again, at most four times a second. */
  get previews(): number {
    return this.#previews;
  }

  /** @returns the whole screen, and the number of the last part that is on it; null while there is none */
  screen(withEarlierLines: boolean): { screen: PaneScreen; seq: number } | null {
    const { model } = this;
    if (model === null) return null;
    const key = `${this.shownSeq} ${model.title}`;
    const known = this.#cached.get(withEarlierLines);
    if (known?.key === key) return { screen: known.screen, seq: this.shownSeq };
    const { title, isAlternate: alternate } = model;
    const screen = { ...model.size, title, alternate, content: model.content(withEarlierLines) };
    this.#cached.set(withEarlierLines, { key, screen });
    return { screen, seq: this.shownSeq };
  }

  /** @returns whether a viewer that has everything up to a part can go on from there */
  reaches(seq: number): boolean {
    return this.ring.reaches(seq);
  }

  /** @returns what came after a part that is reached; null for nothing */
  after(seq: number): { text: string; seq: number } | null {
    return this.ring.after(seq);
  }

  /** The screen has changed: a preview follows at once, the next ones no sooner than their interval. */
  protected changed(): void {
    this.notify();
    this.#previewIsDue = true;
    if (this.#preview === null) this.#showPreview();
  }

  protected notify(): void {
    if (this.#notified) return;
    this.#notified = true;
    setImmediate(() => {
      this.#notified = false;
      for (const listener of [...this.#listeners]) listener();
    });
  }

  /** No further preview follows by itself. */
  protected endPreviews(): void {
    if (this.#preview) clearTimeout(this.#preview);
    this.#preview = null;
  }

  protected forgetViewers(): void {
    this.#listeners.clear();
    this.#cached.clear();
  }

  #showPreview(): void {
    this.#preview = null;
    if (!this.#previewIsDue) return;
    this.#previewIsDue = false;
    this.#previews += 1;
    this.#preview = setTimeout(() => this.#showPreview(), PREVIEW_INTERVAL_MS);
    this.notify();
  }
}
