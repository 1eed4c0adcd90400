import { createContext, type ReactNode } from 'react';
import type { AttentionEntry, Lock } from '../contract/schemas';

/** The buttons of commands about locks. They come with a script of their own, after the page. */
export interface LockActs {
  /** For the locks as a whole. */
  panel: ReactNode;
  /** For one lock of a list. @param tabIndex of its row */
  lock: (lock: Lock, tabIndex: 0 | -1) => ReactNode;
  /** For an attention item; null for one that is not about locks. */
  item: (entry: AttentionEntry) => ReactNode;
}

/** Null where nothing can be done: at a past moment, in an exported time range, for a viewer who may only look. */
export const LockActs = createContext<LockActs | null>(null);
