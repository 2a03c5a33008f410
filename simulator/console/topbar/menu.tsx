import type { ComponentChildren } from 'preact';
import { Icon } from '../controls/icon';

interface MenuProps {
  name: 'scenarios' | 'settings';
  label: string;
  icon: 'play' | 'gear';
  children: ComponentChildren;
}

/** A button and the popover it opens. A button inside closes the popover with `closesMenu(name)`. */
export function Menu({ name, label, icon, children }: MenuProps) {
  return (
    <>
      <button
        type="button"
        class="button"
        aria-label={label}
        data-testid={`menu-${name}`}
        popovertarget={`popup-${name}`}
      >
        <Icon name={icon} /> <span class="wide">{label}</span>
      </button>
      <div id={`popup-${name}`} class="popup" popover="auto">
        {children}
      </div>
    </>
  );
}

/** @returns the attributes of a button that closes its menu when clicked */
export function closesMenu(name: MenuProps['name']) {
  return { popovertarget: `popup-${name}`, popovertargetaction: 'hide' } as const;
}
