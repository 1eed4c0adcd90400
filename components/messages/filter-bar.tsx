import { use, useEffect, useEffectEvent, useRef, useState } from 'react';
import type { Address } from '@/lib/client/address';
import { now } from '@/lib/client/clock';
import { Moment } from '@/lib/client/moment';
import { isComposing, useShortcut } from '@/lib/client/shortcuts';
import { startWhenLoaded } from '@/lib/client/start-when-loaded';
import type { Agent, Stats } from '@/lib/contract/schemas';
import { contained } from '../ui/contained';
import { ListFilter, Pause, Play, Search } from '../ui/icons';
import { lazyPart } from '../ui/lazy-part';
import type { Hold } from './message-list-state';
import { Popover } from './popover';

// Loaded when it is first opened.
const FilterSheet = contained(
  'Filter',
  lazyPart(() => import('./filter-sheet')),
);

const loadGrammar = () => import('@/lib/client/typed-search');
type ReadTyped = Awaited<ReturnType<typeof loadGrammar>>['readTyped'];

interface FilterBarProps {
  address: Address;
  change: (part: Partial<Address>) => void;
  stats: Stats;
  agents: readonly Agent[];
  following: boolean;
  /** Why the list waits although it follows; null if it does not wait. */
  held: Hold | null;
  onFollow: () => void;
  onClear: () => void;
  /** Why the server refuses the filter; null if it does not. */
  fault: string | null;
  children: React.ReactNode;
}

/** How long the address waits for further typing, in milliseconds. */
const TYPING = 150;

/** The search box and the buttons beside it. */
export function FilterBar(props: FilterBarProps) {
  const { address, change, stats, agents } = props;
  const past = use(Moment) !== null;
  const { types, notTypes, only } = address;
  const chosen =
    types.length + notTypes.length + only.length + [address.agent, address.since, address.until].filter(Boolean).length;
  return (
    <div className="@container flex h-10 shrink-0 items-center gap-1 border-line border-b pr-2 pl-4">
      <SearchBox {...props} />
      <Popover
        label="Filter"
        icon={ListFilter}
        note={chosen > 0 && <span className="rounded-full bg-accent px-1.5 text-[11px] text-paper">{chosen}</span>}
      >
        <FilterSheet address={address} change={change} stats={stats} agents={agents} />
      </Popover>
      {props.children}
      {past || <FollowButton {...props} />}
    </div>
  );
}

/** Why a list that follows waits, as the end of a sentence. */
export const HOLD_REASONS: Record<Hold, string> = {
  selection: 'while text is selected',
  focus: 'while a message has the focus',
  hover: 'while the pointer is over a message',
};

/** At a past moment no messages arrive, so there is nothing to follow. */
function FollowButton({ following, held, onFollow }: FilterBarProps) {
  const isMoving = following && held === null;
  return (
    <button
      type="button"
      aria-pressed={following}
      aria-label="Follow the newest"
      title={
        isMoving
          ? 'Follows the newest message; pause (F)'
          : held === null
            ? 'Paused: nothing moves; follow the newest (F)'
            : `Paused ${HOLD_REASONS[held]}; show the newest (F)`
      }
      onClick={onFollow}
      className={`quiet-button @min-[26rem]:w-[6.5rem] ${isMoving ? '' : 'text-accent'}`}
    >
      {isMoving ? <Pause className="size-3.5 shrink-0" /> : <Play className="size-3.5 shrink-0" />}
      <span className="@max-[26rem]:sr-only">{isMoving ? 'Following' : 'Paused'}</span>
    </button>
  );
}

/** Calls `use` once the grammar of the box is loaded, until the returned function is called. */
function startOnce(use: (readTyped: ReadTyped) => void): () => void {
  return startWhenLoaded(loadGrammar, ({ readTyped }) => {
    use(readTyped);
    return () => {};
  });
}

/** Has its own state, so that a key press renders only the box; the text reaches the address a moment later. */
function SearchBox({ address, change, onClear, fault }: FilterBarProps) {
  const input = useRef<HTMLInputElement>(null);
  const [text, setText] = useState(address.q);
  const [said, setSaid] = useState(address.q);
  const [error, setError] = useState<string | null>(null);
  // The address was changed elsewhere: by the back button, a cleared filter or a link to a thread.
  if (said !== address.q) {
    setSaid(address.q);
    setText(address.q);
  }
  useShortcut('/', 'Search messages', () => input.current?.select(), { group: 'Messages' });

  const [entered, setEntered] = useState<{ text: string } | null>(null);
  const moment = use(Moment);
  const say = useEffectEvent((readTyped: ReadTyped, typed: string) => {
    const read = readTyped(typed, address, false, moment ?? now());
    setError(read.error);
    const q = read.text.trim();
    if (read.text !== typed) setText(read.text.trimStart());
    if (read.error !== null || (q === address.q && Object.keys(read.part).length === 0)) return;
    setSaid(q);
    change({ ...read.part, q });
  });
  const enter = useEffectEvent((readTyped: ReadTyped, whole: string) => {
    const read = readTyped(whole, address, true, moment ?? now());
    setError(read.error);
    if (read.error !== null) return;
    const q = read.text.trim();
    setText(q);
    setSaid(q);
    change({ ...read.part, q });
  });
  // Further typing ends what waits for the script.
  useEffect(() => {
    let end = () => {};
    const timer = setTimeout(() => {
      end = startOnce((read) => say(read, text));
    }, TYPING);
    return () => {
      clearTimeout(timer);
      end();
    };
  }, [text]);
  useEffect(() => (entered === null ? undefined : startOnce((read) => enter(read, entered.text))), [entered]);

  const message = error ?? fault;
  return (
    <div className="relative flex min-w-0 flex-1 items-center gap-2">
      <Search className="size-3.5 shrink-0 text-muted" />
      <input
        ref={input}
        type="search"
        value={text}
        placeholder="Search messages"
        aria-label="Search messages"
        aria-invalid={message !== null}
        aria-describedby="search-fault"
        maxLength={1000}
        spellCheck={false}
        autoComplete="off"
        enterKeyHint="search"
        onChange={({ target }) => {
          setText(target.value);
          setEntered(null);
        }}
        onKeyDown={(event) => {
          // Enter and Escape in a composition belong to the input method.
          if (isComposing(event.nativeEvent)) return;
          if (event.key === 'Enter') setEntered({ text });
          if (event.key === 'Escape') {
            // The first press clears the box and the filter; the next one moves the focus out of the box.
            event.preventDefault();
            if (text === '' && address.q === '') input.current?.blur();
            setText('');
            setEntered(null);
            setError(null);
            onClear();
          }
        }}
        className="h-8 w-full min-w-0 bg-transparent placeholder:text-muted focus:outline-none"
      />
      {text === '' && <kbd className="kbd max-md:hidden">/</kbd>}
      <p
        id="search-fault"
        role="status"
        className="absolute top-full left-0 z-10 rounded-b-md border border-line border-t-0 bg-paper px-3 py-1.5 text-bad shadow-lg empty:hidden"
      >
        {message}
      </p>
    </div>
  );
}
