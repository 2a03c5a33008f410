import * as v from 'valibot';
import {
  channelType,
  country,
  customerId,
  flag,
  homeCountry,
  identity,
  language,
  name,
  schemaLink,
  text,
} from './fields';
import { message } from './messages';
import { optional, type Shapes } from './shapes';

const avatar = v.pipe(
  text,
  v.check(
    (url) => hasScheme(url, ['https:', 'http:']),
    message('is not an https or http URL', 'give the full address of a picture, beginning with https://'),
  ),
  v.maxLength(2_048, message('is longer than 2,048 characters', 'use a shorter URL')),
  v.description('URL of a picture, beginning with https://'),
);
/** Workers open links by a tap: a link must not run a script. */
const link = v.pipe(
  text,
  v.check(
    (url) => !/\S/.test(url) || hasScheme(url, ['https:', 'http:', 'mailto:', 'tel:']),
    (issue) =>
      message(
        URL.canParse(issue.input)
          ? `is a ${new URL(issue.input).protocol} link`
          : `${JSON.stringify(issue.input)} is not a full URL`,
        'begin it with https://, http://, mailto: or tel:',
      ),
  ),
  v.description('URL that begins with https://, http://, mailto: or tel:'),
);

/** @returns the schema of one customer */
export function defineCustomer({ object, list, part, country: home }: Shapes) {
  return object({
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
                  'Whether this customer is found by an address that others share; by default the first one in the file is',
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
            v.regex(/^[A-Za-z0-9_-]+$/, message('is not a field name', 'use letters, digits, _ and -')),
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
                      'is a number that JSON cannot represent exactly',
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
}

/** @returns the schema of the customers' file */
export function defineCustomers(shapes: Shapes) {
  const { object, list, country: home } = shapes;
  return object({
    $schema: schemaLink,
    defaultCountry: home(homeCountry),
    customers: v.pipe(
      list(defineCustomer(shapes)),
      v.description('The customers whom your workers write to'),
    ),
  });
}

function hasScheme(url: string, schemes: readonly string[]): boolean {
  return URL.canParse(url) && schemes.includes(new URL(url).protocol);
}
