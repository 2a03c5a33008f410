import * as v from 'valibot';
import { channelTypes } from '../../lib/data/types';

/** What a schema says of a value that is wrong: what is the matter, and what to do about it. */
const say = (problem: string, cure: string): string => `${problem}\n${cure}`;

/** @returns the two parts of a message that `say` made; one of valibot's own has no cure */
export function splitMessage(message: string): { problem: string; cure: string } {
  const [problem = '', cure = 'correct the value'] = message.split('\n');
  return { problem, cure };
}

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
  v.string(say('must be text', 'write it between quotation marks')),
  v.regex(/\S/, say('is empty', 'fill it in or remove it')),
);
const flag = v.boolean(say('must be true or false', 'write true or false, without quotation marks'));
const oneOf = <const T extends readonly string[]>(values: T) =>
  v.picklist(values, say(`must be one of: ${values.join(', ')}`, `choose ${values.join(' or ')}`));

const name = v.pipe(
  text,
  v.maxLength(256, say('is longer than 256 characters', "shorten it: that is Twilio's limit for names")),
);
const identity = v.pipe(
  text,
  v.maxLength(256, say('is longer than 256 characters', "shorten it: that is Twilio's limit for identities")),
  v.description("A worker's identity in Frontline, often an e-mail address"),
);
const customerId = v.pipe(
  v.union(
    [v.string(), v.number()],
    say('must be text or a number', 'write the id that your CRM gives the customer'),
  ),
  v.transform(String),
  v.regex(/\S/, say('is empty', 'write the id that your CRM gives the customer')),
  v.maxLength(256, say('is longer than 256 characters', 'use a shorter id')),
);
const channelType = oneOf(channelTypes);
const country = v.pipe(
  v.string(say('must be text', 'write two capital letters, e.g. "US"')),
  v.regex(/^[A-Z]{2}$/, say('is no country code', 'write two capital letters (ISO 3166), e.g. "US"')),
  v.description('ISO 3166-1 alpha-2, e.g. US'),
);
const language = v.pipe(
  v.string(say('must be text', 'write a language tag, e.g. "en" or "es-MX"')),
  v.check(isLanguage, say('is no language tag', 'write a BCP 47 tag, e.g. "en" or "es-MX"')),
  v.description('BCP 47, e.g. en or es-MX'),
);
const avatar = v.pipe(
  text,
  v.check(
    (url) => URL.canParse(url) && new URL(url).protocol === 'https:',
    say('is no https URL', 'give the full address of a picture, beginning with https://'),
  ),
  v.maxLength(2_048, say('is longer than 2,048 characters', 'use a shorter URL')),
  v.description('https URL of a picture'),
);
const schemaLink = v.optional(v.string());
const defaultCountry = v.optional(
  v.pipe(country, v.description('The country of numbers that are written in national form')),
);

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
}

/** Every wrong value is a problem. */
const exact: Shapes = {
  object(entries) {
    const known = Object.keys(entries);
    return v.strictObject(entries, (issue) => {
      const key = issue.path?.at(-1)?.key;
      if (issue.expected === 'never') {
        const close = known.find((field) => isClose(field, String(key)));
        return say(
          `there is no field ${JSON.stringify(key)} here`,
          close ? `did you mean ${JSON.stringify(close)}?` : `remove it; the fields are: ${known.join(', ')}`,
        );
      }
      const isField = issue.path?.at(-1)?.origin === 'key';
      if (isField && issue.received === 'undefined') return say('is missing', `add ${JSON.stringify(key)}`);
      return say('must be an object', `write { … } with ${known.join(', ')}`);
    });
  },
  list: (item) => v.array(item, say('must be a list', 'write [ … ]')),
};

/**
 * Saves what can be saved, so that what depends on it is checked in the same go: fields and elements that are wrong
 * are left out.
 */
const lenient: Shapes = {
  object<T extends v.ObjectEntries>(entries: T) {
    const saved = Object.entries(entries).map(([key, schema]) => [
      key,
      schema.type === 'optional' ? v.fallback(schema as v.GenericSchema, undefined) : schema,
    ]);
    return v.object(Object.fromEntries(saved)) as unknown as ObjectOf<T>;
  },
  list: (item) => v.array(v.fallback(item as v.GenericSchema, undefined)),
};

function defineSources({ object, list }: Shapes) {
  const customer = object({
    customer_id: v.pipe(customerId, v.description('The id that the CRM gives this customer')),
    display_name: v.pipe(name, v.description('What workers see; names the conversation')),
    worker: v.optional(v.pipe(identity, v.description('Who owns this customer'))),
    avatar: v.optional(avatar),
    language: v.optional(language),
    country: v.optional(country),
    channels: v.pipe(
      list(
        object({
          type: channelType,
          value: v.pipe(text, v.description('A number as people write it, an e-mail address, an identity')),
          display_name: v.optional(name),
        }),
      ),
      v.description('How to reach the customer'),
    ),
    links: v.optional(list(object({ type: text, value: text, display_name: text }))),
    details: v.optional(
      object({ title: text, content: v.string(say('must be text', 'write it between quotation marks')) }),
    ),
    fields: v.optional(
      v.pipe(
        v.record(
          v.pipe(
            v.string(),
            v.regex(/^[A-Za-z0-9_-]+$/, say('is no field name', 'use letters, digits, _ and -')),
          ),
          v.pipe(
            v.union(
              [v.string(), v.number()],
              say('must be text or a number', 'write it between quotation marks'),
            ),
            v.transform(String),
          ),
          say('must be an object', 'write { "name": "value" }'),
        ),
        v.description('Values for templates: {{customer.fields.NAME}}'),
      ),
    ),
  });

  const customers = object({
    $schema: schemaLink,
    defaultCountry,
    customers: list(customer),
  });

  const workers = v.pipe(
    list(identity),
    v.minLength(1, say('is an empty list', 'name a worker, or remove the condition')),
  );

  const routing = object({
    $schema: schemaLink,
    defaultCountry,
    workers: v.pipe(
      list(object({ identity, display_name: v.optional(name) })),
      v.description('Everybody who is named anywhere in the data'),
    ),
    customerAccess: v.optional(
      v.pipe(oneOf(['all', 'own']), v.description('Whose cards a worker may open; all is the default')),
    ),
    proxyAddresses: object({
      rules: v.optional(
        v.pipe(
          list(
            object({
              channel: channelType,
              workers: v.optional(workers),
              countries: v.optional(
                v.pipe(
                  list(country),
                  v.minLength(1, say('is an empty list', 'name a country, or remove the condition')),
                ),
              ),
              customers: v.optional(
                v.pipe(
                  list(customerId),
                  v.minLength(1, say('is an empty list', 'name a customer_id, or remove the condition')),
                ),
              ),
              proxyAddress: text,
            }),
          ),
          v.description('The first rule whose conditions all match wins'),
        ),
      ),
      defaults: v.optional(
        v.pipe(
          object({
            sms: v.optional(text),
            whatsapp: v.optional(text),
            chat: v.optional(text),
            email: v.optional(text),
            messenger: v.optional(text),
          }),
          v.description('The proxy address of a channel for which no rule matches'),
        ),
      ),
    }),
    routing: object({
      customers: v.optional(
        v.pipe(
          list(object({ customer_id: v.optional(customerId), address: v.optional(text), worker: identity })),
          v.description('Explicit entries: this customer, or this address, goes to this worker'),
        ),
      ),
      numbers: v.optional(
        v.pipe(
          list(object({ address: text, workers })),
          v.description('Which workers answer which of your Twilio numbers'),
        ),
      ),
      pool: v.optional(
        v.pipe(list(identity), v.description('Workers among whom new conversations are spread')),
      ),
      defaultWorker: v.optional(v.pipe(identity, v.description('Who gets what nobody else takes'))),
      respectAvailability: v.optional(
        v.pipe(
          flag,
          v.description('Pass over workers who are unavailable in Frontline; false is the default'),
        ),
      ),
      unavailableOwner: v.optional(
        v.pipe(
          oneOf(['assign', 'next']),
          v.description(
            "Whether a customer's own worker gets the conversation when away; assign is the default",
          ),
        ),
      ),
      nobodyAvailable: v.optional(
        v.pipe(
          oneOf(['assign', 'leave']),
          v.description('Whether the default worker gets it when nobody is available; leave is the default'),
        ),
      ),
    }),
  });

  const templates = object({
    $schema: schemaLink,
    defaultLanguage: v.optional(language),
    categories: list(
      object({
        display_name: name,
        templates: list(
          object({
            content: v.pipe(text, v.description('Text with placeholders such as {{customer.display_name}}')),
            whatsAppApproved: v.optional(flag),
            contentSid: v.optional(
              v.pipe(
                v.string(say('must be text', 'write the SID of the Content template')),
                v.regex(
                  /^HX[0-9a-fA-F]{32}$/,
                  say('is no Content SID', 'write HX and 32 hexadecimal digits'),
                ),
              ),
            ),
            language: v.optional(language),
          }),
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
