import { IconButton } from '../ui/icon-button';
import { Search } from '../ui/icons';
import { Minus, Plus } from '../ui/more-icons';
import { Text } from '../ui/text';
import { DialogMark } from './dialog-mark';
import type { DialogNotice } from './terminal-words';
import type { Drawn } from './use-drawn-terminal';

interface TerminalToolbarProps {
  drawn: Drawn;
  /** The dialog of which only the screen is evidence; null for none. */
  dialog: DialogNotice | null;
  searching: boolean;
  onSearch: () => void;
}

/** What the terminal shows, its search, and the size of its characters. */
export function TerminalToolbar({
  drawn: { status, font, reader },
  dialog,
  searching,
  onSearch,
}: TerminalToolbarProps) {
  const { screen, state } = status;
  const title = screen?.title || state?.command || '';
  return (
    <div className="flex min-h-9 shrink-0 flex-wrap items-center gap-x-1 border-line border-b pr-2 pl-3 max-md:pl-4">
      <p className="min-w-0 truncate pr-2 text-muted">
        {title !== '' && (
          <span className="text-ink">
            <Text value={title} max={60} />{' '}
          </span>
        )}
        {screen && (
          <span title="The size of its pane in characters, which stays as it is">
            {screen.columns} × {screen.rows}
          </span>
        )}
      </p>
      <p role="status" className="mr-auto flex min-w-0">
        {dialog && <DialogMark {...dialog} />}
      </p>
      <label className="flex items-center gap-1.5 whitespace-nowrap px-1 text-muted">
        <input type="checkbox" checked={reader.on} onChange={(event) => reader.set(event.target.checked)} />
        For screen readers
      </label>
      <IconButton label="Search in the terminal" keys="Ctrl+F" icon={Search} expanded={searching} onClick={onSearch} />
      <fieldset className="flex items-center" aria-label="Size of the characters">
        <IconButton label="Smaller characters" icon={Minus} onClick={() => font.step(-1)} />
        <span className="min-w-10 text-center text-muted">{font.size} px</span>
        <IconButton label="Larger characters" icon={Plus} onClick={() => font.step(1)} />
        <button
          type="button"
          aria-pressed={font.choice === 'fit'}
          title="As large as the whole screen allows"
          className="quiet-button aria-pressed:font-medium aria-pressed:text-ink"
          onClick={font.fit}
        >
          Fit
        </button>
      </fieldset>
    </div>
  );
}
