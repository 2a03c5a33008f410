import { Avatar } from '../controls/avatar';
import { Tabs } from '../controls/tabs';
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
      <Tabs
        label="Phones"
        panel="phone-panel"
        class="phone-tabs"
        tabClass="chip"
        chosen={number}
        onChoose={(one) => showPhone(one)}
        tabs={phones.value.map((one) => ({
          value: one,
          testId: `phone-${one}`,
          content: (
            <>
              <Avatar name={nameOf(one)} small />
              {shortNameOf(one)}
            </>
          ),
        }))}
      />
      {owner ? (
        <Phone key={number} owner={owner} />
      ) : (
        <p class="empty" id="phone-panel" role="tabpanel" aria-label="Phone">
          Choose a phone above.
        </p>
      )}
    </section>
  );
}

/** @returns the first name; with the end of the number where two phones would have the same */
function shortNameOf(number: string): string {
  const firstName = (one: string): string => nameOf(one).split(' ')[0] ?? '';
  const name = firstName(number);
  const isShared = phones.value.some((one) => one !== number && firstName(one) === name);
  return isShared ? `${name} …${number.slice(-4)}` : name;
}
