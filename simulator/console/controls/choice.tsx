interface ChoiceProps<T extends string> {
  label: string;
  id: string;
  value: T;
  /** The text for each value. */
  options: Record<T, string>;
  onChange(value: T): void;
}

/** A labeled select. */
export function Choice<T extends string>({ label, id, value, options, onChange }: ChoiceProps<T>) {
  return (
    <label>
      {label}
      <select
        class="select"
        data-testid={id}
        value={value}
        onChange={(event) => onChange(event.currentTarget.value as T)}
      >
        {Object.entries<string>(options).map(([one, text]) => (
          <option key={one} value={one}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}
