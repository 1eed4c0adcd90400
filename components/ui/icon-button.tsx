import type { ComponentType } from 'react';

interface IconButtonProps {
  label: string;
  /** The key that does the same, as the help dialog writes it. */
  keys?: string;
  icon: ComponentType<{ className?: string; 'aria-hidden'?: 'true' }>;
  pressed?: boolean;
  /** Whether what it opens is open. */
  expanded?: boolean;
  onClick: () => void;
}

/** A button that is a picture; its words stand in the tooltip and are read aloud. */
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
      <Icon aria-hidden="true" className="size-4" />
    </button>
  );
}
