interface ChoiceProps<Value extends string> {
  label: string;
  /** The label is only for screen readers. */
  quiet?: boolean;
  choices: readonly Value[];
  names: Record<Value, string>;
  value: Value;
  onChange: (value: Value) => void;
}

/** A small select for one of several words. The browser's own list of options needs no code and works everywhere. */
export function Choice<Value extends string>(props: ChoiceProps<Value>) {
  const { label, quiet = false, choices, names, value, onChange } = props;
  return (
    <label className="flex min-w-0 items-center gap-1 whitespace-nowrap">
      {quiet ? <span className="sr-only">{label}</span> : label}
      <select
        value={value}
        onChange={(event) => {
          const chosen = choices.find((choice) => choice === event.target.value);
          if (chosen !== undefined) onChange(chosen);
        }}
        className="min-w-0 cursor-pointer rounded-sm bg-paper font-medium text-ink"
      >
        {choices.map((choice) => (
          <option key={choice} value={choice}>
            {names[choice]}
          </option>
        ))}
      </select>
    </label>
  );
}
