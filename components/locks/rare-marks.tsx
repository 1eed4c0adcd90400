import { formerHolderSentence, patternScope } from '@/components/locks/lock-sentences';
import type { Address } from '@/lib/client/address';
import { asText } from '@/lib/client/text';
import type { Lock, LockWarning } from '@/lib/contract/schemas';
import { AddressLink } from '../ui/address-link';
import { Text } from '../ui/text';
import { Sentence } from '../ui/time';
import { Mark } from './mark';

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

interface FormerHolderMarkProps {
  lock: Lock;
  former: NonNullable<Lock['former_holder']>;
  tabIndex?: 0 | -1;
  onGo: (to: Partial<Address>) => void;
}

/** A holder that has left, or that has another id now. */
export function FormerHolderMark({ lock, former: { reason, now }, tabIndex, onGo }: FormerHolderMarkProps) {
  const moved = reason === 'moved';
  return (
    <Mark word={moved ? 'former id' : 'orphaned'} className={moved ? 'text-warn' : 'text-bad'}>
      <Sentence text={formerHolderSentence(lock) ?? ''} />
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

/** What a lock file says that locks more than one path, or that the swarm's own tool would not write. */
export function FileMarks({ lock }: { lock: Lock }) {
  return (
    <>
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
