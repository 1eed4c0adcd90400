import { memo, type ReactNode } from 'react';
import { useCommand } from '@/lib/client/shortcuts';
import { counted } from '@/lib/client/text';
import type { Dismissals } from '@/lib/client/use-dismissals';
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
  claude_code: 'Claude Code',
  hooks: 'Hooks of Claude Code',
};

interface SourceNoticesProps {
  sources: Sources;
  holds: Holds;
  /** Sources that "Needs you" already reports: they are left out here. */
  said: ReadonlySet<string>;
  dismissals: Dismissals;
}

/** Reports sources that are not ok, and entries that were skipped. A dismissed notice returns once it has changed. */
export const SourceNotices = memo(function SourceNotices({ sources, holds, said, dismissals }: SourceNoticesProps) {
  const kinds = Object.keys(NAMES) as (keyof Sources)[];
  const { isDismissed, dismiss, restore } = dismissals;
  const notices = [
    ...kinds
      .filter((kind) => !said.has(kind) && deservesNotice(kind, sources[kind], holds))
      .map((kind) => sourceNotice(kind, sources[kind])),
    ...kinds
      .filter((kind) => sources[kind].skipped.length > 0)
      .map((kind) => skippedNotice(NAMES[kind], sources[kind].skipped)),
    ...lossNotices(sources.log),
  ];
  const shown = notices.filter(({ facts }) => !isDismissed(facts));
  useCommand(
    `Show ${counted(notices.length - shown.length, 'dismissed notice')}`,
    () => restore(notices.map(({ facts }) => facts)),
    { enabled: shown.length < notices.length, group: 'Page' },
  );
  return (
    <>
      {shown.map(({ facts, name, severe, text }) => (
        <Notice key={facts} name={name} severe={severe} onDismiss={() => dismiss(facts)}>
          {text}
        </Notice>
      ))}
      <BacklogNotice log={sources.log} />
    </>
  );
});

interface NoticeContent {
  /** Everything that it says, in one text: it changes exactly when the notice does. */
  facts: string;
  name: string;
  severe: boolean;
  text: ReactNode;
}

function sourceNotice(kind: keyof Sources, { state, reason, since, kept_from }: Source): NoticeContent {
  return {
    facts: JSON.stringify([kind, state, reason, since]),
    name: NAMES[kind],
    severe: state === 'unreadable',
    text: (
      <>
        <Sentence text={reason ?? `It is ${state}.`} />
        {state === 'missing' && kept_from === null && ' The page shows older data.'}
        <span className="text-muted">
          {' '}
          Since <ClockTime instant={since} />.
        </span>
      </>
    ),
  };
}

/** The sources of which the page still shows data. */
type Holds = Partial<Record<keyof Sources, boolean>>;

/** A missing file without earlier data is not a fault: its panel is empty and says what to do. */
function deservesNotice(kind: keyof Sources, source: Source, holds: Holds): boolean {
  return source.state !== 'ok' && (source.state !== 'missing' || source.kept_from !== null || holds[kind] === true);
}

function skippedNotice(name: string, skipped: Source['skipped']): NoticeContent {
  const total = skipped.reduce((sum, { count }) => sum + count, 0);
  const text = (
    <details className="inline-block max-w-full align-top">
      <summary className="cursor-pointer">{counted(total, 'entry was', 'entries were')} skipped.</summary>
      <ul className="text-muted">
        {skipped.map(({ reason, count, last }) => (
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
  );
  return { facts: JSON.stringify([name, 'skipped', skipped]), name, severe: false, text };
}

function lossNotices({ gaps, losses }: LogSource): NoticeContent[] {
  if (gaps === 0) return [];
  const text = (
    <>
      Messages may be missing: {counted(gaps, 'time')} the log was replaced before its end could be read.
      <ul className="text-muted">
        {losses.map((loss) => (
          <li key={`${loss.since} ${loss.until}`}>
            <Sentence text={lossWords(loss)} />
          </li>
        ))}
      </ul>
    </>
  );
  return [{ facts: JSON.stringify(['gaps', gaps, losses]), name: 'Message log', severe: true, text }];
}

/** Progress, which changes all the time and ends by itself: it cannot be dismissed. */
function BacklogNotice({ log: { backlog } }: { log: LogSource }) {
  if (!backlog || backlog.total_bytes === 0) return null;
  return (
    <Notice name="Message log">
      Reading earlier messages: {Math.floor((100 * backlog.read_bytes) / backlog.total_bytes)} % of{' '}
      {Math.ceil(backlog.total_bytes / 1_000_000)} MB.
    </Notice>
  );
}

/** Reports that the server could not continue the stream from the page's last message. */
export function GapNotice({ gap, onDismiss }: { gap: Gap; onDismiss: () => void }) {
  const around = gapAround(gap);
  return (
    <Notice name="Messages" severe onDismiss={onDismiss}>
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
      : the server could not continue from what this page had.
    </Notice>
  );
}

function Edge({ message, children }: { message: Message | null; children: ReactNode }) {
  return message === null ? children : <ClockTime instant={message.sent_at} />;
}

interface NoticeProps {
  name: string;
  severe?: boolean;
  /** Null if it cannot be dismissed. */
  onDismiss?: (() => void) | null;
  children: ReactNode;
}

function Notice({ name, severe = false, onDismiss = null, children }: NoticeProps) {
  return (
    <li className="flex gap-2 border-line border-b bg-tint px-4 py-1.5">
      <span className={`shrink-0 font-medium ${severe ? 'text-bad' : 'text-warn'}`}>{name}</span>
      <span className="wrap-anywhere min-w-0 flex-1">{children}</span>
      {onDismiss !== null && (
        <button
          type="button"
          className="needs-script link shrink-0 self-start"
          aria-label={`Dismiss: ${name}`}
          title="Dismiss until it changes"
          onClick={({ currentTarget }) => {
            focusNext(currentTarget);
            onDismiss();
          }}
        >
          Dismiss
        </button>
      )}
    </li>
  );
}

/** The button disappears with its notice: the focus moves to the next notice, else to what needs you. */
function focusNext(button: HTMLElement): void {
  const list = button.closest('ul');
  const buttons = [...(list?.querySelectorAll<HTMLElement>(':scope > li > button') ?? [])];
  const place = buttons.indexOf(button);
  (buttons[place + 1] ?? buttons[place - 1] ?? document.getElementById('needs-you'))?.focus();
}
