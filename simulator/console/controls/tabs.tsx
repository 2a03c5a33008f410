import type { ComponentChildren } from 'preact';

interface Tab<T extends string> {
  value: T;
  testId: string;
  content: ComponentChildren;
}

interface TabsProps<T extends string> {
  label: string;
  /** The id of the element that shows what is chosen; it needs the role `tabpanel`. */
  panel: string;
  class: string;
  tabClass?: string;
  tabs: Tab<T>[];
  chosen: T;
  onChoose(value: T): void;
}

/**
 * Tabs of which one is in the order of the Tab key; arrow keys, Home and End choose another one.
 *
 * @see https://www.w3.org/WAI/ARIA/apg/patterns/tabs/
 */
export function Tabs<T extends string>(props: TabsProps<T>) {
  const { label, panel, tabs, chosen, onChoose } = props;
  const focusable = Math.max(
    0,
    tabs.findIndex(({ value }) => value === chosen),
  );
  const move = (event: KeyboardEvent & { currentTarget: HTMLElement }): void => {
    const next = nextIndex(event.key, focusable, tabs.length);
    const tab = next === undefined ? undefined : tabs[next];
    if (next === undefined || !tab) return;
    event.preventDefault();
    onChoose(tab.value);
    (event.currentTarget.children[next] as HTMLElement).focus();
  };
  return (
    <div class={props.class} role="tablist" aria-label={label} onKeyDown={move}>
      {tabs.map(({ value, testId, content }, index) => (
        <button
          key={value}
          type="button"
          role="tab"
          class={props.tabClass}
          aria-selected={value === chosen}
          aria-controls={panel}
          tabIndex={index === focusable ? 0 : -1}
          data-testid={testId}
          onClick={() => onChoose(value)}
        >
          {content}
        </button>
      ))}
    </div>
  );
}

/** @returns the place that an arrow key, Home or End leads to, in a row that goes round; undefined for other keys */
export function nextIndex(key: string, from: number, length: number): number | undefined {
  const steps: Record<string, number> = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
  if (key === 'Home') return 0;
  if (key === 'End') return length - 1;
  const step = steps[key];
  return step === undefined ? undefined : (from + step + length) % length;
}
