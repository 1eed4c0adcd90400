import { memo, type ReactNode } from 'react';
import { counted } from '@/lib/client/text';
import { type Gap, gapAround } from '@/lib/client/view';
import { lossWords } from '@/lib/contract/log-losses';
import type { LogSource, Message, Source, Sources } from '@/lib/contract/schemas';
import { Text } from '../ui/text';
import { ClockTime, Sentence } from '../ui/time';

const NAMES: Record<keyof Sources, string> = {
  registry: 'Registry',
  locks: 'Locks',
  log: 'Message log',
  history: 'History',
  watcher: 'File watching',
  config: 'Swarm configuration',
  zone: 'Time zone',
};

interface SourceNoticesProps {
  sources: Sources;
  holds: Holds;
  /** Sources that "Needs you" already reports: they are left out here. */
  said: ReadonlySet<string>;
}

/** Reports sources that are not ok, and entries that were skipped. */
export const SourceNotices = memo(function SourceNotices({ sources, holds, said }: SourceNoticesProps) {
  const kinds = Object.keys(NAMES) as (keyof Sources)[];
  return (
    <>
      {kinds
        .filter((kind) => !said.has(kind) && deservesNotice(kind, sources[kind], holds))
        .map((kind) => (
          <Notice key={kind} name={NAMES[kind]} severe={sources[kind].state === 'unreadable'}>
            <Sentence text={sources[kind].reason ?? `It is ${sources[kind].state}.`} />
            {sources[kind].state === 'missing' && sources[kind].kept_from === null && ' The page shows older data.'}
            <span className="text-muted">
              {' '}
              Since <ClockTime instant={sources[kind].since} />.
            </span>
          </Notice>
        ))}
      {kinds
        .filter((kind) => sources[kind].skipped.length > 0)
        .map((kind) => (
          <SkippedNotice key={kind} name={NAMES[kind]} source={sources[kind]} />
        ))}
      <LogNotices log={sources.log} />
    </>
  );
});

/** The sources of which the page still shows data. */
type Holds = Partial<Record<keyof Sources, boolean>>;

/** A missing file without earlier data is no fault: its panel is empty and says what to do. */
function deservesNotice(kind: keyof Sources, source: Source, holds: Holds): boolean {
  return source.state !== 'ok' && (source.state !== 'missing' || source.kept_from !== null || holds[kind] === true);
}

function SkippedNotice({ name, source }: { name: string; source: Source }) {
  const total = source.skipped.reduce((sum, { count }) => sum + count, 0);
  return (
    <Notice name={name}>
      <details className="inline-block max-w-full align-top">
        <summary className="cursor-pointer">{counted(total, 'entry was', 'entries were')} skipped.</summary>
        <ul className="text-muted">
          {source.skipped.map(({ reason, count, last }) => (
            <li key={reason} className="wrap-anywhere">
              {counted(count, 'time')}: <Text value={reason} max={400} prose />
              {last !== null && (
                <>
                  {' '}
                  (last: <Text value={last} max={400} />)
                </>
              )}
            </li>
          ))}
        </ul>
      </details>
    </Notice>
  );
}

function LogNotices({ log }: { log: LogSource }) {
  const { backlog } = log;
  return (
    <>
      {log.gaps > 0 && (
        <Notice name="Message log" severe>
          Messages may be missing: {counted(log.gaps, 'time')} the log was replaced before its end could be read.
          <ul className="text-muted">
            {log.losses.map((loss) => (
              <li key={`${loss.since} ${loss.until}`}>
                <Sentence text={lossWords(loss)} />
              </li>
            ))}
          </ul>
        </Notice>
      )}
      {backlog && backlog.total_bytes > 0 && (
        <Notice name="Message log">
          Reading earlier messages: {Math.floor((100 * backlog.read_bytes) / backlog.total_bytes)} % of{' '}
          {Math.ceil(backlog.total_bytes / 1_000_000)} MB.
        </Notice>
      )}
    </>
  );
}

/** Reports that the server could not continue the stream from the page's last message. */
export function GapNotice({ gap, onDismiss }: { gap: Gap; onDismiss: () => void }) {
  const around = gapAround(gap);
  return (
    <Notice name="Messages" severe>
      Messages may be missing{' '}
      {around === null ? (
        <>
          between <Edge message={gap.after}>the start of this page</Edge> and <Edge message={gap.before}>now</Edge>
        </>
      ) : (
        <>
          around <ClockTime instant={around} />
        </>
      )}
      : the server could not continue from what this page had.{' '}
      <button type="button" className="link" onClick={onDismiss}>
        Dismiss
      </button>
    </Notice>
  );
}

function Edge({ message, children }: { message: Message | null; children: ReactNode }) {
  return message === null ? children : <ClockTime instant={message.sent_at} />;
}

function Notice({ name, severe = false, children }: { name: string; severe?: boolean; children: ReactNode }) {
  return (
    <li className="flex gap-2 border-line border-b bg-tint px-4 py-1.5">
      <span className={`shrink-0 font-medium ${severe ? 'text-bad' : 'text-warn'}`}>{name}</span>
      <span className="wrap-anywhere min-w-0">{children}</span>
    </li>
  );
}
