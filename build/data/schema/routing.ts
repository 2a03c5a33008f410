import * as v from 'valibot';
import { reservedAttributes } from '../../../lib/outbound/request';
import {
  channelType,
  country,
  customerId,
  flag,
  homeCountry,
  identity,
  name,
  oneOf,
  schemaLink,
  text,
} from './fields';
import { message } from './messages';
import { optional, type Shapes } from './shapes';

const origin = v.pipe(
  text,
  v.check(
    (value) => value !== '*',
    message('would allow every page on the web', 'list the origins, e.g. "https://flex.twilio.com"'),
  ),
  v.check(
    (value) => value === '*' || isOrigin(value),
    message(
      'is not an origin',
      'write only scheme and host, e.g. "https://flex.twilio.com"; http is for localhost only',
    ),
  ),
);
const sidOf = (prefix: string) =>
  v.pipe(
    v.string(message('must be text', `write the SID that begins with ${prefix}`)),
    v.regex(
      new RegExp(`^${prefix}[0-9a-fA-F]{32}$`),
      message(`is not a SID that begins with ${prefix}`, `write ${prefix} and 32 hexadecimal digits`),
    ),
  );
const taskChannel = optional(
  v.union(
    [text, v.literal(false)],
    message('must be a name or false', "write a task channel's unique name, or false"),
  ),
);
const taskChannels = {
  sms: taskChannel,
  whatsapp: taskChannel,
  chat: taskChannel,
  email: taskChannel,
  messenger: taskChannel,
};
const taskAttribute = v.pipe(
  text,
  v.regex(
    /^[A-Za-z]\w{0,63}$/,
    message('is no name of an attribute', 'write up to 64 letters, digits and _, a letter first'),
  ),
  v.check(
    (name) => !reservedAttributes.includes(name),
    message('is kept by this service or by Flex', 'choose another name'),
  ),
);
const howMany = message('must be a number from 1, or "unlimited"', 'write e.g. 60, without quotation marks');
const starts = v.union(
  [v.pipe(v.number(), v.integer(howMany), v.minValue(1, howMany)), v.literal('unlimited')],
  howMany,
);
/** A text for each channel that has one. */
const perChannel = {
  sms: optional(text),
  whatsapp: optional(text),
  chat: optional(text),
  email: optional(text),
  messenger: optional(text),
};

/** @returns the schema of the routing data's file */
export function defineRouting({ object, list, part, country: home }: Shapes) {
  /** An invalid condition must not count as left out: without it, the rule would match more. */
  const condition = <S extends v.GenericSchema<unknown, (string | undefined)[]>>(schema: S) =>
    part(schema, [undefined]);

  const workers = condition(
    v.pipe(
      list(identity),
      v.minLength(1, message('is an empty list', 'name a worker, or remove the condition')),
    ),
  );

  return object({
    $schema: schemaLink,
    defaultCountry: home(homeCountry),
    workers: v.pipe(
      list(object({ identity, display_name: optional(name) })),
      v.description('Every worker whom the data names'),
    ),
    customerAccess: optional(
      v.pipe(oneOf(['all', 'own']), v.description('Whose cards a worker may open; own is the default')),
    ),
    conversationServiceSid: optional(
      v.pipe(
        sidOf('IS'),
        v.description("The conversation service of your conversations, where it is not Twilio's default one"),
      ),
    ),
    proxyAddresses: part(
      object({
        rules: optional(
          v.pipe(
            list(
              object({
                channel: channelType,
                workers: optional(workers),
                countries: optional(
                  condition(
                    v.pipe(
                      list(country),
                      v.minLength(1, message('is an empty list', 'name a country, or remove the condition')),
                    ),
                  ),
                ),
                customers: optional(
                  condition(
                    v.pipe(
                      list(customerId),
                      v.minLength(
                        1,
                        message('is an empty list', 'name a customer_id, or remove the condition'),
                      ),
                    ),
                  ),
                ),
                proxyAddress: v.pipe(text, v.description('Your number, sender or identity on this channel')),
              }),
            ),
            v.description('The first rule whose conditions all match wins'),
          ),
        ),
        defaults: optional(
          v.pipe(
            object(perChannel),
            v.description('The proxy address of a channel for which no rule matches'),
          ),
        ),
      }),
      {},
    ),
    routing: part(
      object({
        on: optional(
          v.pipe(
            oneOf(['onConversationRoute', 'onConversationAdded']),
            v.description(
              "Which event routes: Frontline's onConversationRoute (the default), or onConversationAdded on accounts without Frontline",
            ),
          ),
        ),
        customers: optional(
          v.pipe(
            list(
              object({
                customer_id: optional(v.pipe(customerId, v.description('Either this or an address'))),
                address: optional(
                  v.pipe(
                    text,
                    v.description(
                      'Either this or a customer_id. With whatsapp: or sms: before it, it is for that channel alone',
                    ),
                  ),
                ),
                worker: identity,
              }),
            ),
            v.description('Explicit entries: this customer, or this address, goes to this worker'),
          ),
        ),
        numbers: optional(
          v.pipe(
            list(object({ address: text, workers })),
            v.description('Which workers answer which of your Twilio numbers'),
          ),
        ),
        pool: optional(
          v.pipe(list(identity), v.description('Workers among whom new conversations are distributed')),
        ),
        defaultWorker: optional(
          v.pipe(identity, v.description('Who gets the conversations that nothing else assigns')),
        ),
        respectAvailability: optional(
          v.pipe(
            flag,
            v.description(
              'Pass over workers who are unavailable in Frontline; false is the default, and with onConversationAdded the only value',
            ),
          ),
        ),
        unavailableOwner: optional(
          v.pipe(
            oneOf(['assign', 'next']),
            v.description('Whether the owner gets the conversation when unavailable; assign is the default'),
          ),
        ),
        nobodyAvailable: optional(
          v.pipe(
            oneOf(['assign', 'leave']),
            v.description(
              'Whether the default worker gets it when nobody is available; leave is the default',
            ),
          ),
        ),
        sweep: optional(
          v.pipe(
            flag,
            v.description(
              'Whether npm run sweep may route conversations without a worker; write false if Frontline is set to Do not route',
            ),
          ),
        ),
      }),
      {},
    ),
    flex: optional(
      part(
        object({
          roles: optional(
            v.pipe(
              list(text),
              v.minLength(1, message('is an empty list', 'name a role, or remove the list')),
              v.description('One of them lets a Flex user start conversations; all of Flex are the default'),
            ),
          ),
          origins: optional(
            v.pipe(
              list(origin),
              v.description('Pages that may call from a browser, e.g. https://flex.twilio.com'),
            ),
          ),
          workspaceSid: optional(sidOf('WS')),
          workflowSid: optional(sidOf('WW')),
          queueSid: optional(sidOf('WQ')),
          taskChannels: optional(
            v.pipe(
              object(taskChannels),
              v.description("Unique names of TaskRouter's task channels; false lets Twilio choose"),
            ),
          ),
          emailFromName: optional(v.pipe(name, v.description('The name of the sender in e-mail'))),
          customerAccess: optional(
            v.pipe(
              oneOf(['all', 'own']),
              v.description('To which customers an agent may write; all is the default'),
            ),
          ),
          allowedCountries: optional(
            v.pipe(
              list(country),
              v.minLength(1, message('is an empty list', 'name a country, or remove the list')),
              v.description(
                "The countries to whose numbers may be written; those of your own numbers' countries are the default",
              ),
            ),
          ),
          startsPerHour: optional(
            v.pipe(
              object({
                agent: optional(v.pipe(starts, v.description('For each Flex worker; 60 is the default'))),
                server: optional(
                  v.pipe(starts, v.description('For all servers together; unlimited is the default')),
                ),
              }),
              v.description('How many conversations may be started in an hour'),
            ),
          ),
          taskAttributes: optional(
            v.pipe(
              list(taskAttribute),
              v.maxLength(50, message('has more than 50 names', 'name fewer')),
              v.description('Which attributes of the task a request may set; none is the default'),
            ),
          ),
          knownCustomersOnly: optional(
            v.pipe(flag, v.description('Write only to customers who are in the data; false is the default')),
          ),
        }),
        {},
      ),
    ),
  });
}

function isOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { origin: own, protocol, hostname } = new URL(text);
  const isLocal = ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
  return own === text && (protocol === 'https:' || (protocol === 'http:' && isLocal));
}
