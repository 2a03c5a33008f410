import { frontlineAnswerLimit } from '../customers/cards';
import type { Customer, Template, TemplatesAsset, Worker } from '../model';
import { byteLength } from '../text';

/** How long a message may be, in characters. */
export const messageLimit = 1_600;

/** A category of templates in the answer to `GetTemplatesByCustomerId`. */
export interface RenderedCategory {
  display_name: string;
  templates: { content: string; whatsAppApproved?: true }[];
}

/**
 * Renders the templates for a customer, with every placeholder filled in. A template is left out if this customer lacks
 * a value that it needs, or if it becomes too long; so is a category without templates.
 *
 * @param customer undefined for somebody who is on no card, who gets the templates that need no card
 * @param worker who asks; `{{worker}}` becomes the `display_name`, or the identity if there is none
 * @returns at most 64 KB of JSON; what does not fit is left out from the end
 * @see https://www.twilio.com/docs/frontline/templated-messages
 */
export function renderTemplates(
  asset: TemplatesAsset,
  customer: Customer | undefined,
  worker: Worker,
): RenderedCategory[] {
  const rendered: RenderedCategory[] = [];
  let size = 2;
  for (const category of asset.categories) {
    const templates: RenderedCategory['templates'] = [];
    const categorySize = byteLength(JSON.stringify({ display_name: category.display_name, templates })) + 1;
    for (const template of inLanguageOf(category.templates, customer?.language, asset.defaultLanguage)) {
      const content = fillIn(template.content, customer, worker);
      if (content === undefined || [...content].length > messageLimit) continue;
      const entry = { content, ...(template.whatsAppApproved && { whatsAppApproved: true as const }) };
      const entrySize = byteLength(JSON.stringify(entry)) + 1 + (templates.length === 0 ? categorySize : 0);
      if (size + entrySize > frontlineAnswerLimit) continue;
      size += entrySize;
      templates.push(entry);
    }
    if (templates.length > 0) rendered.push({ display_name: category.display_name, templates });
  }
  return rendered;
}

/**
 * Templates without a language are for everybody. Of the others, this takes those in the customer's language (`es` is used
 * for `es-MX` too, if there is no exact match), or if there are none, those in the default language.
 */
function inLanguageOf(
  templates: Template[],
  customer: string | undefined,
  fallback: string | undefined,
): Template[] {
  const languages = templates.flatMap(({ language }) => language ?? []);
  const pick = [customer, customer && primaryOf(customer), fallback, fallback && primaryOf(fallback)].find(
    (wanted) => languages.some((language) => sameLanguage(language, wanted)),
  );
  return templates.filter(({ language }) => language === undefined || sameLanguage(language, pick));
}

function sameLanguage(a: string, b: string | undefined): boolean {
  return a.toLowerCase() === b?.toLowerCase();
}

function primaryOf(language: string): string {
  return language.split('-')[0] ?? language;
}

/** @returns the text, or undefined when a value that it needs is missing */
function fillIn(content: string, customer: Customer | undefined, worker: Worker): string | undefined {
  let complete = true;
  const text = content.replace(placeholder, (_match, name: string) => {
    const value = lookUp(name, customer, worker)?.trim();
    if (!value) complete = false;
    return value ?? '';
  });
  return complete ? text : undefined;
}

function lookUp(name: string, customer: Customer | undefined, worker: Worker): string | undefined {
  const field = fieldOf(name);
  if (field)
    return customer?.fields && Object.hasOwn(customer.fields, field) ? customer.fields[field] : undefined;
  switch (name as Placeholder) {
    case 'customer.display_name':
      return customer?.display_name;
    case 'customer.customer_id':
      return customer?.customer_id;
    case 'customer.language':
      return customer?.language;
    case 'customer.country':
      return customer?.country;
    case 'worker':
      return worker.display_name ?? worker.identity;
    case 'worker.identity':
      return worker.identity;
  }
}

/**
 * `{{ name }}` in a template; the first group is the name, without the spaces around it. The expression first checks that
 * the braces close: the rest then cannot fail, and takes linear time for any text.
 */
export const placeholder = /\{\{(?=[^{}]*\}\})\s*((?:[^{}\s]+(?:\s+[^{}\s]+)*)?)\s*\}\}/g;

const known = [
  'customer.display_name',
  'customer.customer_id',
  'customer.language',
  'customer.country',
  'worker',
  'worker.identity',
] as const;

export type Placeholder = (typeof known)[number];

/** The placeholders that exist for every customer; `customer.fields.…` come on top. */
export const placeholders: readonly Placeholder[] = known;

/** @returns whether a placeholder exists; for `customer.fields.…`, any name does, even if no customer has that field */
export function isKnownPlaceholder(name: string): boolean {
  return fieldOf(name) !== undefined || known.some((one) => one === name);
}

/** @returns `plan` for `customer.fields.plan`; undefined for any other placeholder */
export function fieldOf(name: string): string | undefined {
  return /^customer\.fields\.([A-Za-z0-9_-]+)$/.exec(name)?.[1];
}
