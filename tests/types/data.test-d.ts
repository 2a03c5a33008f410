/** What must not compile around addresses, customers, data and Twilio's API. */
import { isAmong, spellings } from '../../lib/address';
import { customerDetailsAnswer } from '../../lib/customers/cards';
import type { CustomerDirectory } from '../../lib/customers/directory';
import { Misconfigured } from '../../lib/errors';
import type { ChannelType, FlexSettings, ProxyRule, Routing } from '../../lib/model';
import type { TwilioApi } from '../../lib/twilio/api';
import { listParticipants } from '../../lib/twilio/conversations';
import { fetchFrontlineUser } from '../../lib/twilio/frontline';

declare const directory: CustomerDirectory;
declare const api: TwilioApi;
declare const settings: FlexSettings;
declare const routing: Routing;

// @ts-expect-error A customer is looked up by a parsed address, not by text.
directory.byAddress('+12125550101');

// @ts-expect-error An address of an event is parsed before it is compared.
isAmong('+12125550101', routing.ownAddresses);

// @ts-expect-error Only a parsed address has spellings.
spellings('whatsapp:+12125550101');

// @ts-expect-error A customer_id is text, as Twilio sends it.
directory.byId(1001);

// @ts-expect-error The directory has no lookup by name.
directory.byName('Ada Lovelace');

// @ts-expect-error A page of customers is asked for by the worker to whom they belong.
directory.list({ limit: 30 });

// @ts-expect-error There is a card only for a customer who was found.
customerDetailsAnswer(await directory.byId('1001'));

// @ts-expect-error Settings for Flex say to which customers an agent may write.
export const flex: FlexSettings = { ...settings, customerAccess: undefined };

// @ts-expect-error Routing data names our own addresses, even where there are none.
export const data: Routing = { ...routing, ownAddresses: undefined };

// @ts-expect-error Only two events can route a conversation.
export const on: Routing['routing']['on'] = 'onMessageAdded';

// @ts-expect-error A rule for a proxy address is for one channel.
export const rule: ProxyRule = { proxyAddress: '+16465550190' };

// @ts-expect-error There is no such channel.
export const channel: ChannelType = 'fax';

// @ts-expect-error A misconfiguration says how to fix it.
export const problem = new Misconfigured('asset_broken', { file: 'assets/routing.private.json', field: '' });

// @ts-expect-error A conversation is named with its service, not by its SID alone.
listParticipants(api, `CH${'0'.repeat(32)}`);

// @ts-expect-error Asking for a Frontline user says how often to try.
fetchFrontlineUser(api, 'alice@example.com');
