import { memo, use, useDeferredValue, useEffect, useMemo, useRef, useState } from 'react';
import { cursorSeq, findByMsgId, linkTo } from '@/components/messages/message-pages';
import { type MessageList as List, useMessageWindow } from '@/components/messages/use-message-window';
import type { Address } from '@/lib/client/address';
import { choiceQuery, type MessageChoice, NO_CHOICE } from '@/lib/client/message-filter';
import { Moment } from '@/lib/client/moment';
import { earlierInstant, formatMoment } from '@/lib/client/moments';
import { hitPattern } from '@/lib/client/search';
import { useShortcut } from '@/lib/client/shortcuts';
import { asText, counted, formatCount } from '@/lib/client/text';
import type { OutgoingState } from '@/lib/contract/action-schemas';
import { formatCursor } from '@/lib/contract/events';
import type { AgentsAnswer, Message, MessageState, Stats } from '@/lib/contract/schemas';
import { searchWords } from '@/lib/contract/search-text';
import { contained } from '../ui/contained';
import { Download } from '../ui/icons';
import { lazyPart, lazyServedPart } from '../ui/lazy-part';
import { Empty, Panel } from '../ui/panel';
import { ComposerFoot } from './composer-foot';
import { FilterBar, HOLD_REASONS } from './filter-bar';
import { Hits } from './highlighted';
import { useLastLooked } from './last-looked';
import { LostNotice } from './lost-notice';
import { MessageList } from './message-list';
import { preloadSentMark } from './message-row';
import { Popover } from './popover';
import { KnownAgents } from './recipients';
import { Sending, useSending } from './sending';

// Loaded on use: few visits download anything.
const DownloadSheet = contained(
  'Download',
  lazyPart(() => import('./download-sheet')),
);
// Loaded with the first filter.
const FilterChips = contained(
  'Filters',
  lazyServedPart(() => import('./filter-chips').then((module) => ({ default: module.FilterChips }))),
);

interface MessagesPanelProps {
  messages: readonly Message[];
  lastEventId: string | null;
  stats: Stats;
  agents: AgentsAnswer;
  address: Address;
  change: (part: Partial<Address>, push?: boolean) => void;
  outgoing: OutgoingState;
  /** The folder of the swarm; null where the page shows the past or an exported time range, and nothing can be sent. */
  root: string | null;
  /** Whether this browser could send messages before: then the page has room for the composer from the beginning. */
  wrote: boolean;
}

const NONE: readonly Message[] = [];
/** Matches that are loaded to be counted. */
const MAX_COUNTED = 200;

/** The messages, oldest first, scrolled to the newest. */
export const MessagesPanel = memo(function MessagesPanel(props: MessagesPanelProps) {
  const { messages, lastEventId, stats, agents, address, change, outgoing, root, wrote } = props;
  const moment = use(Moment);
  // A new filter may render the whole list again; the search box and the chips do not wait for it.
  const choice = useDeferredValue(useChoice(address, moment));
  const query = choiceQuery(choice);
  const hits = useMemo(() => hitPattern(choice.q), [choice.q]);
  const [mostInView, setMostInView] = useState<number | null>(null);
  const list = useMessageWindow({ messages, lastEventId, choice, pointedAt: address.message });
  const looked = useLastLooked(list.window?.epoch ?? null, list.window === null ? null : list.seen);
  const known = useKnownAgents(agents);
  const shown = list.window?.messages ?? NONE;
  const total = stats.message_count;
  const filtered = choiceQuery(address) !== '';
  // One page of matches is loaded even if fewer fill the view, so that most filters can say how many there are.
  const { window: loaded, loading, error } = list;
  const needsCount = filtered && loaded !== null && !loaded.first && loaded.messages.length < MAX_COUNTED;
  useEffect(() => {
    if (needsCount && !loading && error === null) list.store.loadOlder();
  }, [needsCount, loading, error, list.store]);

  const clear = () => change({ ...NO_CHOICE, message: null });
  const follow = () => {
    if (address.message !== null) change({ message: null });
    list.store.follow();
  };
  const search = (id: string) => change({ ...NO_CHOICE, message: null, q: `"${id}"` }, true);
  const find = async (id: string, before: number) => {
    const found = await findByMsgId(id, before).catch(() => null);
    // Other messages may still mention a message that is no longer kept.
    if (found === null) search(id);
    else change({ message: found.cursor }, true);
  };
  const isMoving = list.following && list.held === null;
  const toggle = () => (isMoving ? list.store.pause() : follow());
  useShortcut('f', isMoving ? 'Pause: stop following the newest message' : 'Follow the newest message', toggle, {
    group: 'Messages',
    enabled: moment === null,
  });
  useShortcut('Escape', 'Clear the filter', clear, {
    group: 'Messages',
    enabled: filtered || address.message !== null,
  });
  const sending = useSending(outgoing, root !== null);
  const writes = sending.reply !== null;
  useEffect(() => (writes ? preloadSentMark() : undefined), [writes]);
  const [said, copy] = useCopy();
  const epoch = list.window?.epoch ?? null;

  return (
    <Panel
      id="messages"
      title="Messages"
      count={total}
      note={filtered ? matchNote(list) : shown.length < total && `${formatCount(shown.length)} loaded`}
      className="relative h-[85dvh] md:h-auto"
    >
      <FilterBar
        address={address}
        change={change}
        stats={stats}
        agents={agents.agents}
        following={list.following}
        held={list.held}
        onFollow={toggle}
        onClear={clear}
        fault={list.error?.invalid ? list.error.message : null}
      >
        <Popover label="Download" icon={Download}>
          <DownloadSheet choice={query} />
        </Popover>
      </FilterBar>
      {filtered && <FilterChips address={address} change={change} onClear={clear} />}
      {list.lost !== null && (
        <LostNotice
          why={list.lost}
          past={moment !== null}
          onNow={follow}
          onClear={filtered ? () => change(NO_CHOICE) : null}
        />
      )}
      <KnownAgents value={known}>
        <Sending value={sending}>
          <Hits value={hits}>
            <div className="relative flex min-h-0 flex-1 flex-col">
              {shown.length === 0 && (list.window === null || list.window.first || !filtered) ? (
                <Nothing list={list} q={choice.q} filtered={filtered} past={moment !== null} onClear={clear} />
              ) : (
                <MessageList
                  key={query}
                  list={list}
                  filtered={filtered}
                  looked={looked}
                  messages={shown}
                  mostInView={mostInView}
                  onMostInView={setMostInView}
                  chosen={cursorSeq(address.message)}
                  onGo={(seq) => epoch !== null && change({ message: formatCursor(epoch, seq) }, true)}
                  onFind={(id, seq) => void find(id, seq)}
                  onSearch={search}
                  onCopyLink={(seq) => epoch !== null && copy(linkTo(epoch, seq, window.location.href))}
                />
              )}
              <div className="pointer-events-none absolute inset-x-0 bottom-3 flex flex-col items-center gap-2">
                <p role="status" className="rounded-md bg-ink px-3 py-1 text-paper shadow-sm empty:hidden">
                  {said}
                </p>
                {(!list.following || (list.held !== null && (list.unseen.count > 0 || list.unseen.atLeast))) && (
                  <NewestButton list={list} onFollow={follow} />
                )}
              </div>
            </div>
          </Hits>
        </Sending>
      </KnownAgents>
      {root !== null && <ComposerFoot root={root} wrote={wrote} agents={agents.agents} outgoing={outgoing} />}
    </Panel>
  );
});

/**
 * The filter part of the address, so that selecting a lock or a message does not load messages again. At a past moment
 * it ends with that moment.
 */
function useChoice({ agent, from, to, q, since, ...address }: Address, moment: number | null): MessageChoice {
  const lists = JSON.stringify([address.types, address.notTypes, address.only]);
  const until = earlierInstant(address.until, moment === null ? null : formatMoment(moment));
  return useMemo(() => {
    // By content, not by array.
    const [types, notTypes, only] = JSON.parse(lists) as [string[], string[], MessageState[]];
    return { agent, from, to, types, notTypes, only, q, since, until };
  }, [agent, from, to, lists, q, since, until]);
}

/** @returns how many messages match the filter, as far as they are loaded */
function matchNote({ window, pending, unseen }: List): string {
  if (window === null) return 'filtered';
  const { messages, first, last } = window;
  const isWhole = first && last && pending === 0 && !unseen.atLeast;
  if (isWhole) return counted(messages.length, 'match', 'matches');
  return `${formatCount(messages.length)} or more matches`;
}

/** @returns the ids of the registered agents; the same set while they stay the same, so that no row renders again */
function useKnownAgents({ agents }: AgentsAnswer): ReadonlySet<string> {
  const ids = JSON.stringify(agents.map(({ id }) => asText(id)));
  return useMemo(() => new Set(JSON.parse(ids) as string[]), [ids]);
}

function NewestButton({ list, onFollow }: { list: List; onFollow: () => void }) {
  const { count, atLeast } = list.unseen;
  return (
    <button
      type="button"
      data-newest
      onClick={onFollow}
      className="pointer-events-auto cursor-pointer rounded-full bg-accent px-3 py-1 font-medium text-paper shadow-sm"
    >
      {count > 0
        ? `${formatCount(count)}${atLeast ? ' or more' : ''} new`
        : atLeast
          ? 'Perhaps new messages'
          : 'Newest'}
      {list.held !== null && <span>, waiting {HOLD_REASONS[list.held]}</span>} <span aria-hidden="true">↓</span>
    </button>
  );
}

interface NothingProps {
  list: List;
  /** The text that was searched for. */
  q: string;
  filtered: boolean;
  past: boolean;
  onClear: () => void;
}

function Nothing({ list, q, filtered, past, onClear }: NothingProps) {
  if (list.error !== null && !list.error.invalid) {
    return <Empty title="The messages could not be loaded.">{list.error.message}</Empty>;
  }
  if (!filtered && past) return <Empty title="No messages yet at this moment.">Choose a later moment.</Empty>;
  if (!filtered) {
    return (
      <Empty title="No messages yet.">
        Messages appear here the moment an agent sends one, for example by{' '}
        <code translate="no">claudeswarm send-message agent-1 INFO &quot;Hello&quot;</code>.
      </Empty>
    );
  }
  if (list.loading && list.error === null) return <Empty title="Searching…">The whole history is searched.</Empty>;
  const title = q !== '' && searchWords(q).length === 0 ? 'Nothing to search for.' : 'No message matches.';
  return (
    <Empty title={title}>
      <button type="button" className="link" onClick={onClear}>
        Clear the filter
      </button>{' '}
      to see all messages. New ones that match appear here.
    </Empty>
  );
}

/** @returns the outcome of the last copy, and a function that copies a link */
function useCopy(): [string | null, (link: string) => void] {
  const [said, setSaid] = useState<string | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const copy = async (link: string) => {
    clearTimeout(timer.current);
    try {
      await navigator.clipboard.writeText(link);
      setSaid('Link copied');
    } catch {
      // The clipboard is available only over https or on localhost.
      setSaid(link);
    }
    timer.current = setTimeout(() => setSaid(null), 4000);
  };
  return [said, (link) => void copy(link)];
}
