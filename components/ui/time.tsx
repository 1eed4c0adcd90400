import { createContext, use, useMemo, useSyncExternalStore } from 'react';
import { now, subscribe } from '@/lib/client/clock';
import { Moment } from '@/lib/client/moment';
import { absoluteTime, clockTime, lastSpoke, relativeTime, withInstants } from '@/lib/client/time';
import { isNaive } from '@/lib/contract/instant';
import type { Message } from '@/lib/contract/schemas';
import { Marked } from './text';

/** When the server rendered the page, in milliseconds: ages start from it, so that server and browser agree. */
export const RenderedAt = createContext(0);

const never = () => () => {};

/** The viewer's zone (`undefined`) after hydration, before that the server's choice. */
export function useZone(): string | undefined {
  return useSyncExternalStore<string | undefined>(
    never,
    () => undefined,
    () => 'UTC',
  );
}

interface TimeProps {
  instant: string | null | undefined;
  /** `age` where the label already names the time; `spoke` for an agent's last message. */
  form?: 'ago' | 'age' | 'spoke';
  /** The label before the absolute time on hover. */
  label?: string;
}

/** How long ago something was, updated as time passes; the absolute time on hover. */
export function RelativeTime({ instant, form, label }: TimeProps) {
  const renderedAt = use(RenderedAt);
  const moment = use(Moment);
  const zone = useZone();
  const write = (at: number) => (form === 'spoke' ? lastSpoke(instant, at) : relativeTime(instant, at, form));
  // The text itself is the snapshot: of a thousand times on a page, only those whose text has changed render again.
  const text = useSyncExternalStore(
    subscribe,
    () => write(moment ?? now()),
    () => write(moment ?? renderedAt),
  );
  // Intl is slow at first, and every row of a busy list runs this each second.
  const title = useMemo(() => absoluteTime(instant, zone), [instant, zone]);
  return (
    <time dateTime={instant ?? undefined} title={label ? `${label}: ${title}` : title}>
      {/* Each text is new: at the right end of a row the same one would begin at another place, and count as moved. */}
      <span key={text}>{text}</span>
    </time>
  );
}

/** Whether the time zone of the log's local times is in doubt. */
export const ZoneInDoubt = createContext(false);

interface MessageTimeProps extends Omit<TimeProps, 'instant'> {
  message: Pick<Message, 'sent_at' | 'timestamp'>;
}

/** When a message was sent, as `RelativeTime`; marked if it depends on a zone in doubt. */
export function MessageTime({ message, ...rest }: MessageTimeProps) {
  const inDoubt = use(ZoneInDoubt) && message.sent_at !== null && isNaive(message.timestamp);
  return (
    <>
      <RelativeTime instant={message.sent_at} {...rest} />
      {inDoubt && (
        <abbr className="text-warn no-underline" title="The time zone of the log is in doubt">
          {' '}
          (zone?)
        </abbr>
      )}
    </>
  );
}

/** The time of day in the viewer's zone, with the date unless it is today; the full time on hover. */
export function ClockTime({ instant }: { instant: string | null | undefined }) {
  const renderedAt = use(RenderedAt);
  const moment = use(Moment);
  const zone = useZone();
  const text = useSyncExternalStore(
    subscribe,
    () => clockTime(instant, moment ?? now()),
    () => clockTime(instant, moment ?? renderedAt, 'UTC'),
  );
  return (
    <time dateTime={instant ?? undefined} title={absoluteTime(instant, zone)}>
      {text}
    </time>
  );
}

/** An instant in full, in the viewer's zone. */
export function FullTime({ instant }: { instant: string }) {
  return <time dateTime={instant}>{absoluteTime(instant, useZone())}</time>;
}

/** A sentence of the server: its instants as times of day in the viewer's zone, quoted code and bold as such. */
export function Sentence({ text }: { text: string }) {
  return withInstants(text).map((piece, index) =>
    // biome-ignore lint/suspicious/noArrayIndexKey: the pieces have no other identity
    'text' in piece ? <Marked key={index} text={piece.text} /> : <ClockTime key={index} instant={piece.instant} />,
  );
}
