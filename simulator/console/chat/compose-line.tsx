import { Icon } from '../controls/icon';

interface ComposeLineProps {
  /** The prefix of the test ids: `phone` gives `phone-input` and `phone-send`. */
  id: string;
  label: string;
  placeholder: string;
  value: string;
  disabled?: boolean;
  onInput(text: string): void;
}

/** Enter sends; Shift and Enter begin a new line. */
function sendOnEnter(event: KeyboardEvent & { currentTarget: HTMLTextAreaElement }): void {
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  if (event.currentTarget.value.trim()) event.currentTarget.form?.requestSubmit();
}

/** The text field and Send button of a message; the surrounding form sends it. */
export function ComposeLine({ id, label, placeholder, value, disabled = false, onInput }: ComposeLineProps) {
  return (
    <div class="compose-line">
      <textarea
        class="input"
        rows={1}
        placeholder={placeholder}
        aria-label={label}
        data-testid={`${id}-input`}
        disabled={disabled}
        value={value}
        onInput={(event) => onInput(event.currentTarget.value)}
        onKeyDown={sendOnEnter}
      />
      <button
        class="round"
        type="submit"
        aria-label="Send"
        data-testid={`${id}-send`}
        disabled={disabled || !value.trim()}
      >
        <Icon name="send" />
      </button>
    </div>
  );
}
