import { type KeyboardEvent, type RefObject, useEffect, useId, useRef, useState } from 'react';
import { isComposing } from '@/lib/client/shortcuts';
import type { Agent } from '@/lib/contract/schemas';
import { AgentName } from '../../ui/agent-name';
import { X } from '../../ui/more-icons';
import { Text } from '../../ui/text';
import {
  type Candidate,
  candidates,
  everyoneCount,
  missingRecipients,
  readRecipients,
  recipientName,
  withRecipients,
} from './recipients';

interface RecipientsFieldProps {
  agents: readonly Agent[];
  recipients: readonly string[];
  onChange: (recipients: readonly string[]) => void;
  input: RefObject<HTMLInputElement | null>;
  /** The id of the sentence that says what is wrong; absent if nothing is. */
  faultId?: string;
  /** Says that typed text names nobody; null when that is over. */
  onFault: (detail: string | null) => void;
}

const MARGIN = 8;

interface Completion {
  typed: string;
  /** What can be chosen; empty while the list is closed. */
  found: readonly Candidate[];
  /** The place of the option that Enter takes. */
  active: number;
  type: (text: string) => void;
  show: (open: boolean) => void;
  add: (ids: readonly string[]) => void;
  remove: (id: string) => void;
  onKeyDown: (event: KeyboardEvent<HTMLInputElement>) => void;
}

/** The typed text of the box, its options and its keys. */
function useCompletion({ agents, recipients, onChange, input, onFault }: RecipientsFieldProps): Completion {
  const [typed, setTyped] = useState('');
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState(0);
  const found = open ? candidates(agents, typed, recipients) : [];
  const type = (text: string) => {
    setTyped(text);
    setActive(0);
    onFault(null);
  };
  const add = (ids: readonly string[]) => {
    onChange(withRecipients(recipients, ids));
    type('');
  };
  const remove = (gone: string) => {
    onChange(recipients.filter((one) => one !== gone));
    onFault(null);
    input.current?.focus();
  };
  /** @returns whether nothing typed is left */
  const take = (): boolean => {
    const chosen = found[active];
    const read = readRecipients(agents, typed);
    if ('ids' in read) add(read.ids);
    else if (chosen) add([chosen.id]);
    else onFault(`No agent is called ${JSON.stringify(read.unknown)}. Choose one of the list.`);
    return 'ids' in read || chosen !== undefined;
  };
  const move = (by: number) => {
    if (!open) setOpen(true);
    else if (found.length > 0) setActive((active + by + found.length) % found.length);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if (isComposing(event.nativeEvent) || event.ctrlKey || event.metaKey || event.altKey) return;
    const chosen = found[active];
    const last = recipients.at(-1);
    const keys: Record<string, (() => void) | undefined> = {
      ArrowDown: () => move(1),
      ArrowUp: () => move(-1),
      Enter: () => (typed.trim() === '' && chosen ? add([chosen.id]) : take()),
      ',': () => take(),
      Backspace: typed === '' && last !== undefined ? () => remove(last) : undefined,
      Escape: open ? () => setOpen(false) : undefined,
    };
    const action = keys[event.key];
    if (event.key === 'Tab') {
      // Tab goes on with what is typed as a recipient; with nothing typed it only goes on.
      if (typed.trim() !== '' && !event.shiftKey && !take()) event.preventDefault();
    } else if (action) {
      event.preventDefault();
      action();
    }
  };
  return { ...{ typed, found, active, add, remove, onKeyDown }, type, show: setOpen };
}

/** Recipients as chips, with a box that completes ids. Backspace in the empty box removes the last chip. */
export function RecipientsField(props: RecipientsFieldProps) {
  const { agents, recipients, input, faultId } = props;
  const id = useId();
  const { typed, found, active, type, show, add, remove, onKeyDown } = useCompletion(props);
  const missing = missingRecipients(agents, recipients);
  const list = useRef<HTMLUListElement>(null);
  usePlace(list, input, found.length);
  return (
    <div className="flex min-w-0 items-baseline gap-2">
      <label htmlFor={`${id}-input`} className="text-muted">
        To
      </label>
      <div className="flex min-w-0 flex-1 flex-wrap items-center gap-1 rounded-md px-1 py-0.5 outline outline-line has-[input:focus-visible]:outline-2 has-[input:focus-visible]:outline-accent">
        <ul aria-label="Recipients" className="contents">
          {recipients.map((one) => (
            <Chip
              key={one}
              id={one}
              missing={missing.includes(one)}
              reached={everyoneCount(agents)}
              onRemove={() => remove(one)}
            />
          ))}
        </ul>
        <input
          ref={input}
          id={`${id}-input`}
          role="combobox"
          type="text"
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          aria-autocomplete="list"
          aria-expanded={found.length > 0}
          aria-controls={`${id}-list`}
          aria-activedescendant={found[active] ? `${id}-${active}` : undefined}
          aria-invalid={faultId === undefined ? undefined : true}
          aria-describedby={faultId}
          placeholder={recipients.length === 0 ? 'an agent, or everyone' : ''}
          value={typed}
          onChange={(event) => {
            type(event.target.value);
            show(true);
          }}
          onClick={() => show(true)}
          onFocus={() => recipients.length === 0 && show(true)}
          onBlur={() => show(false)}
          onKeyDown={onKeyDown}
          className="min-w-24 flex-1 bg-transparent px-1 outline-none placeholder:text-muted"
        />
      </div>
      <ul
        ref={list}
        id={`${id}-list`}
        popover="manual"
        // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: the list of a combobox (ARIA 1.2)
        role="listbox"
        aria-label="Agents"
        className="fixed inset-auto m-0 max-h-64 max-w-[calc(100vw-1rem)] overflow-y-auto rounded-md border border-line bg-paper py-1 text-ink shadow-lg"
      >
        {found.map((candidate, place) => (
          <Option
            key={candidate.id}
            id={`${id}-${place}`}
            candidate={candidate}
            active={place === active}
            onChoose={() => {
              add([candidate.id]);
              input.current?.focus();
            }}
          />
        ))}
      </ul>
    </div>
  );
}

interface ChipProps {
  id: string;
  /** It is not listed any more. */
  missing: boolean;
  /** The number of agents that everyone is. */
  reached: number;
  onRemove: () => void;
}

function Chip({ id, missing, reached, onRemove }: ChipProps) {
  const name = recipientName(id);
  return (
    <li
      title={missing ? 'Not listed any more' : name}
      className={`inline-flex max-w-full items-center rounded-sm bg-tint pl-1.5 ${missing ? 'text-bad line-through' : ''}`}
    >
      <span className="min-w-0 truncate">
        {name === id ? <AgentName id={id} max={200} /> : `everyone (${reached})`}
      </span>
      <button
        type="button"
        aria-label={`Remove ${name}`}
        onClick={onRemove}
        className="cursor-pointer rounded-sm p-1 text-muted hover:text-ink"
      >
        <X className="size-3" />
      </button>
    </li>
  );
}

interface OptionProps {
  id: string;
  candidate: Candidate;
  active: boolean;
  onChoose: () => void;
}

function Option({ id, candidate, active, onChoose }: OptionProps) {
  const row = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (active) row.current?.scrollIntoView({ block: 'nearest' });
  }, [active]);
  return (
    // biome-ignore lint/a11y/useFocusableInteractive: the box keeps the focus and names the active option
    // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are those of the box
    <li
      ref={row}
      id={id}
      // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: an option of a combobox (ARIA 1.2)
      role="option"
      aria-selected={active}
      // A press must not take the focus from the box.
      onMouseDown={(event) => event.preventDefault()}
      onClick={onChoose}
      className={`flex cursor-pointer items-baseline gap-3 px-3 py-0.5 ${active ? 'bg-tint' : ''} hover:bg-tint`}
    >
      <span className="min-w-0 truncate font-medium">
        {candidate.id === recipientName(candidate.id) ? <AgentName id={candidate.id} max={200} /> : 'everyone'}
      </span>
      <span className="ml-auto max-w-[50%] shrink-0 truncate text-muted">
        <Text value={candidate.note} max={80} />
      </span>
    </li>
  );
}

/** Opens the list above its box, on top of everything: inside the form it would be cut off. */
function usePlace(list: RefObject<HTMLElement | null>, input: RefObject<HTMLElement | null>, count: number): void {
  useEffect(() => {
    const box = list.current;
    const from = input.current?.parentElement?.getBoundingClientRect();
    if (!box || !from) return;
    if (count === 0) {
      if (box.matches(':popover-open')) box.hidePopover();
      return;
    }
    if (!box.matches(':popover-open')) box.showPopover();
    box.style.minWidth = `${Math.min(from.width, 384)}px`;
    const above = from.top - MARGIN;
    const below = window.innerHeight - from.bottom - MARGIN;
    const isAbove = above > below;
    box.style.maxHeight = `${Math.min(256, Math.max(above, below))}px`;
    box.style.left = `${Math.max(MARGIN, Math.min(from.left, window.innerWidth - MARGIN - box.offsetWidth))}px`;
    box.style.top = isAbove ? 'auto' : `${from.bottom + 4}px`;
    box.style.bottom = isAbove ? `${window.innerHeight - from.top + 4}px` : 'auto';
  }, [list, input, count]);
}
