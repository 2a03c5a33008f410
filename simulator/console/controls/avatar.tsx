/** A circle with initials, in a color that depends on the name. */
export function Avatar({ name, small }: { name: string; small?: boolean }) {
  const letters = name.startsWith('+')
    ? '#'
    : name
        .split(/\s+/)
        .map((word) => [...word][0] ?? '')
        .slice(0, 2)
        .join('');
  const hue = [...name].reduce((sum, letter) => (sum * 31 + (letter.codePointAt(0) ?? 0)) % 360, 7);
  return (
    <span class={small ? 'avatar small' : 'avatar'} style={{ '--hue': String(hue) }} aria-hidden="true">
      {letters}
    </span>
  );
}
