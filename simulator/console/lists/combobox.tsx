import { useSignal } from '@preact/signals';
import { useEffect, useId, useRef } from 'preact/hooks';
import { usePages } from './use-pages';
import { VirtualList } from './virtual-list';

export interface Option {
  /** Its test id is the combobox's with `-option-` and the id. */
  id: string;
  text: string;
  /** A second, smaller line. */
  detail?: string;
}

export interface ComboboxProps {
  label: string;
  /** The test id. */
  id: string;
  /** The text while nobody types: the chosen option. */
  value?: string;
  placeholder?: string;
  class?: string;
  /** Options that are offered before those that are found, whatever is typed. */
  fixed?: readonly Option[];
  /** @param after `next` of the page before */
  search(query: string, after: number | undefined): Promise<{ items: Option[]; next?: number | undefined }>;
  onChoose(option: Option): void;
}

/**
 * A text field with a list of what the server finds.
 *
 * @see https://www.w3.org/WAI/ARIA/apg/patterns/combobox/
 */
export function Combobox(props: ComboboxProps) {
  const { label, id, value = '', placeholder, fixed = [], search, onChoose } = props;
  const listId = useId();
  const input = useRef<HTMLInputElement>(null);
  const popup = useRef<HTMLDivElement>(null);
  const isOpen = useSignal(false);
  const query = useSignal('');
  /** The option that the user moved to; undefined: the first one that was found. */
  const moved = useSignal<number | undefined>(undefined);
  const { items, isStale, hasMore, more } = usePages(
    isOpen.value ? query.value : undefined,
    query.value !== '',
    (after) => search(query.value, after),
  );
  const options = [...fixed, ...items];
  const active = moved.value ?? (query.value !== '' && items.length > 0 && !isStale ? fixed.length : -1);
  /** Whether Enter was pressed before the answer: what was found for an earlier text must not be chosen. */
  const isEntered = useRef(false);
  useEffect(() => {
    if (isStale || !isEntered.current) return;
    isEntered.current = false;
    if (isOpen.value) choose(options[active]);
  }, [isStale]);
  useEffect(() => {
    // A click leaves the focus in the field.
    popup.current?.addEventListener('mousedown', (event) => event.preventDefault());
  }, []);
  const open = (): void => {
    if (isOpen.value) return;
    query.value = '';
    moved.value = undefined;
    isOpen.value = true;
    popup.current?.showPopover();
    place(input.current, popup.current);
    window.addEventListener('resize', close, { once: true });
  };
  const close = (): void => {
    isOpen.value = false;
    popup.current?.hidePopover();
  };
  const choose = (option: Option | undefined): void => {
    if (!option) return;
    close();
    onChoose(option);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const last = options.length - 1;
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      if (!isOpen.value) {
        open();
        return;
      }
      const step = event.key === 'ArrowDown' ? 1 : -1;
      const next = active + step;
      moved.value = next > last ? 0 : next < 0 ? last : next;
    } else if (event.key === 'Enter' && isOpen.value) {
      event.preventDefault();
      if (moved.value === undefined && isStale) isEntered.current = query.value !== '';
      else choose(options[active]);
    } else if (event.key === 'Escape' && isOpen.value) {
      event.preventDefault();
      event.stopPropagation();
      close();
    }
  };
  return (
    <span class={`combobox ${props.class ?? ''}`}>
      <input
        ref={input}
        class="input"
        role="combobox"
        aria-label={label}
        aria-expanded={isOpen.value}
        aria-controls={listId}
        aria-autocomplete="list"
        {...(isOpen.value && active >= 0 && { 'aria-activedescendant': `${listId}-${active}` })}
        autocomplete="off"
        data-testid={id}
        placeholder={isOpen.value ? value || placeholder : placeholder}
        value={isOpen.value ? query.value : value}
        onClick={open}
        onInput={(event) => {
          const { value: typed } = event.currentTarget;
          open();
          query.value = typed;
          moved.value = undefined;
          isEntered.current = false;
        }}
        onKeyDown={onKeyDown}
        onBlur={close}
      />
      <div ref={popup} popover="manual" class="options">
        <VirtualList
          items={options}
          keyOf={(option) => option.id}
          estimate={44}
          active={active}
          attributes={{
            id: listId,
            class: 'options-list',
            role: 'listbox',
            'aria-label': label,
            'aria-busy': isStale,
          }}
          itemAttributes={(option, index) => ({
            id: `${listId}-${index}`,
            class: index === active ? 'option active' : 'option',
            role: 'option',
            'aria-selected': index === active,
            'aria-posinset': index + 1,
            'aria-setsize': hasMore ? -1 : options.length,
            'data-testid': `${id}-option-${option.id}`,
            onClick: () => choose(option),
          })}
          onEnd={more}
        >
          {(option) => (
            <>
              <span>{option.text}</span>
              {option.detail && <small>{option.detail}</small>}
            </>
          )}
        </VirtualList>
        {isOpen.value && items.length === 0 && (isStale || fixed.length === 0) && (
          <p class="empty">{isStale ? 'Searching…' : 'Nobody found.'}</p>
        )}
      </div>
    </span>
  );
}

/** Puts a popup below its field, or above it where there is more room. */
function place(field: HTMLElement | null, popup: HTMLElement | null): void {
  if (!field || !popup) return;
  const { left, top, bottom, width } = field.getBoundingClientRect();
  const wide = Math.min(Math.max(width, 260), window.innerWidth - 16);
  popup.style.width = `${wide}px`;
  popup.style.left = `${Math.max(8, Math.min(left, window.innerWidth - wide - 8))}px`;
  const isBelow = window.innerHeight - bottom >= top;
  popup.style.maxHeight = `${Math.min(360, (isBelow ? window.innerHeight - bottom : top) - 12)}px`;
  popup.style.top = isBelow ? `${bottom + 4}px` : 'auto';
  popup.style.bottom = isBelow ? 'auto' : `${window.innerHeight - top + 4}px`;
}
