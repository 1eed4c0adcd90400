import { hiddenSummary, type Target } from '@/components/attention/attention';
import type { AttentionAnswer, AttentionEntry } from '@/lib/contract/schemas';
import { IconButton } from '../ui/icon-button';
import { Undo2 } from '../ui/more-icons';
import { ClockTime, RelativeTime } from '../ui/time';
import { ActionPanel, useActions } from './attention-actions';
import { ItemLink } from './attention-row';

interface HiddenItemsProps {
  answer: AttentionAnswer;
  /** The acknowledged and snoozed items. */
  hidden: readonly AttentionEntry[];
  fixed: boolean;
  onShow: (target: Target) => void;
}

/** The number of acknowledged and snoozed items; opens into a list in which each can be taken back. */
export function HiddenItems({ answer, hidden, fixed, onShow }: HiddenItemsProps) {
  return (
    <details>
      <summary className="link mx-4 my-1 w-fit text-muted">{hiddenSummary(hidden, answer)}</summary>
      <ol aria-label="Acknowledged and snoozed">
        {hidden.map((entry) => (
          <HiddenItem key={entry.id} entry={entry} fixed={fixed} onShow={onShow} />
        ))}
      </ol>
    </details>
  );
}

function HiddenItem({ entry, fixed, onShow }: Pick<HiddenItemsProps, 'fixed' | 'onShow'> & { entry: AttentionEntry }) {
  const actions = useActions([entry]);
  return (
    <li>
      <div className="flex items-start pr-2">
        <ItemLink entry={entry} onShow={onShow} />
        {!fixed && (
          <span className="needs-script">
            <IconButton label="Take back" icon={Undo2} onClick={() => actions.send({ action: 'withdraw' })} />
          </span>
        )}
      </div>
      <p className="px-4 pb-1 pl-9 text-muted">
        <Marks entry={entry} />
      </p>
      <ActionPanel {...actions} entry={null} />
    </li>
  );
}

function Marks({ entry: { acknowledged, snoozed } }: { entry: AttentionEntry }) {
  return (
    <>
      {acknowledged && (
        <>
          Acknowledged{by(acknowledged.by)} <RelativeTime instant={acknowledged.at} />, until it changes.
        </>
      )}
      {acknowledged && snoozed && ' '}
      {snoozed && (
        <>
          Snoozed{by(snoozed.by)} until {snoozed.until === null ? 'it changes' : <ClockTime instant={snoozed.until} />}.
        </>
      )}
    </>
  );
}

function by(name: string | null): string {
  return name === null ? '' : ` by ${name}`;
}
