import * as v from 'valibot';
import { parseAddress } from '../address';
import { InvalidEvent } from '../errors';
import { channelTypes } from '../model';
import { optionalText, pageSize, text } from './fields';

const channelPrefix = new RegExp(`^(?:${channelTypes.join('|')}):`, 'i');

/**
 * `GetProxyAddress`: a worker starts a conversation. From which of our addresses?
 *
 * @see https://www.twilio.com/docs/frontline/outgoing-conversations
 */
export const getProxyAddress = v.pipe(
  v.object({
    Worker: text,
    /** Missing or empty for somebody who is on no card. */
    CustomerId: optionalText,
    /** `sms`, `whatsapp` or `chat`, in upper or lower case */
    ChannelType: v.pipe(
      text,
      v.transform((name) => name.trim().toLowerCase()),
    ),
    /** The customer's address: `+15550100`, `whatsapp:+15550100`. */
    ChannelValue: v.pipe(
      v.string('must be given once, as text'),
      v.minLength(1, 'must not be empty'),
      v.transform((value) => value.replace(channelPrefix, (prefix) => prefix.toLowerCase())),
    ),
  }),
  v.transform((event) => {
    const type = channelTypes.find((known) => known === event.ChannelType);
    const address = parseAddress(event.ChannelValue, type);
    // Addresses of an unknown channel cannot be checked.
    if (type && !address) throw new InvalidEvent('ChannelValue', `must be an address of channel ${type}`);
    return { ...event, ChannelValue: address };
  }),
);

/**
 * `GetCustomersList`: a page of the worker's own customers.
 *
 * @see https://www.twilio.com/docs/frontline/my-customers
 */
export const getCustomersList = v.object({
  Worker: text,
  PageSize: pageSize(30, 100),
  /** The `customer_id` of the last customer seen: the older way to page. */
  Anchor: optionalText,
  /** The `next_page_token` of the page before. */
  NextPageToken: optionalText,
  /** What the worker typed into the search box. */
  Query: optionalText,
});

/**
 * `GetCustomerDetailsByCustomerId`: one customer's card.
 *
 * @see https://www.twilio.com/docs/frontline/my-customers
 */
export const getCustomerDetails = v.object({ Worker: text, CustomerId: text });

/**
 * `GetTemplatesByCustomerId`: message templates, filled in for one customer.
 *
 * @see https://www.twilio.com/docs/frontline/templated-messages
 */
export const getTemplates = v.object({
  Worker: text,
  /** Missing or empty for somebody who is on no card: public integrations, such as one for HubSpot, handle that. */
  CustomerId: optionalText,
  ConversationSid: optionalText,
});
