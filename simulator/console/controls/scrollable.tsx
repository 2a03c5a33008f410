import type { ComponentChildren } from 'preact';

interface ScrollableProps {
  label: string;
  class?: string;
  role?: 'log' | 'region';
  children: ComponentChildren;
}

/** Something that scrolls and has nothing in it to focus: it has the focus itself, so that keys can scroll it. */
export function Scrollable({ label, class: name, role = 'region', children }: ScrollableProps) {
  const attributes = {
    role,
    'aria-label': label,
    tabIndex: 0,
    ...(role === 'log' && { 'aria-live': 'polite' as const }),
  };
  return (
    <div class={name} {...attributes}>
      {children}
    </div>
  );
}

/** A block of code or of output. */
export function Output({ label, text }: { label: string; text: string }) {
  return (
    <Scrollable label={label}>
      <pre>{text}</pre>
    </Scrollable>
  );
}
