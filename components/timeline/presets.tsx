import { PRESETS, type Preset } from '@/lib/client/spans';

const NAMES: Record<Preset, string> = { '15m': '15 min', '1h': 'Hour', '1d': 'Day', all: 'Everything' };

interface PresetsProps {
  /** Null while the range is not one of the presets. */
  preset: Preset | null;
  onPreset: (preset: Preset) => void;
}

/** Buttons for the length of the shown time range. */
export function Presets({ preset, onPreset }: PresetsProps) {
  return (
    <fieldset className="flex shrink-0 items-center">
      <legend className="sr-only">Time shown</legend>
      {PRESETS.map((name) => (
        <button
          key={name}
          type="button"
          aria-pressed={preset === name}
          onClick={() => onPreset(name)}
          className="h-6 cursor-pointer rounded-md px-2 text-muted hover:text-ink aria-pressed:bg-ink aria-pressed:font-medium aria-pressed:text-paper forced-colors:aria-pressed:bg-[Highlight] forced-colors:aria-pressed:text-[HighlightText] forced-colors:aria-pressed:forced-color-adjust-none"
        >
          {NAMES[name]}
        </button>
      ))}
    </fieldset>
  );
}
