import { type MouseEvent, type ReactNode, use, useState } from 'react';
import { type AttentionRow, type Target, targetOf, WAITS } from '@/components/attention/attention';
import { formatAddress } from '@/lib/client/address';
import { HOME } from '@/lib/client/base-path';
import { LockActs } from '@/lib/client/lock-acts';
import { Moment } from '@/lib/client/moment';
import { formatMoment } from '@/lib/client/moments';
import { formatCount, truncated } from '@/lib/client/text';
import type { AttentionEntry, AttentionSeverity, WaitChain } from '@/lib/contract/schemas';
import { AddressLink } from '../ui/address-link';
import { latePart, lazyServedPart } from '../ui/lazy-part';
import { RelativeTime } from '../ui/time';
import { ActionPanel, Actions, useActions } from './attention-actions';
import { COLOURS, KINDS, MAX_REASON, Reason, Severity } from './attention-text';

// Loaded with the first chain of waiting agents.
const ChainSentence = lazyServedPart(() =>
  import('./chain-sentence').then((module) => ({ default: module.ChainSentence })),
);

// Loaded with the first question that waits for an answer.
const ReplyToItem = latePart(() => import('./reply-to-item'));

const GRID =
  'grid w-full min-w-0 flex-1 grid-cols-[auto_minmax(0,1fr)_minmax(4rem,auto)] items-baseline gap-x-2 py-1 pl-4 text-left hover:bg-tint md:grid-cols-[auto_minmax(13.5rem,max-content)_minmax(0,1fr)_minmax(4rem,auto)] md:gap-x-3';

interface RowProps {
  row: AttentionRow;
  /** The page shows the past: items cannot be acknowledged. */
  fixed: boolean;
  onShow: (target: Target) => void;
}

/** One item, or a group or chain of them that opens. */
export function Row({ row: { entries, chain }, fixed, onShow }: RowProps) {
  const [first, ...others] = entries;
  if (chain !== null) return <Chain chain={chain} entries={entries} fixed={fixed} onShow={onShow} />;
  if (others.length === 0) return <Item entry={first} fixed={fixed} onShow={onShow} />;
  return <Group entries={entries} fixed={fixed} onShow={onShow} />;
}

type Following = Pick<RowProps, 'fixed' | 'onShow'>;

/** An item with its link, its buttons, and why it is listed. */
function Item({ entry, fixed, onShow }: Following & { entry: AttentionEntry }) {
  const actions = useActions([entry]);
  const acts = use(LockActs);
  return (
    <li data-attention>
      <div className="group/row flex items-start pr-2">
        <ItemLink entry={entry} onShow={onShow} />
        {!fixed && (
          <Actions {...actions} why={entry.why.rule !== ''}>
            {acts?.item(entry)}
            {entry.kind.endsWith('_unanswered') && <ReplyToItem entry={entry} onShow={onShow} />}
          </Actions>
        )}
      </div>
      <ActionPanel {...actions} entry={entry} />
    </li>
  );
}

/** A link to what an item is about. */
export function ItemLink({ entry, onShow }: Pick<RowProps, 'onShow'> & { entry: AttentionEntry }) {
  const moment = use(Moment);
  const at = moment === null ? null : formatMoment(moment);
  const follow = (event: MouseEvent) => {
    // With a modifier the browser opens the link in a tab or window of its own.
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    onShow(targetOf(entry));
  };
  return (
    <a
      href={`${HOME}${formatAddress({ ...targetOf(entry).address, at })}`}
      onClick={follow}
      data-first
      className={`${GRID} pr-2`}
    >
      <Severity severity={entry.severity} />
      <Label severity={entry.severity}>{KINDS[entry.kind]}</Label>
      <What title={truncated(entry.reason, MAX_REASON)}>
        <Reason entry={entry} />
      </What>
      <span className="text-right text-muted">
        <RelativeTime instant={entry.since} form="age" label="Since" />
      </span>
    </a>
  );
}

/** The label's column grows with it: a label never wraps. */
function Label({ severity, children }: { severity: AttentionSeverity; children: ReactNode }) {
  return <span className={`font-medium md:whitespace-nowrap ${COLOURS[severity]}`}>{children}</span>;
}

interface WhatProps {
  title?: string;
  whole?: boolean;
  children: ReactNode;
}

function What({ title, whole = false, children }: WhatProps) {
  return (
    <span
      title={title}
      className={`wrap-anywhere text-muted max-md:order-last max-md:col-span-2 max-md:col-start-2 ${whole ? '' : 'line-clamp-3 md:line-clamp-1'}`}
    >
      {children}
    </span>
  );
}

/** Items of one kind about one agent; a button acts on each of them. */
function Group({ entries, fixed, onShow }: Following & Pick<AttentionRow, 'entries'>) {
  const [first] = entries;
  const about = truncated(first.group.slice(first.kind.length + 1), MAX_REASON);
  return (
    <Folded
      entries={entries}
      label={`${KINDS[first.kind]} (${formatCount(entries.length)})`}
      title={about}
      since={first.since}
      fixed={fixed}
      onShow={onShow}
      what={(open) => (
        <>
          <span className="font-medium text-ink">{truncated(about, 100)}</span> · {open ? 'hide each' : 'show each'}
        </>
      )}
    />
  );
}

/** The items about one waiting chain, told from its root on. */
function Chain({ chain, entries, fixed, onShow }: Following & Pick<AttentionRow, 'entries'> & { chain: WaitChain }) {
  return (
    <Folded
      entries={entries}
      label="Waiting chain"
      since={chain.links[0]?.since ?? entries[0].since}
      fixed={fixed}
      onShow={onShow}
      what={() => <ChainSentence chain={chain} />}
    >
      <p className="py-1 pl-9">
        <AddressLink to={WAITS.address} onGo={() => onShow(WAITS)}>
          Show all waits in the graph
        </AddressLink>
      </p>
    </Folded>
  );
}

interface FoldedProps extends Following, Pick<AttentionRow, 'entries'> {
  label: string;
  what: (open: boolean) => ReactNode;
  title?: string;
  since: string;
  /** Follows the items in the open row. */
  children?: ReactNode;
}

/** Several items in one row, which opens into a row for each. */
function Folded({ entries, label, what, title, since, fixed, onShow, children }: FoldedProps) {
  const [open, setOpen] = useState(false);
  const actions = useActions(entries);
  const { severity } = entries[0];
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
          <Severity severity={severity} />
          <Label severity={severity}>{label}</Label>
          <What title={title} whole={open}>
            {what(open)}
          </What>
          <span className="text-right text-muted">
            <RelativeTime instant={since} form="age" label="Since" />
          </span>
        </button>
        {!fixed && <Actions {...actions} why={false} />}
      </div>
      <ActionPanel {...actions} entry={null} />
      {open && (
        <div className="ml-4 border-line border-l">
          <ol aria-label={label}>
            {entries.map((entry) => (
              <Item key={entry.id} entry={entry} fixed={fixed} onShow={onShow} />
            ))}
          </ol>
          {children}
        </div>
      )}
    </li>
  );
}
