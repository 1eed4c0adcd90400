/** The moment that a person has selected on a timeline, by a click or by Enter. */
import { isSame, type Thing } from './timeline-hit';

export interface Selection {
  /** Milliseconds since 1970. */
  at: number;
  thing: Thing;
  /** Nothing is there that has a link: only the moment can be viewed. */
  isPlace: boolean;
}

/** @returns the selection of a thing; null if its moment is not known */
export function selectionOf(thing: Thing, at: number): Selection | null {
  if (!Number.isFinite(at)) return null;
  return { at, thing, isPlace: thing.kind === 'place' || thing.kind === 'moment' };
}

/** What Enter does at a thing. */
export type EnterAction = { view: number } | { select: Thing };

/** @returns an empty place and a thing that is selected already are viewed; any other thing is selected first */
export function enterAction(thing: Thing, selected: Selection | null): EnterAction {
  if (thing.kind === 'place' || thing.kind === 'moment') return { view: thing.at };
  return selected !== null && isSame(selected.thing, thing) ? { view: selected.at } : { select: thing };
}
