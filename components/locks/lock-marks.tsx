import type { ReactNode } from 'react';
import { formerHolderSentence, patternScope, TIMEOUT_SENTENCE } from '@/components/locks/locks';
import type { Address } from '@/lib/client/address';
import { asText, counted } from '@/lib/client/text';
import type { Lock, LockWarning } from '@/lib/contract/schemas';
import { AddressLink } from '../ui/address-link';
import { Text } from '../ui/text';
import { Sentence } from '../ui/time';

const WARNINGS: Record<LockWarning, string> = {
  byte_order_mark: 'The file begins with a byte order mark, which the swarm’s own tool does not read.',
  invalid_utf8: 'The file is not valid UTF-8, which makes the swarm’s own tool fail.',
  missing_field: 'A field is missing, which makes the swarm’s own tool fail.',
  unknown_field: 'There is an unknown field, which makes the swarm’s own tool fail.',
  wrong_type: 'A field has the wrong type, which makes the swarm’s own tool fail.',
  name_mismatch: 'The file’s name does not belong to the path it locks, so releasing it will not find it.',
  in_future: 'It was acquired in the future by this server’s clock, so it never becomes stale.',
  path_too_long:
    'Its path is longer than 4,096 bytes, so it is compared with other locks as plain text: overlaps by a pattern are not known.',
  uncompared:
    'It was not compared with every pattern, since the swarm has too many long ones: it may overlap more locks than are shown. Release locks on long patterns to see all overlaps.',
};

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
      <HolderMark lock={lock} tabIndex={tabIndex} onGo={onGo} />
      {lock.stale === true && (
        // Every long-held lock reaches its timeout, so the word has no warning colour.
        <Mark word="past the timeout" className="text-muted">
          {TIMEOUT_SENTENCE}
        </Mark>
      )}
      {lock.pattern && (
        <Mark word="pattern" className="text-muted">
          <Scope pattern={asText(lock.filepath)} />
        </Mark>
      )}
      {lock.warnings.map((warning) => (
        <Mark key={warning} word="odd file" className="text-warn">
          {WARNINGS[warning]}
        </Mark>
      ))}
    </>
  );
}

/** A holder that has left, or that has another id now. */
function HolderMark({ lock, tabIndex, onGo }: Pick<LockMarksProps, 'lock' | 'tabIndex' | 'onGo'>) {
  const former = formerHolderSentence(lock);
  if (former === null) {
    if (lock.orphaned !== true) return null;
    return (
      <Mark word="orphaned" className="text-bad">
        Its holder is dead or not registered, so it will not release the lock.
      </Mark>
    );
  }
  const moved = lock.former_holder?.reason === 'moved';
  const now = lock.former_holder?.now ?? null;
  return (
    <Mark word={moved ? 'former id' : 'orphaned'} className={moved ? 'text-warn' : 'text-bad'}>
      <Sentence text={former} />
      {now !== null && (
        <>
          {' '}
          <AddressLink to={{ agent: now }} onGo={onGo} tabIndex={tabIndex}>
            Show <Text value={now} max={80} />
          </AddressLink>
        </>
      )}
    </Mark>
  );
}

/** What a pattern may cover: the swarm's tool matches patterns differently from a shell. */
function Scope({ pattern }: { pattern: string }) {
  const scope = patternScope(pattern);
  if (scope === null) return 'Written like a pattern, but it covers this path only.';
  const { begins, ends, anyRun } = scope;
  return (
    <>
      May cover{' '}
      {begins === '' && ends === '' ? (
        'any path'
      ) : (
        <>
          paths that {begins !== '' && <Part words="begin with" text={begins} />}
          {begins !== '' && ends !== '' && ' and '}
          {ends !== '' && <Part words="end with" text={ends} />}
        </>
      )}
      {anyRun ? ', in folders below too.' : '; each wildcard is one character.'}
    </>
  );
}

function Part({ words, text }: { words: string; text: string }) {
  return (
    <>
      {words}{' '}
      <code translate="no">
        <Text value={text} max={120} />
      </code>
    </>
  );
}

function Mark({ word, className, children }: { word: string; className: string; children: ReactNode }) {
  return (
    <p className="wrap-anywhere mt-0.5 text-muted">
      <span className={`tag mr-1 ${className}`}>{word}</span> {children}
    </p>
  );
}
