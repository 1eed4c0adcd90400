/** What the page knows of one terminal, from the events that a viewer gets. Pure. */
import { parseCursor } from '../contract/events';
import type { TerminalEvent, TerminalScreen, TerminalState, TerminalView } from '../contract/terminal-schemas';

/** What is known of a screen beside its content, which only the drawn terminal has. */
export type ScreenFacts = Omit<TerminalScreen, 'content'>;

export interface TerminalModel {
  /** Null until the server has said it. */
  state: TerminalState | null;
  /** What is certain from the screen; null until the server has said it since the last state. */
  view: TerminalView | null;
  /** Null until the first whole screen has arrived. */
  screen: ScreenFacts | null;
  /** The place up to which everything was received: a reconnect continues after it. */
  lastId: string | null;
}

/** What is to be drawn: a whole screen in place of everything, or what the pane wrote since. */
export type TerminalAct = { kind: 'screen'; screen: TerminalScreen } | { kind: 'output'; content: string };

export interface Received {
  model: TerminalModel;
  /** Null where nothing new is to be drawn. */
  act: TerminalAct | null;
  /** The event does not continue what is drawn: the whole screen must be asked for. */
  gap: boolean;
}

export const UNKNOWN_TERMINAL: TerminalModel = { state: null, view: null, screen: null, lastId: null };

/**
 * Takes one event.
 *
 * @returns the model after it, and what is to be drawn. Output that was received before draws nothing; output that does
 *   not belong to the drawn screen is a gap.
 */
export function receive(model: TerminalModel, event: TerminalEvent): Received {
  switch (event.event) {
    case 'state':
      // Another pane or program may be there now: the view follows, where one is certain.
      return { model: { ...model, state: event.data, view: null }, act: null, gap: false };
    case 'view':
      return { model: { ...model, view: event.data }, act: null, gap: false };
    case 'screen': {
      const { content: _content, ...screen } = event.data;
      return { model: { ...model, screen, lastId: event.id }, act: { kind: 'screen', screen: event.data }, gap: false };
    }
    case 'output': {
      const place = placeAfter(model.lastId, event.id);
      if (place === 'gap') return { model: { ...model, lastId: null }, act: null, gap: true };
      if (place === 'known') return { model, act: null, gap: false };
      const act = { kind: 'output', content: event.data.content } as const;
      return { model: { ...model, lastId: event.id }, act, gap: false };
    }
  }
}

/** @returns where an id lies: after the last one, not after it, or in another screen than the drawn one */
function placeAfter(lastId: string | null, id: string): 'new' | 'known' | 'gap' {
  const last = lastId === null ? null : parseCursor(lastId);
  const next = parseCursor(id);
  if (last === null || next === null || last.epoch !== next.epoch) return 'gap';
  return next.seq > last.seq ? 'new' : 'known';
}
