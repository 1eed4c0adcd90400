import { useRef, useState } from 'react';
import { readStored, store } from '@/lib/client/storage';
import { type Draft, parseDrafts, withDraft } from './drafts';

interface Drafts {
  /** Those with a text, the newest first. */
  drafts: readonly Draft[];
  /** Keeps a draft, or removes it if its text is blank. */
  keep: (draft: Draft) => void;
  /** Removes a draft, whatever its text. */
  drop: (draft: Draft) => void;
}

/**
 * The texts that are not sent yet, kept in this browser.
 *
 * @param root the folder of the swarm: each swarm has its own
 */
export function useDrafts(root: string): Drafts {
  const name = `swarm-drafts:${root}`;
  const [drafts, setDrafts] = useState(() => parseDrafts(readStored(name)));
  const newest = useRef(drafts);
  const keep = (draft: Draft) => {
    newest.current = withDraft(newest.current, draft);
    store(name, JSON.stringify(newest.current));
    setDrafts(newest.current);
  };
  return { drafts, keep, drop: (draft) => keep({ ...draft, text: '' }) };
}
