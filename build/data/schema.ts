import { isSupportedCountry } from 'libphonenumber-js';
import * as v from 'valibot';
import { channelTypes } from '../../lib/model';
import { placeholder } from '../../lib/templates/placeholders';
import { messageLimit } from '../../lib/templates/render';

/** What a schema says of a value that is wrong: what is the matter, and what to do about it. */
const message = (problem: string, fix: string): string => `${problem}\n${fix}`;

/** @returns the two parts of a message that `message` made; one of valibot's own has no fix */
export function splitMessage(message: string): { problem: string; fix: string } {
  const [problem = '', fix = 'correct the value'] = message.split('\n');
  return { problem, fix };
}

/** A field that may be left out. `null` is the same: exports of CRMs hold it for what is empty. */
const optional = <S extends v.GenericSchema>(schema: S) =>
  v.pipe(
    v.nullish(schema),
    v.transform((value): v.InferOutput<S> | undefined => value ?? undefined),
  );

/** @returns whether one text becomes the other by at most two insertions, deletions or changes of a letter */
function isClose(a: string, b: string): boolean {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1]?.toLowerCase() === b[j - 1]?.toLowerCase() ? 0 : 1;
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + same));
    }
    row = next;
  }
  return (row[b.length] ?? 9) <= 2;
}

const text = v.pipe(
  v.string(message('must be text', 'write it between quotation marks')),
  v.regex(/\S/, message('is empty', 'fill it in or remove it')),
);
const flag = v.boolean(message('must be true or false', 'write true or false, without quotation marks'));
const oneOf = <const T extends readonly string[]>(values: T) =>
  v.picklist(values, message(`must be one of: ${values.join(', ')}`, `choose ${values.join(' or ')}`));

const name = v.pipe(
  text,
  v.maxLength(256, message('is longer than 256 characters', "shorten it: that is Twilio's limit for names")),
);
/** JavaScript's white space, which no-break spaces belong to, and the characters that have no width. */
const blankAtAnEnd = /^[\s\u200b-\u200d\u2060]|[\s\u200b-\u200d\u2060]$/;

/** @returns whether a text begins or ends with a blank that nobody sees */
export function hasBlankAtAnEnd(value: string): boolean {
  return blankAtAnEnd.test(value);
}

/** @returns the text without the blanks that nobody sees */
export function withoutBlanksAtEnds(value: string): string {
  let text = value;
  while (hasBlankAtAnEnd(text)) text = text.replace(blankAtAnEnd, '');
  return text;
}

const identity = v.pipe(
  text,
  v.check(
    (value) => !/\S/.test(value) || !hasBlankAtAnEnd(value),
    (issue) =>
      message(
        `${JSON.stringify(issue.input)} begins or ends with a blank`,
        `write ${JSON.stringify(withoutBlanksAtEnds(issue.input))}`,
      ),
  ),
  v.maxLength(
    256,
    message('is longer than 256 characters', "shorten it: that is Twilio's limit for identities"),
  ),
  v.description("A worker's identity in Frontline, often an e-mail address"),
);
const customerId = v.pipe(
  v.union(
    [
      v.string(),
      v.pipe(
        v.number(),
        v.check(
          (id) => Number.isSafeInteger(id),
          message(
            'is a number that JSON does not keep digit by digit',
            'write the id between quotation marks',
          ),
        ),
      ),
    ],
    message('must be text or a number', 'write the id that your CRM gives the customer'),
  ),
  v.transform(String),
  v.regex(/\S/, message('is empty', 'write the id that your CRM gives the customer')),
  v.maxLength(256, message('is longer than 256 characters', 'use a shorter id')),
);
const channelType = oneOf(channelTypes);
const country = v.pipe(
  v.string(message('must be text', 'write two capital letters, e.g. "US"')),
  v.regex(/^[A-Z]{2}$/, message('is no country code', 'write two capital letters (ISO 3166), e.g. "US"')),
  v.check(
    (code) => !/^[A-Z]{2}$/.test(code) || isCountry(code),
    (issue) =>
      message(
        `${JSON.stringify(issue.input)} is no country`,
        'write its ISO 3166 code, e.g. "US" ("GB", not "UK")',
      ),
  ),
  v.description('ISO 3166-1 alpha-2, e.g. US'),
);
const language = v.pipe(
  v.string(message('must be text', 'write a language tag, e.g. "en" or "es-MX"')),
  v.check(isLanguage, message('is no language tag', 'write a BCP 47 tag, e.g. "en" or "es-MX"')),
  v.description('BCP 47, e.g. en or es-MX'),
);
const avatar = v.pipe(
  text,
  v.check(
    (url) => hasScheme(url, ['https:', 'http:']),
    message('is no https or http URL', 'give the full address of a picture, beginning with https://'),
  ),
  v.maxLength(2_048, message('is longer than 2,048 characters', 'use a shorter URL')),
  v.description('URL of a picture, beginning with https://'),
);
/** What a worker opens by a tap must not run a script. */
const link = v.pipe(
  text,
  v.check(
    (url) => !/\S/.test(url) || hasScheme(url, ['https:', 'http:', 'mailto:', 'tel:']),
    (issue) =>
      message(
        URL.canParse(issue.input)
          ? `is a ${new URL(issue.input).protocol} link`
          : `${JSON.stringify(issue.input)} is no full URL`,
        'begin it with https://, http://, mailto: or tel:',
      ),
  ),
  v.description('URL that begins with https://, http://, mailto: or tel:'),
);
const origin = v.pipe(
  text,
  v.check(
    (value) => value !== '*',
    message('would let every page in the world in', 'name the pages, e.g. "https://flex.twilio.com"'),
  ),
  v.check(
    (value) => value === '*' || isOrigin(value),
    message(
      'is no origin',
      'write scheme and host alone, e.g. "https://flex.twilio.com"; http is for localhost alone',
    ),
  ),
);
const sidOf = (prefix: string) =>
  v.pipe(
    v.string(message('must be text', `write the SID that begins with ${prefix}`)),
    v.regex(
      new RegExp(`^${prefix}[0-9a-fA-F]{32}$`),
      message(`is no SID that begins with ${prefix}`, `write ${prefix} and 32 hexadecimal digits`),
    ),
  );
/** A text for each channel that has one. */
const perChannel = {
  sms: optional(text),
  whatsapp: optional(text),
  chat: optional(text),
  email: optional(text),
  messenger: optional(text),
};
const schemaLink = optional(v.string());
const homeCountry = v.pipe(
  country,
  v.description('The country of numbers that are written in national form'),
);

/** Stands where a country is wrong: what depends on it cannot be judged, and is no second problem. */
export const unreadCountry = 'ZZ';

/** ISO 3166 knows some places that have no telephone numbers of their own. */
const withoutNumbers = new Set(['AQ', 'BV', 'GS', 'HM', 'PN', 'TF', 'UM']);

function isCountry(code: string): boolean {
  return isSupportedCountry(code) || withoutNumbers.has(code);
}

/** A template's own characters: what its placeholders add is known when it is filled in. */
function countCharacters(value: string): number {
  return [...value.replace(placeholder, '')].length;
}

function hasScheme(url: string, schemes: readonly string[]): boolean {
  return URL.canParse(url) && schemes.includes(new URL(url).protocol);
}

function isOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { origin: own, protocol, hostname } = new URL(text);
  const isLocal = ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
  return own === text && (protocol === 'https:' || (protocol === 'http:' && isLocal));
}

function isLanguage(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length === 1;
  } catch {
    return false;
  }
}

type ObjectOf<T extends v.ObjectEntries> = v.StrictObjectSchema<
  T,
  v.ErrorMessage<v.StrictObjectIssue> | undefined
>;

/** The pieces that differ between the schema that names problems and the one that saves what is good. */
interface Shapes {
  object<T extends v.ObjectEntries>(entries: T): ObjectOf<T>;
  /** An element that is wrong comes out as undefined where it is not a problem. */
  list<S extends v.GenericSchema>(item: S): v.GenericSchema<unknown, (v.InferOutput<S> | undefined)[]>;
  /** A part without which the rest of the file still makes sense: it comes out empty where it is not a problem. */
  part<S extends v.GenericSchema>(schema: S, empty: v.InferOutput<S>): S;
  /** A country that is wrong comes out as `unreadCountry` where it is not a problem. */
  country<S extends v.GenericSchema<string, string>>(schema: S): ReturnType<typeof optional<S>>;
}

/** Every wrong value is a problem. */
const exact: Shapes = {
  object(entries) {
    const known = Object.keys(entries);
    return v.strictObject(entries, (issue) => {
      const key = issue.path?.at(-1)?.key;
      if (issue.expected === 'never') {
        const close = known.find((field) => isClose(field, String(key)));
        return message(
          `there is no field ${JSON.stringify(key)} here`,
          close ? `did you mean ${JSON.stringify(close)}?` : `remove it; the fields are: ${known.join(', ')}`,
        );
      }
      const isField = issue.path?.at(-1)?.origin === 'key';
      if (isField && issue.received === 'undefined')
        return message('is missing', `add ${JSON.stringify(key)}`);
      return message('must be an object', `write { … } with ${known.join(', ')}`);
    });
  },
  list: (item) => v.array(item, message('must be a list', 'write [ … ]')),
  part: (schema) => schema,
  country: optional,
};

/**
 * Saves what can be saved, so that what depends on it is checked in the same go: fields and elements that are wrong
 * are left out.
 */
const lenient: Shapes = {
  object<T extends v.ObjectEntries>(entries: T) {
    const saved = Object.entries(entries).map(([key, schema]) => [
      key,
      schema.type === 'nullish' ? v.fallback(schema as v.GenericSchema, undefined) : schema,
    ]);
    return v.object(Object.fromEntries(saved)) as unknown as ObjectOf<T>;
  },
  list: (item) => v.array(v.fallback(item as v.GenericSchema, undefined)),
  part: (schema, empty) =>
    v.fallback(v.optional(schema as v.GenericSchema, empty), empty) as unknown as typeof schema,
  country: (schema) => optional(v.fallback(schema, unreadCountry) as typeof schema),
};

function defineSources({ object, list, part, country: home }: Shapes) {
  const customer = object({
    customer_id: v.pipe(customerId, v.description('The id that the CRM gives this customer')),
    display_name: v.pipe(name, v.description('What workers see; names the conversation')),
    worker: optional(v.pipe(identity, v.description('Who owns this customer'))),
    avatar: optional(avatar),
    language: optional(language),
    country: home(country),
    channels: v.pipe(
      part(
        list(
          object({
            type: channelType,
            value: v.pipe(text, v.description('A number as people write it, an e-mail address, an identity')),
            display_name: optional(name),
            primary: optional(
              v.pipe(
                flag,
                v.description(
                  'Whether this customer is looked up by an address that others have too; the first one in the file is, unless another has true',
                ),
              ),
            ),
          }),
        ),
        [],
      ),
      v.description('How to reach the customer'),
    ),
    links: optional(
      v.pipe(
        list(object({ type: text, value: link, display_name: text })),
        v.description("Links on the customer's card, e.g. to your CRM"),
      ),
    ),
    details: optional(
      v.pipe(
        object({
          title: text,
          content: v.string(message('must be text', 'write it between quotation marks')),
        }),
        v.description("Text on the customer's card"),
      ),
    ),
    fields: optional(
      v.pipe(
        v.record(
          v.pipe(
            v.string(),
            v.regex(/^[A-Za-z0-9_-]+$/, message('is no field name', 'use letters, digits, _ and -')),
          ),
          v.pipe(
            v.union(
              [
                v.string(),
                v.pipe(
                  v.number(),
                  v.check(
                    (value) => Math.abs(value) <= Number.MAX_SAFE_INTEGER,
                    message(
                      'is a number that JSON does not keep digit by digit',
                      'write it between quotation marks',
                    ),
                  ),
                ),
              ],
              message('must be text or a number', 'write it between quotation marks'),
            ),
            v.transform(String),
          ),
          message('must be an object', 'write { "name": "value" }'),
        ),
        v.description('Values for templates: {{customer.fields.NAME}}'),
      ),
    ),
  });

  const customers = object({
    $schema: schemaLink,
    defaultCountry: home(homeCountry),
    customers: v.pipe(list(customer), v.description('Everybody whom your workers write with')),
  });

  /** A condition that cannot be read must not count as none: without it a rule would match more. */
  const condition = <S extends v.GenericSchema<unknown, (string | undefined)[]>>(schema: S) =>
    part(schema, [undefined]);

  const workers = condition(
    v.pipe(
      list(identity),
      v.minLength(1, message('is an empty list', 'name a worker, or remove the condition')),
    ),
  );

  const routing = object({
    $schema: schemaLink,
    defaultCountry: home(homeCountry),
    workers: v.pipe(
      list(object({ identity, display_name: optional(name) })),
      v.description('Everybody who is named anywhere in the data'),
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
          v.pipe(list(identity), v.description('Workers among whom new conversations are spread')),
        ),
        defaultWorker: optional(v.pipe(identity, v.description('Who gets what nobody else takes'))),
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
            v.description(
              "Whether a customer's own worker gets the conversation when away; assign is the default",
            ),
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
            v.pipe(object(perChannel), v.description("Unique names of TaskRouter's task channels")),
          ),
          emailFromName: optional(v.pipe(name, v.description('In whose name e-mail is sent'))),
          customerAccess: optional(
            v.pipe(
              oneOf(['all', 'own']),
              v.description('To which customers an agent may write; all is the default'),
            ),
          ),
        }),
        {},
      ),
    ),
  });

  const templates = object({
    $schema: schemaLink,
    defaultLanguage: optional(
      v.pipe(language, v.description('For customers whose language has no template')),
    ),
    categories: list(
      object({
        display_name: name,
        templates: part(
          list(
            object({
              content: v.pipe(
                text,
                v.check(
                  (value) => countCharacters(value) <= messageLimit,
                  (issue) =>
                    message(
                      `has ${countCharacters(issue.input).toLocaleString('en-US')} characters; a message has at most 1,600`,
                      'shorten it, or make two templates of it',
                    ),
                ),
                v.description('Text with placeholders such as {{customer.display_name}}'),
              ),
              whatsAppApproved: optional(
                v.pipe(flag, v.description('Whether WhatsApp has approved this text as a template')),
              ),
              contentSid: optional(
                v.pipe(
                  v.string(message('must be text', 'write the SID of the Content template')),
                  v.regex(
                    /^HX[0-9a-fA-F]{32}$/,
                    message('is no Content SID', 'write HX and 32 hexadecimal digits'),
                  ),
                  v.description('The Content template with this text, for outbound WhatsApp messages'),
                ),
              ),
              language: optional(
                v.pipe(language, v.description('Whom it is for; without one it is for everybody')),
              ),
            }),
          ),
          [],
        ),
      }),
    ),
  });

  return { customers, routing, templates };
}

/** The files of `assets/` as people write them. */
export const sources = defineSources(exact);

/** The same, taking what is good of files that are partly wrong. */
export const lenientSources = defineSources(lenient);

export type CustomersSource = v.InferOutput<typeof sources.customers>;
export type RoutingSource = v.InferOutput<typeof sources.routing>;
export type TemplatesSource = v.InferOutput<typeof sources.templates>;
