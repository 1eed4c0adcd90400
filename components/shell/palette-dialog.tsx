import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { type Choice, find } from '@/components/shell/palette';
import { useCommands } from '@/lib/client/shortcuts';
import { Dialog } from '../ui/dialog';
import { Keys } from '../ui/keys';
import { Text } from '../ui/text';

interface PaletteDialogProps {
  /** Choices in addition to the registered commands. */
  choices: readonly Choice[];
  onClose: () => void;
}

/** Finds any command by a few letters of its name; Enter runs it. */
export function PaletteDialog({ choices, onClose }: PaletteDialogProps) {
  const commands = useCommands();
  const [query, setQuery] = useState('');
  const [current, setCurrent] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const offered = commands.filter(({ inPalette }) => inPalette).map(asChoice);
  // Commands with a key come first, as they are used most.
  offered.sort((one, other) => Number(one.keys === null) - Number(other.keys === null));
  const found = find([...offered, ...choices], query);
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
        placeholder="Type a command or an agent’s name"
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
              <Text value={choice.label} max={120} />
            </span>
            <span className="ml-auto shrink-0 text-muted text-xs">{choice.group}</span>
            {choice.keys !== null && (
              <span className="flex shrink-0 gap-1">
                <Keys keys={choice.keys} />
              </span>
            )}
          </div>
        ))}
      </div>
      {found.length === 0 && <p className="px-5 pb-4 text-muted">No command matches. Type other words.</p>}
    </Dialog>
  );
}

function asChoice({ id, description, group, keys, run }: ReturnType<typeof useCommands>[number]): Choice {
  return { id: String(id), label: description, group, keys, run };
}
