import { customer, routing } from '../support/data';

export const path = '/callbacks/conversations';

export const data = {
  '/customers.json': JSON.stringify({
    customers: [
      customer({
        customer_id: 'ada',
        avatar: 'https://example.com/ada.png',
        channels: [{ type: 'sms', value: '+12125550101' }],
      }),
      customer({
        customer_id: 'bo',
        display_name: 'Bo Diaz',
        channels: [{ type: 'sms', value: '+12125550103' }],
      }),
      // Our own number got onto a card by mistake.
      customer({ customer_id: 'desk', channels: [{ type: 'sms', value: '+16465550190' }] }),
    ],
  }),
  '/routing.json': JSON.stringify(routing({ ownAddresses: ['+16465550190'] })),
};
