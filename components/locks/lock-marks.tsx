import { TIMEOUT_SENTENCE } from '@/components/locks/locks';
import type { Address } from '@/lib/client/address';
import { counted } from '@/lib/client/text';
import type { Lock } from '@/lib/contract/schemas';
import { AddressLink } from '../ui/address-link';
import { contained } from '../ui/contained';
import { lazyServedPart } from '../ui/lazy-part';
import { Text } from '../ui/text';
import { Mark } from './mark';

// Few locks have them. Loaded ahead by the panel, so that they come with their lock.
const loadRareMarks = () => import('./rare-marks');
const RareFormerHolder = lazyServedPart(() => loadRareMarks().then((module) => ({ default: module.FormerHolderMark })));
const RareFile = lazyServedPart(() => loadRareMarks().then((module) => ({ default: module.FileMarks })));
const FormerHolderMark = contained('The former holder', RareFormerHolder);
const FileMarks = contained('What the lock file says', RareFile);

/** Loads the marks of few locks, until the returned function is called. */
export function preloadRareMarks(): () => void {
  const ends = [RareFormerHolder.preload(), RareFile.preload()];
  return () => {
    for (const end of ends) end();
  };
}

const MAX_CONFLICTS = 5;

interface LockMarksProps {
  lock: Lock;
  /** Names the overlapping locks. */
  all?: boolean;
  tabIndex?: 0 | -1;
  onGo: (to: Partial<Address>) => void;
}

/** The conditions of a lock, such as orphaned or overlapping: each a word with its reason. */
export function LockMarks({ lock, all = false, tabIndex, onGo }: LockMarksProps) {
  const conflicts = all ? lock.conflicts_with : lock.conflicts_with.slice(0, MAX_CONFLICTS);
  const more = lock.conflicts_with.length - conflicts.length;
  return (
    <>
      {conflicts.map((conflict) => (
        <Mark key={conflict.lock_file} word="overlaps" className="text-bad">
          <AddressLink to={{ lock: conflict.lock_file }} onGo={onGo} tabIndex={tabIndex}>
            <code translate="no">
              <Text value={conflict.filepath} />
            </code>
          </AddressLink>
          , held by <Text value={conflict.agent_id} max={80} />.
        </Mark>
      ))}
      {more > 0 && <p className="text-muted">and {counted(more, 'more overlapping lock')}</p>}
      {lock.former_holder !== null ? (
        <FormerHolderMark lock={lock} former={lock.former_holder} tabIndex={tabIndex} onGo={onGo} />
      ) : (
        lock.orphaned === true && (
          <Mark word="orphaned" className="text-bad">
            Its holder is dead or not registered, so it will not release the lock.
          </Mark>
        )
      )}
      {lock.stale === true && (
        // Every long-held lock reaches its timeout, so the word has no warning colour.
        <Mark word="past the timeout" className="text-muted">
          {TIMEOUT_SENTENCE}
        </Mark>
      )}
      {(lock.pattern || lock.warnings.length > 0) && <FileMarks lock={lock} />}
    </>
  );
}
