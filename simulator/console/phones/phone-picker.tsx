import type { RefObject } from 'preact';
import { useRef } from 'preact/hooks';
import type { SimulatedCustomer } from '../../api';
import { call } from '../state/control-api';
import { showPhone } from '../state/show-conversation';
import { customers } from '../state/state';

/** Every customer's phone, and a dialog for one that is not in the data. */
export function PhonePicker() {
  const dialog = useRef<HTMLDialogElement>(null);
  const choose = (select: HTMLSelectElement): void => {
    const { value } = select;
    // Resets the list to its title, so that the same choice can be made again.
    select.value = '';
    if (value === 'new') dialog.current?.showModal();
    else showPhone(value);
  };
  return (
    <>
      <select
        class="select"
        aria-label="Choose another phone"
        data-testid="phone-picker"
        value=""
        onChange={(event) => choose(event.currentTarget)}
      >
        <option value="" disabled>
          Other phone…
        </option>
        <option value="new">An unknown customer…</option>
        {customers.value.map((one) => (
          <option key={one.phone} value={one.phone}>
            {one.displayName} {one.phone}
          </option>
        ))}
      </select>
      <NewPhone dialog={dialog} />
    </>
  );
}

function NewPhone({ dialog }: { dialog: RefObject<HTMLDialogElement | null> }) {
  const add = async (form: HTMLFormElement): Promise<void> => {
    const phone = String(new FormData(form).get('phone')).trim();
    form.reset();
    const made = await call<SimulatedCustomer>('POST', '/api/customers', { phone });
    if (made) showPhone(made.phone);
  };
  return (
    <dialog ref={dialog} class="dialog" aria-labelledby="new-phone" data-testid="new-phone">
      <form method="dialog" class="form" onSubmit={(event) => void add(event.currentTarget)}>
        <h2 id="new-phone">Unknown customer’s phone</h2>
        <label>
          Number in E.164 format
          <input
            class="input"
            name="phone"
            required
            pattern="\s*\+[1-9][0-9]{6,14}\s*"
            title="+ and 7 to 15 digits, e.g. +19175550150"
            defaultValue="+19175550150"
            data-testid="new-phone-number"
            onFocus={(event) => event.currentTarget.select()}
          />
        </label>
        <div class="row">
          <button type="submit" class="button primary" data-testid="new-phone-add">
            Add the phone
          </button>
          <button type="button" class="button" onClick={() => dialog.current?.close()}>
            Cancel
          </button>
        </div>
      </form>
    </dialog>
  );
}
