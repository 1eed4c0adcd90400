import { skippedSentences } from '@/lib/client/skipped-sentences';
import { isAbsent, isUnknown } from '@/lib/client/source-state';
import type { Skipped, Source } from '@/lib/contract/schemas';
import { Text } from './text';
import { ClockTime } from './time';

interface SourceNoticeProps {
  /** The name of the file. */
  file: string;
  source: Pick<Source, 'state' | 'reason' | 'kept_from'> & { skipped?: readonly Skipped[] | undefined };
}

/** Says that a file can't be read, or only in part, and from when its content is; nothing if all is well, or it never was there. */
export function SourceNotice({ file, source }: SourceNoticeProps) {
  const { state, reason, kept_from } = source;
  const sentences = skippedSentences(source);
  if (isAbsent(source) || (state === 'ok' && sentences.length === 0)) return null;
  return (
    <p className="wrap-anywhere shrink-0 border-line border-b bg-tint px-4 py-1">
      <span className="font-medium text-warn">
        {state === 'ok' || state === 'degraded' ? 'Read in part.' : kept_from === null ? 'Not read.' : 'Old data'}
        {kept_from !== null && (
          <>
            {' from '}
            <ClockTime instant={kept_from} />
          </>
        )}
      </span>{' '}
      <span className="text-muted">
        {state !== 'ok' && `${file} is ${state}`}
        {reason !== null && (
          <>
            : <Text value={reason} max={300} prose />
          </>
        )}
        {isUnknown(source) && ' Nothing was read before.'}
        {sentences.map((sentence) => (
          <span key={sentence}>
            {' '}
            <Text value={sentence} max={400} prose />
          </span>
        ))}
      </span>
    </p>
  );
}
