import type { Lost } from '@/components/messages/message-list-state';

const LOST: Record<Lost, string> = {
  malformed: 'The link to this message is incomplete. Copy it again from the message.',
  gone: 'That message is no longer kept, or it belongs to another history.',
  filtered: 'That message does not match the filter. The messages around it are shown.',
};

interface LostNoticeProps {
  why: Lost;
  past: boolean;
  onNow: () => void;
  /** Null if no filter is set. */
  onClear: (() => void) | null;
}

const LATER = 'That message was sent later, or it does not match the filter. The messages around it are shown.';

/** Says why the list does not show the message that the address points at. */
export function LostNotice({ why, past, onNow, onClear }: LostNoticeProps) {
  return (
    <p role="alert" className="shrink-0 border-line border-b bg-tint px-4 py-1.5">
      {why === 'filtered' && past ? LATER : LOST[why]}{' '}
      {why === 'filtered' && onClear && (
        <>
          <button type="button" className="link" onClick={onClear}>
            Clear the filter
          </button>{' '}
        </>
      )}
      <button type="button" className="link" onClick={onNow}>
        Back to the newest
      </button>
    </p>
  );
}
