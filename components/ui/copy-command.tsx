import { useRef, useState } from 'react';

/** A command with a button that copies it and confirms it. */
export function CopyCommand({ label, command }: { label: string; command: string }) {
  const text = useRef<HTMLElement>(null);
  const [said, setSaid] = useState('');
  const copy = async () => {
    // Cleared first: a screen reader does not read the same words a second time.
    setSaid('');
    setSaid((await copied(command)) ? 'Copied' : select(text.current));
  };
  return (
    <div className="mt-1">
      <div className="flex items-baseline gap-2">
        <span className="text-muted">{label}</span>
        <button
          type="button"
          className="link ml-auto shrink-0"
          aria-label={`Copy: ${label}`}
          onClick={() => void copy()}
        >
          Copy
        </button>
        <span role="status" className="shrink-0 text-good empty:hidden">
          {said}
        </span>
      </div>
      <code ref={text} translate="no" className="wrap-anywhere block rounded-sm bg-tint px-2 py-1">
        {command}
      </code>
    </div>
  );
}

/** The clipboard is available only over https or on localhost; elsewhere the command is selected. */
async function copied(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

function select(element: HTMLElement | null): string {
  if (element) window.getSelection()?.selectAllChildren(element);
  return 'Selected: copy it with Ctrl+C or Cmd+C';
}
