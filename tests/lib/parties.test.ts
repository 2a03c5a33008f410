import * as v from 'valibot';
import { type BindingFields, readParties } from '../../lib/address';
import { bindingFields } from '../../lib/events/conversations';

const own = ['+16465550190', '+442079460001'];
const [ada, bob, ours] = ['+12125550101', '+12125550102', '+16465550190'];
const fields = (
  Address?: string,
  AuthorAddress?: string,
  ProxyAddress?: string,
  ProjectedAddress?: string,
): BindingFields =>
  v.parse(v.object(bindingFields), {
    'MessagingBinding.Address': Address,
    'MessagingBinding.AuthorAddress': AuthorAddress,
    'MessagingBinding.ProxyAddress': ProxyAddress,
    'MessagingBinding.ProjectedAddress': ProjectedAddress,
  });
const nobody = undefined;

describe('the parties of a conversation', () => {
  it.each([
    ['between two people', fields(ada, nobody, ours), [ada], ours, false],
    ['between two people, with its author', fields(ada, ada, ours), [ada], ours, false],
    [
      'on WhatsApp',
      fields(`whatsapp:${ada}`, nobody, `whatsapp:${ours}`),
      [`whatsapp:${ada}`],
      `whatsapp:${ours}`,
      false,
    ],
    ['between two numbers of ours', fields('+442079460001', nobody, ours), ['+442079460001'], ours, false],
    ['where no address is given', fields(), [], nobody, false],
    ['in a group as real requests have it', fields(`${ours},${bob}`, ada), [ada, bob], ours, true],
    ['in a group with our number last', fields(`${bob}, ${ours}`, ada), [ada, bob], ours, true],
    ['in a group of the sender and us', fields(ours, ada), [ada], ours, true],
    ['in a group in square brackets', fields(`[${ours}, ${bob}]`, ada), [ada, bob], ours, true],
    [
      'in a group with several numbers of ours',
      fields(`${ours},+442079460001,${bob}`, ada),
      [ada, bob],
      ours,
      true,
    ],
    [
      'in a group whose sender is among the receivers',
      fields(`${ada},${bob},${ours}`, ada),
      [ada, bob],
      ours,
      true,
    ],
    ['in a group as it is documented', fields(`${ada}, ${bob}`, bob, nobody, ours), [bob, ada], ours, true],
    [
      'in a group with a projected address in square brackets',
      fields(`${ada}, ${bob}`, bob, nobody, `[${ours}]`),
      [bob, ada],
      ours,
      true,
    ],
    [
      'in a group whose number the data does not name',
      fields('+16465550199,+12125550102', ada),
      [ada, '+16465550199', bob],
      nobody,
      true,
    ],
    ['where form decoding took the +', fields(' 12125550101', nobody, ours), [' 12125550101'], ours, false],
  ])('are read from the event %s', (_title, event, people, address, isGroup) => {
    const parties = readParties(event, own);
    expect({
      people: parties.people.map(({ raw }) => raw),
      ours: parties.ours?.raw,
      isGroup: parties.isGroup,
    }).toEqual({ people, ours: address, isGroup });
  });
});
