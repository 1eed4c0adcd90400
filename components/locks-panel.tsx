import { memo, type ReactNode } from 'react';
import { asText, counted } from '@/lib/client/text';
import type { Lock, LocksAnswer, LockWarning, Source } from '@/lib/contract/schemas';
import { Empty, Panel, Scroller } from './ui/panel';
import { Text } from './ui/text';
import { RelativeTime } from './ui/time';

const WARNINGS: Record<LockWarning, string> = {
  byte_order_mark: 'The file begins with a byte order mark, which the swarm’s own tool does not read.',
  invalid_utf8: 'The file is not valid UTF-8, which makes the swarm’s own tool fail.',
  missing_field: 'A field is missing, which makes the swarm’s own tool fail.',
  unknown_field: 'There is an unknown field, which makes the swarm’s own tool fail.',
  wrong_type: 'A field has the wrong type, which makes the swarm’s own tool fail.',
  name_mismatch: 'The file’s name does not belong to the path it locks, so releasing it will not find it.',
  in_future: 'It was acquired in the future by this server’s clock, so it never becomes stale.',
};

/** Who holds which file, and which locks are in the way. */
export const LocksPanel = memo(function LocksPanel({ answer, source }: { answer: LocksAnswer; source: Source }) {
  const { locks } = answer;
  const stale = locks.filter((lock) => lock.stale === true).length;
  return (
    <Panel id="locks" title="Locks" count={locks.length} note={stale > 0 && `${stale} stale`}>
      {locks.length === 0 && source.state === 'unreadable' && (
        <Empty title="What is locked can’t be read.">{source.reason}</Empty>
      )}
      {locks.length === 0 && source.state !== 'unreadable' && (
        <Empty title="No file is locked.">
          A lock appears here the moment an agent runs <code>claudeswarm acquire-file-lock</code>, and goes when it is
          released.
        </Empty>
      )}
      {locks.length > 0 && (
        <Scroller label="List of locks" className="lg:overflow-y-auto">
          <ul className="divide-y divide-line">
            {locks.map((lock) => (
              <LockRow key={lock.lock_file} lock={lock} />
            ))}
          </ul>
        </Scroller>
      )}
    </Panel>
  );
});

function LockRow({ lock }: { lock: Lock }) {
  const path = asText(lock.filepath);
  const reason = asText(lock.reason);
  return (
    <li className="px-4 py-2">
      <div className="flex items-baseline gap-2">
        <code className="wrap-anywhere min-w-0" title={`Lock file ${lock.lock_file}`}>
          {path === '' ? <span className="text-muted">no path, in {lock.lock_file}</span> : <Text value={path} />}
        </code>
        {lock.pattern && (
          <span className="tag text-muted" title="The swarm’s tool matches this path as a pattern">
            pattern
          </span>
        )}
        <span className="ml-auto shrink-0 text-muted">
          <RelativeTime instant={lock.acquired_at} form="age" label="Held since" />
        </span>
      </div>
      <p className="wrap-anywhere">
        <span className="text-muted">held by </span>
        {asText(lock.agent_id) === '' ? 'nobody named' : <Text value={lock.agent_id} max={80} />}
        {reason !== '' && (
          <span className="text-muted">
            {' · '}
            <Text value={reason} max={600} />
          </span>
        )}
      </p>
      <Marks lock={lock} />
    </li>
  );
}

const MOST_CONFLICTS = 5;

function Marks({ lock }: { lock: Lock }) {
  const conflicts = lock.conflicts_with.slice(0, MOST_CONFLICTS);
  const more = lock.conflicts_with.length - conflicts.length;
  return (
    <>
      {lock.stale === true && (
        <Mark word="stale" className="text-warn">
          Held past the swarm’s timeout; the next agent that wants the file removes it.
        </Mark>
      )}
      {lock.orphaned === true && (
        <Mark word="orphaned" className="text-bad">
          Its holder is dead or not registered; nobody will release it.
        </Mark>
      )}
      {conflicts.map((conflict) => (
        <Mark key={conflict.lock_file} word="overlaps" className="text-bad">
          <code>
            <Text value={conflict.filepath} />
          </code>
          , held by <Text value={conflict.agent_id} max={80} />.
        </Mark>
      ))}
      {more > 0 && <p className="text-muted">and {counted(more, 'more overlapping lock')}</p>}
      {lock.warnings.map((warning) => (
        <Mark key={warning} word="odd file" className="text-warn">
          {WARNINGS[warning]}
        </Mark>
      ))}
    </>
  );
}

function Mark({ word, className, children }: { word: string; className: string; children: ReactNode }) {
  return (
    <p className="wrap-anywhere mt-1 flex items-baseline gap-2">
      <span className={`tag shrink-0 ${className}`}>{word}</span>
      <span className="min-w-0 text-muted">{children}</span>
    </p>
  );
}
