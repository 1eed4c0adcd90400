import { use, useState } from 'react';
import { type Address, MESSAGE_STATES } from '@/lib/client/address';
import { now } from '@/lib/client/clock';
import { Moment as Shown } from '@/lib/client/moment';
import { asText, counted, formatCount } from '@/lib/client/text';
import { readEnd, readTime } from '@/lib/client/typed-search';
import type { Agent, MessageState, Stats } from '@/lib/contract/schemas';
import { MessageType } from '../ui/message-type';
import { MESSAGE_STATE_LABELS } from './filter-chips';

interface FilterSheetProps {
  address: Address;
  change: (part: Partial<Address>) => void;
  stats: Stats;
  agents: readonly Agent[];
}

const SPANS: readonly [name: string, typed: string][] = [
  ['15 min', '15m'],
  ['1 hour', '1h'],
  ['24 hours', '24h'],
  ['7 days', '7d'],
];

/** The filters by type, agent and time. */
export default function FilterSheet({ address, change, stats, agents }: FilterSheetProps) {
  const shown = use(Shown);
  return (
    <div className="space-y-3">
      <Types address={address} change={change} counts={stats.message_types} others={stats.other_type_count} />
      <States chosen={address.only} onChange={(only) => change({ only })} />
      <AgentChoice address={address} change={change} agents={agents} />
      <fieldset>
        <legend className="mb-1 text-muted">Sent within the last</legend>
        <div className="flex flex-wrap gap-1">
          {SPANS.map(([name, typed]) => (
            <button
              key={typed}
              type="button"
              className="quiet-button border border-line"
              onClick={() => change({ since: readTime(typed, shown ?? now()), until: null })}
            >
              {name}
            </button>
          ))}
        </div>
        <Moment label="From" value={address.since} onChange={(since) => change({ since })} />
        <Moment label="Until" read={readEnd} value={address.until} onChange={(until) => change({ until })} />
      </fieldset>
    </div>
  );
}

interface TypesProps extends Pick<FilterSheetProps, 'address' | 'change'> {
  counts: Stats['message_types'];
  /** How many types are not in `counts`. */
  others: number;
}

/** Each type with its count: a check shows only it and other checked ones, "not" hides it. */
function Types({ address: { types, notTypes }, change, counts, others }: TypesProps) {
  const names = [...new Set([...Object.keys(counts), ...types, ...notTypes])].sort();
  const without = (list: readonly string[], name: string) => list.filter((other) => other !== name);
  return (
    <fieldset>
      <legend className="mb-1 text-muted">Type</legend>
      {names.length === 0 && <p className="text-muted">No messages yet.</p>}
      {names.map((name) => (
        <div key={name} className="flex items-center gap-2 rounded-sm px-1 py-0.5 hover:bg-tint">
          <label className="flex min-w-0 flex-1 cursor-pointer items-center gap-2">
            <input
              type="checkbox"
              checked={types.includes(name)}
              onChange={({ target }) =>
                change(
                  target.checked
                    ? { types: [...types, name], notTypes: without(notTypes, name) }
                    : { types: without(types, name) },
                )
              }
            />
            <MessageType type={name} />
            <span className="ml-auto text-muted">
              {Object.hasOwn(counts, name) || others === 0 ? formatCount(counts[name] ?? 0) : '?'}
            </span>
          </label>
          <button
            type="button"
            aria-pressed={notTypes.includes(name)}
            aria-label={`Exclude ${name.slice(0, 60)}`}
            title="Exclude this type"
            onClick={() =>
              change(
                notTypes.includes(name)
                  ? { notTypes: without(notTypes, name) }
                  : { notTypes: [...notTypes, name], types: without(types, name) },
              )
            }
            className="cursor-pointer rounded-sm px-1 text-muted hover:text-ink aria-pressed:bg-accent aria-pressed:text-paper"
          >
            not
          </button>
        </div>
      ))}
      {others > 0 && <p className="px-1 text-muted">{counted(others, 'other type')} not listed.</p>}
    </fieldset>
  );
}

interface StatesProps {
  chosen: readonly MessageState[];
  onChange: (states: readonly MessageState[]) => void;
}

function States({ chosen, onChange }: StatesProps) {
  return (
    <fieldset>
      <legend className="mb-1 text-muted">Only</legend>
      {MESSAGE_STATES.map((state) => (
        <label key={state} className="flex cursor-pointer items-center gap-2 rounded-sm px-1 py-0.5 hover:bg-tint">
          <input
            type="checkbox"
            checked={chosen.includes(state)}
            onChange={({ target }) =>
              onChange(target.checked ? [...chosen, state] : chosen.filter((other) => other !== state))
            }
          />
          {MESSAGE_STATE_LABELS[state]}
        </label>
      ))}
    </fieldset>
  );
}

function AgentChoice({ address, change, agents }: Omit<FilterSheetProps, 'stats'>) {
  const names = [...new Set([...agents.map(({ id }) => asText(id)), address.agent ?? ''])].filter((id) => id !== '');
  return (
    <label className="block">
      <span className="mb-1 block text-muted">Sender or recipient</span>
      <select
        value={address.agent ?? ''}
        onChange={({ target }) => change({ agent: target.value || null })}
        className="w-full rounded-sm border border-line bg-paper px-2 py-1"
      >
        <option value="">Anyone</option>
        {names.map((id) => (
          <option key={id} value={id}>
            {id.slice(0, 80)}
          </option>
        ))}
      </select>
    </label>
  );
}

interface MomentProps {
  label: string;
  value: string | null;
  /** Reads what was entered as an instant; null for an invalid text. */
  read?: (text: string, now: number) => string | null;
  onChange: (value: string | null) => void;
}

/** A time in the viewer's zone. */
function Moment({ label, value, read = readTime, onChange }: MomentProps) {
  const [wrong, setWrong] = useState(false);
  return (
    <label className="mt-1 flex items-center gap-2">
      <span className="w-10 text-muted">{label}</span>
      <input
        type="datetime-local"
        step="1"
        key={value}
        defaultValue={value === null ? '' : localTime(value)}
        aria-invalid={wrong}
        onChange={({ target }) => {
          const instant = target.value === '' ? null : read(target.value, now());
          setWrong(target.value !== '' && instant === null);
          onChange(instant);
        }}
        className="min-w-0 flex-1 rounded-sm border border-line bg-paper px-2 py-0.5"
      />
    </label>
  );
}

/** @returns an instant in the format of `datetime-local`, in the viewer's zone; empty for an invalid one */
function localTime(instant: string): string {
  const time = new Date(instant);
  if (Number.isNaN(time.getTime())) return '';
  return new Date(time.getTime() - time.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}
