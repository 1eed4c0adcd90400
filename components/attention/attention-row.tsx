import { type MouseEvent, type ReactNode, use, useState } from 'react';
import { type AttentionRow, targetOf } from '@/components/attention/attention';
import { formatAddress } from '@/lib/client/address';
import { HOME } from '@/lib/client/base-path';
import { Moment } from '@/lib/client/moment';
import { formatMoment } from '@/lib/client/moments';
import { formatCount, truncated } from '@/lib/client/text';
import type { AttentionEntry } from '@/lib/contract/schemas';
import { RelativeTime } from '../ui/time';
import { ActionPanel, Actions, useActions } from './attention-actions';
import { COLOURS, KINDS, MAX_REASON, Reason, Severity } from './attention-text';

const GRID =
  'grid w-full min-w-0 flex-1 grid-cols-[auto_minmax(0,1fr)_auto] items-baseline gap-x-2 py-1 pl-4 text-left hover:bg-tint md:grid-cols-[auto_12.5rem_minmax(0,1fr)_auto] md:gap-x-3';

interface RowProps {
  row: AttentionRow;
  /** The page shows the past: items cannot be acknowledged. */
  fixed: boolean;
  onOpen: (entry: AttentionEntry) => void;
}

/** One item, or a group of them that opens. */
export function Row({ row: { entries }, fixed, onOpen }: RowProps) {
  const [first, ...others] = entries;
  if (others.length === 0) return <Item entry={first} fixed={fixed} onOpen={onOpen} />;
  return <Group entries={entries} fixed={fixed} onOpen={onOpen} />;
}

type Following = Pick<RowProps, 'fixed' | 'onOpen'>;

/** An item with its link, its buttons, and why it is listed. */
function Item({ entry, fixed, onOpen }: Following & { entry: AttentionEntry }) {
  const actions = useActions([entry]);
  return (
    <li data-attention>
      <div className="group/row flex items-start pr-2">
        <ItemLink entry={entry} onOpen={onOpen} />
        {!fixed && <Actions {...actions} why={entry.why.rule !== ''} />}
      </div>
      <ActionPanel {...actions} entry={entry} />
    </li>
  );
}

/** A link to what an item is about. */
export function ItemLink({ entry, onOpen }: Pick<RowProps, 'onOpen'> & { entry: AttentionEntry }) {
  const moment = use(Moment);
  const at = moment === null ? null : formatMoment(moment);
  const follow = (event: MouseEvent) => {
    // With a modifier the browser opens the link in a tab or window of its own.
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    onOpen(entry);
  };
  return (
    <a
      href={`${HOME}${formatAddress({ ...targetOf(entry).address, at })}`}
      onClick={follow}
      data-first
      className={`${GRID} pr-2`}
    >
      <Severity severity={entry.severity} />
      <span className={`font-medium ${COLOURS[entry.severity]}`}>{KINDS[entry.kind]}</span>
      <What title={truncated(entry.reason, MAX_REASON)}>
        <Reason entry={entry} />
      </What>
      <span className="text-muted">
        <RelativeTime instant={entry.since} form="age" label="Since" />
      </span>
    </a>
  );
}

function What({ title, children }: { title?: string; children: ReactNode }) {
  return (
    <span
      title={title}
      className="wrap-anywhere line-clamp-3 text-muted max-md:order-last max-md:col-span-2 max-md:col-start-2 md:line-clamp-1"
    >
      {children}
    </span>
  );
}

/** Items of one kind about one agent; a button acts on each of them. */
function Group({ entries, fixed, onOpen }: Following & Pick<AttentionRow, 'entries'>) {
  const [open, setOpen] = useState(false);
  const actions = useActions(entries);
  const [first] = entries;
  const about = first.group.slice(first.kind.length + 1);
  return (
    <li data-attention>
      <div className="group/row flex items-start pr-2">
        <button
          type="button"
          aria-expanded={open}
          onClick={() => setOpen(!open)}
          data-first
          className={`${GRID} cursor-pointer pr-2`}
        >
          <Severity severity={first.severity} />
          <span className={`font-medium ${COLOURS[first.severity]}`}>
            {KINDS[first.kind]} ({formatCount(entries.length)})
          </span>
          <What title={truncated(about, MAX_REASON)}>
            <span className="font-medium text-ink">{truncated(about, 100)}</span> · {open ? 'hide each' : 'show each'}
          </What>
          <span className="text-muted">
            <RelativeTime instant={first.since} form="age" label="Since" />
          </span>
        </button>
        {!fixed && <Actions {...actions} why={false} />}
      </div>
      <ActionPanel {...actions} entry={null} />
      {open && (
        <ol aria-label={`${KINDS[first.kind]}: ${truncated(about, 100)}`} className="ml-4 border-line border-l">
          {entries.map((entry) => (
            <Item key={entry.id} entry={entry} fixed={fixed} onOpen={onOpen} />
          ))}
        </ol>
      )}
    </li>
  );
}
