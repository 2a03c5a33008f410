import { customer, routing } from '../support/data';

export const authToken = '0'.repeat(32);
export const apiKey = 'a-key-of-the-tests-that-is-long-enough';
export const agent = 'alice@example.com';
const ada = customer({
  customer_id: '1001',
  display_name: 'Ada Lovelace',
  worker: agent,
  country: 'US',
  channels: [{ type: 'sms', value: '+12125550101' }],
});

/** The project's data, by name. */
export const assets: Record<string, string> = {
  '/customers.json': JSON.stringify({ customers: [ada] }),
  '/routing.json': JSON.stringify(
    routing({
      workers: [{ identity: agent }],
      proxyAddresses: {
        defaults: {
          sms: '+16465550190',
          whatsapp: 'whatsapp:+16465550190',
          email: 'support@example.com',
          messenger: 'messenger:100200300',
        },
      },
      flex: {
        roles: ['agent'],
        allowedCountries: ['US'],
        // Counting is part of every start.
        startsPerHour: { server: { most: 1_000, strict: true } },
      },
    }),
  ),
};

const template = { contentSid: `HX${'7'.repeat(32)}`, contentVariables: { 1: 'Ada' } };

/** One request for each channel. */
export const requests = {
  sms: { channel: 'sms', to: '+12125550101', body: 'Hello Ada' },
  chat: { channel: 'chat', to: 'ada', body: 'Hello Ada' },
  whatsapp: { channel: 'whatsapp', to: '+12125550101', ...template },
  email: { channel: 'email', to: 'ada@example.com', body: 'Hello Ada', subject: 'Hello' },
  messenger: { channel: 'messenger', to: 'messenger:24680', body: 'Hello Ada' },
} as const;
