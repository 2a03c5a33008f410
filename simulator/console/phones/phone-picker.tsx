import type { RefObject } from 'preact';
import { useRef } from 'preact/hooks';
import type { SimulatedCustomer } from '../../api';
import { Combobox, type ComboboxProps, type Option } from '../lists/combobox';
import { searchCustomers } from '../lists/search-customers';
import { call } from '../state/control-api';
import { takeCustomers } from '../state/conversations';
import { showPhone } from '../state/show-conversation';

const newPhone = { id: 'new', text: 'An unknown customer…', detail: 'a number that is not in the data' };

/** A search for a customer's phone, and a dialog for one that is not in the data. */
export function PhonePicker() {
  const dialog = useRef<HTMLDialogElement>(null);
  const found = useRef(new Map<string, SimulatedCustomer>());
  const search: ComboboxProps['search'] = async (query, after) => {
    const { customers, next } = await searchCustomers({ query }, after);
    const items = customers.flatMap((customer): Option[] => {
      const { phone, displayName } = customer;
      // A customer who is reached by e-mail alone has no phone.
      if (phone === undefined) return [];
      found.current.set(phone, { ...customer, phone });
      return [{ id: phone, text: displayName, detail: phone }];
    });
    return { items, next };
  };
  const choose = ({ id }: Option): void => {
    if (id === newPhone.id) dialog.current?.showModal();
    const customer = found.current.get(id);
    if (!customer) return;
    takeCustomers([customer]);
    showPhone(id);
  };
  return (
    <>
      <Combobox
        label="Choose another phone"
        id="phone-picker"
        class="grow"
        placeholder="Another phone…"
        fixed={[newPhone]}
        search={search}
        onChoose={choose}
      />
      <NewPhone dialog={dialog} />
    </>
  );
}

function NewPhone({ dialog }: { dialog: RefObject<HTMLDialogElement | null> }) {
  const add = async (form: HTMLFormElement): Promise<void> => {
    const phone = String(new FormData(form).get('phone')).trim();
    form.reset();
    const made = await call<SimulatedCustomer>('POST', '/api/customers', { phone });
    if (!made) return;
    takeCustomers([made]);
    showPhone(made.phone);
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
