import { Avatar } from '../controls/avatar';
import { nameOf } from '../state/names';
import { showPhone } from '../state/show-conversation';
import { customers, phone, phones } from '../state/state';
import { Phone } from './phone';
import { PhonePicker } from './phone-picker';

/** The customers' side: several phones in tabs. */
export function Phones() {
  const number = phone.value;
  const owner = customers.value.find((one) => one.phone === number);
  return (
    <section class="side" aria-label="Customers' phones">
      <header class="side-head">
        <h2>Customers</h2>
        <PhonePicker />
      </header>
      <div class="phone-tabs" role="tablist" aria-label="Phones">
        {phones.value.map((one) => (
          <button
            key={one}
            type="button"
            role="tab"
            class="chip"
            aria-selected={one === number}
            data-testid={`phone-${one}`}
            onClick={() => showPhone(one)}
          >
            <Avatar name={nameOf(one)} small />
            {nameOf(one).split(' ')[0]}
          </button>
        ))}
      </div>
      {owner ? <Phone key={number} owner={owner} /> : <p class="empty">Choose a phone above.</p>}
    </section>
  );
}
