import type { Icon } from './icon';

interface IconButtonProps {
  label: string;
  /** The key that does the same, as the help dialog writes it. */
  keys?: string;
  icon: Icon;
  pressed?: boolean;
  /** Whether the thing that the button opens is open. */
  expanded?: boolean;
  onClick: () => void;
}

/** A button with an icon; its label is the tooltip and is read aloud. */
export function IconButton({ label, keys, icon: Icon, pressed, expanded, onClick }: IconButtonProps) {
  return (
    <button
      type="button"
      aria-label={label}
      aria-pressed={pressed}
      aria-expanded={expanded}
      title={keys ? `${label} (${keys})` : label}
      onClick={onClick}
      className="icon-button"
    >
      <Icon className="size-4" />
    </button>
  );
}
