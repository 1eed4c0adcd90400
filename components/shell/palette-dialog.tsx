import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react';
import { type Choice, find } from '@/components/shell/palette';
import { choicesOf, searchChoice } from '@/components/shell/palette-choices';
import type { Address } from '@/lib/client/address';
import { isComposing, useCommands } from '@/lib/client/shortcuts';
import type { SwarmState } from '@/lib/contract/events';
import { Dialog } from '../ui/dialog';
import { Keys } from '../ui/keys';
import { Text } from '../ui/text';
import type { PageCommands } from './page-controls';
import { pageChoices } from './palette-commands';

interface PaletteDialogProps {
  page: PageCommands;
  swarm: SwarmState;
  /** Opens what a choice points at, in whichever panel shows it. */
  onGo: (to: Partial<Address>) => void;
  onClose: () => void;
}

/** Finds any command, agent, locked file or message by a few letters; Enter runs or opens it. */
export function PaletteDialog({ page, swarm, onGo, onClose }: PaletteDialogProps) {
  const commands = useCommands();
  const [query, setQuery] = useState('');
  const [current, setCurrent] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const offered = commands.filter(({ inPalette }) => inPalette).map(asChoice);
  // Commands with a key come first, as they are used most.
  offered.sort((one, other) => Number(one.keys === null) - Number(other.keys === null));
  const choices = useMemo(() => choicesOf(swarm, onGo), [swarm, onGo]);
  const found = [...find([...offered, ...pageChoices(page), ...choices], query), ...searchChoice(query, onGo)];
  const marked = Math.min(current, found.length - 1);

  useEffect(() => {
    list.current?.children[marked]?.scrollIntoView({ block: 'nearest' });
  }, [marked]);

  const run = (choice: Choice | undefined) => {
    if (!choice) return;
    onClose();
    // After the dialog has returned the focus, since the command may move it elsewhere.
    setTimeout(choice.run);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (isComposing(event.nativeEvent)) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === 'Enter') run(found[marked]);
    else if (step !== undefined && found.length > 0) setCurrent((marked + step + found.length) % found.length);
    else return;
    event.preventDefault();
  };
  return (
    <Dialog title="Command palette" titled={false} onClose={onClose}>
      <input
        type="text"
        role="combobox"
        aria-label="Command"
        aria-expanded="true"
        aria-controls="palette-list"
        aria-activedescendant={found[marked] && `palette-${marked}`}
        autoComplete="off"
        spellCheck="false"
        placeholder="Type a command, an agent, a file or words of a message"
        value={query}
        onChange={(event) => {
          setQuery(event.target.value);
          setCurrent(0);
        }}
        onKeyDown={onKeyDown}
        className="h-12 w-full shrink-0 border-line border-b bg-transparent px-5 text-base outline-none placeholder:text-muted"
      />
      <div ref={list} id="palette-list" role="listbox" aria-label="Commands" className="min-h-0 overflow-y-auto p-2">
        {found.map((choice, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the field keeps the focus and takes the keys for the list
          <div
            key={choice.id}
            id={`palette-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === marked}
            onMouseMove={() => setCurrent(index)}
            onClick={() => run(choice)}
            className="flex h-9 cursor-pointer items-center gap-3 rounded-md px-3 aria-selected:bg-tint"
          >
            <span className="min-w-0 truncate">
              <Text value={choice.label} max={120} prose />
            </span>
            <span className="ml-auto max-w-2/5 shrink-0 truncate text-muted text-xs">
              <Text value={choice.group} max={120} prose />
            </span>
            {choice.keys !== null && (
              <span className="flex shrink-0 gap-1">
                <Keys keys={choice.keys} />
              </span>
            )}
          </div>
        ))}
      </div>
    </Dialog>
  );
}

function asChoice({ id, description, group, keys, run }: ReturnType<typeof useCommands>[number]): Choice {
  return { id: String(id), label: description, group, keys, run };
}
