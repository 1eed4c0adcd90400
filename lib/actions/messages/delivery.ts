/** What deliveries of messages consist of, for the ways of delivery and the outbox. */
import type { Delivery } from '../../contract/action-schemas';
import type { ClaudeSession } from '../../sources/claude-code/claude-session';
import type { SessionPlace } from '../../sources/claude-code/transcript-tail';

export type Via = NonNullable<Delivery['via']>;

/** How an agent can be reached now. */
export interface Reach {
  /** Names its process, or the pane: an id may be given to another one. */
  life: string;
  /** Why it can't be reached at all, a sentence; null otherwise. */
  gone: string | null;
  /** Its session, if its file is read and its process is not known to have ended. */
  session: ClaudeSession | null;
  /**
   * Where it runs in tmux: its pane if that is known, and a process of the same tmux server; whether that runs in the
   * pane.
   */
  pane: { id: string | null; pid: number; within: boolean } | null;
  /** The transcript of a teammate that has no session file. */
  transcript: SessionPlace | null;
  /** A claude process is seen, or its session runs. */
  runsClaude: boolean;
  /** The process of Claude Code, if it is seen. */
  claudePid: number | null;
}

/** One text for one agent. */
export interface Letter {
  sender: string;
  /** The text, built at the moment of delivery. */
  text(): string;
  /** Types it as a command of Claude Code. */
  asCommand: boolean;
  /** Milliseconds until it must not be delivered any more. */
  remainingMs(): number;
  /**
   * Called before the step that can't be undone. Keeps that it began.
   *
   * @throws {NotBegun} if it must not begin: it was withdrawn, or that can't be kept
   */
  begin(via: Via): Promise<void>;
  /** The step did nothing after all. */
  undo(): Promise<void>;
  /** Shows what is waited for after it began. */
  note(detail: string): void;
  /** Aborted when the dashboard ends. */
  signal: AbortSignal;
}

export type Final = { outcome: 'delivered' | 'failed' | 'unknown'; via: Via | null; detail: string };

/**
 * The result of an attempt. `later`: nothing was done, and it can be tried again. `held`: the session has the text in a
 * queue of its own, and `end` says whether it read it.
 */
export type Attempt =
  | { kind: 'later'; detail: string }
  | ({ kind: 'final' } & Final)
  | { kind: 'held'; via: Via; detail: string; end: Promise<Final> };

export class NotBegun extends Error {
  override readonly name = 'NotBegun';
}

export const later = (detail: string): Attempt => ({ kind: 'later', detail });
export const failed = (detail: string, via: Via | null = null): Attempt => ({
  kind: 'final',
  outcome: 'failed',
  ...{ via, detail },
});
export const unknown = (detail: string, via: Via): Attempt => ({ kind: 'final', outcome: 'unknown', via, detail });

/** How long each step is waited for, milliseconds. */
export interface DeliveryTimes {
  /** Between two looks at a screen or a transcript. */
  pollMs: number;
  /** For a pasted text to be shown, and a draft to be put aside. */
  shownMs: number;
  /** How long a draft must have been the same before it is put aside: nobody types then. */
  quietMs: number;
  /** For evidence after the first Enter. */
  enterMs: number;
  /** For evidence that it arrived. */
  confirmMs: number;
  /** Between two messages to one session: it drops a burst. */
  spacingMs: number;
  /** Between the paste of a command and Enter: its menu needs that long. */
  commandMs: number;
}

export const DELIVERY_TIMES: DeliveryTimes = {
  pollMs: 100,
  shownMs: 3000,
  quietMs: 1000,
  enterMs: 3000,
  confirmMs: 10_000,
  spacingMs: 2500,
  commandMs: 500,
};
