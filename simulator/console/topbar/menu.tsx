import type { ComponentChildren } from 'preact';
import { Icon } from '../controls/icon';
import { nextIndex } from '../controls/tabs';

interface MenuProps {
  name: 'scenarios' | 'settings';
  label: string;
  icon: 'play' | 'gear';
  /** A menu has items with the role `menuitem`, a dialog has fields. */
  kind: 'menu' | 'dialog';
  children: ComponentChildren;
}

/**
 * A button and the popover it opens. A button inside closes the popover with `closesMenu(name)`.
 *
 * @see https://www.w3.org/WAI/ARIA/apg/patterns/menu-button/
 */
export function Menu({ name, label, icon, kind, children }: MenuProps) {
  return (
    <>
      <button
        type="button"
        class="button"
        aria-label={label}
        aria-haspopup={kind}
        data-testid={`menu-${name}`}
        popovertarget={`popup-${name}`}
      >
        <Icon name={icon} /> <span class="wide">{label}</span>
      </button>
      <div
        id={`popup-${name}`}
        class="popup"
        popover="auto"
        {...{ role: kind, 'aria-label': label }}
        onToggle={focusFirst}
        {...(kind === 'menu' && { onKeyDown: moveFocus })}
      >
        {children}
      </div>
    </>
  );
}

/** @returns the attributes of a button that closes its menu when clicked */
export function closesMenu(name: MenuProps['name']) {
  return { popovertarget: `popup-${name}`, popovertargetaction: 'hide' } as const;
}

/** The browser moves the focus back to the button when the popover closes. */
function focusFirst(event: { currentTarget: HTMLElement }): void {
  if (!event.currentTarget.matches(':popover-open')) return;
  event.currentTarget.querySelector<HTMLElement>('[role=menuitem], select, input, button')?.focus();
}

/** Arrow keys, Home and End move in a menu; Tab leaves and closes it. */
function moveFocus(event: KeyboardEvent & { currentTarget: HTMLElement }): void {
  const items = [...event.currentTarget.querySelectorAll<HTMLElement>('[role=menuitem]')];
  if (event.key === 'Tab') event.currentTarget.hidePopover();
  const next = nextIndex(event.key, items.indexOf(document.activeElement as HTMLElement), items.length);
  if (next === undefined) return;
  event.preventDefault();
  items[next]?.focus();
}
