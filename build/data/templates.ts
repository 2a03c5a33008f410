import { frontlineAnswerLimit } from '../../lib/customers/cards';
import type { Template, TemplatesAsset } from '../../lib/model';
import { fieldOf, isKnownPlaceholder, placeholder, placeholders } from '../../lib/templates/render';
import { byteLength } from '../../lib/text';
import type { CompiledCustomers } from './compile-customers';
import type { Report } from './problems';
import type { TemplatesSource } from './schema/sources';

/**
 * Checks the templates.
 *
 * @param customers undefined when their file cannot be read; their fields are then not checked
 */
export function compileTemplates(
  source: TemplatesSource,
  customers: CompiledCustomers | undefined,
  report: Report,
): TemplatesAsset {
  const categories: TemplatesAsset['categories'] = [];
  for (const [position, category] of source.categories.entries()) {
    const templates: Template[] = [];
    for (const [index, written] of (category?.templates ?? []).entries()) {
      if (!written) continue;
      const { content, whatsAppApproved, contentSid, language } = written;
      checkContent(content, customers, (problem, fix) =>
        report(['categories', position, 'templates', index, 'content'], problem, fix),
      );
      templates.push({
        content,
        ...(whatsAppApproved !== undefined && { whatsAppApproved }),
        ...(contentSid !== undefined && { contentSid }),
        ...(language !== undefined && { language }),
      });
    }
    if (category) categories.push({ display_name: category.display_name, templates });
  }
  checkLanguage(source.defaultLanguage, categories, report);
  const size = byteLength(JSON.stringify(categories));
  if (size > frontlineAnswerLimit) {
    const kilobytes = Math.ceil(size / 1024);
    report(
      ['categories'],
      `have ${kilobytes} KB; Frontline reads at most 64 KB`,
      'shorten or remove some templates',
    );
  }
  return {
    ...(source.defaultLanguage !== undefined && { defaultLanguage: source.defaultLanguage }),
    categories,
  };
}

function checkContent(
  content: string,
  customers: CompiledCustomers | undefined,
  report: (problem: string, fix: string) => void,
): void {
  const choice = `use one of: ${placeholders.join(', ')}, customer.fields.NAME`;
  for (const [whole, name = ''] of content.matchAll(placeholder)) {
    const field = fieldOf(name);
    if (!isKnownPlaceholder(name)) {
      report(`${whole} is not known`, choice);
    } else if (field !== undefined) {
      if (customers && !customers.hasField(field)) {
        report(
          `no customer has the field of ${whole}`,
          `give a customer "fields": { "${field}": … }, or correct it`,
        );
      }
    }
  }
  if (/\{\{|\}\}/.test(content.replace(placeholder, ''))) {
    report('has {{ or }} without the other', 'write placeholders as {{name}}');
  }
}

function checkLanguage(
  defaultLanguage: string | undefined,
  categories: TemplatesAsset['categories'],
  report: Report,
): void {
  const languages = categories.flatMap(({ templates }) =>
    templates.flatMap(({ language }) => language ?? []),
  );
  if (defaultLanguage === undefined || languages.length === 0) return;
  const primary = defaultLanguage.split('-')[0]?.toLowerCase();
  const found = languages.some((one) => [primary, defaultLanguage.toLowerCase()].includes(one.toLowerCase()));
  if (!found) {
    report(
      ['defaultLanguage'],
      `no template is in ${JSON.stringify(defaultLanguage)}`,
      'add one, or name another language',
    );
  }
}
