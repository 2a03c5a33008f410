import fc from 'fast-check';
import type { Template, TemplatesAsset } from '../../../lib/model';
import { placeholder, renderTemplates } from '../../../lib/templates/render';
import { customer } from '../../support/data';

const alice = { identity: 'alice@example.com', display_name: 'Alice' };
const asset = (templates: Template[], defaultLanguage?: string): TemplatesAsset => ({
  ...(defaultLanguage && { defaultLanguage }),
  categories: [{ display_name: 'Openers', templates }],
});
const render = (templates: Template[], given = {}, defaultLanguage?: string): string[] =>
  renderTemplates(asset(templates, defaultLanguage), customer(given), alice).flatMap((category) =>
    category.templates.map(({ content }) => content),
  );

describe('templates', () => {
  it('are filled in', () => {
    const content =
      '{{customer.display_name}} ({{ customer.customer_id }}) in {{customer.country}} speaks {{customer.language}}, ' +
      'plan {{customer.fields.plan}}. {{worker}} <{{worker.identity}}>. {{customer.display_name}}!';
    const given = { country: 'US', language: 'en', fields: { plan: 'Gold' } };
    expect(render([{ content }], given)).toEqual([
      'Ada Lovelace (1) in US speaks en, plan Gold. Alice <alice@example.com>. Ada Lovelace!',
    ]);
  });

  it('are left out where a message could not hold them', () => {
    const templates = [1_600 - 5, 1_600 - 4].map((length) => ({
      content: `${'👍'.repeat(length)}{{worker}}`,
    }));
    expect(render(templates)).toEqual([`${'👍'.repeat(1_595)}Alice`]);
  });

  it('carry whatsAppApproved when it is true, and never a contentSid', () => {
    const templates = [
      { content: 'a', whatsAppApproved: true, contentSid: 'HX1' },
      { content: 'b', whatsAppApproved: false },
    ];
    expect(renderTemplates(asset(templates), customer(), alice)).toEqual([
      { display_name: 'Openers', templates: [{ content: 'a', whatsAppApproved: true }, { content: 'b' }] },
    ]);
  });

  it.each([[{}], [{ fields: {} }], [{ fields: { plan: ' ' } }]])(
    'are left out when the customer lacks a value, with the category that has none left: %j',
    (given) => {
      expect(
        renderTemplates(asset([{ content: '{{customer.fields.plan}}' }]), customer(given), alice),
      ).toEqual([]);
    },
  );

  it.each(['toString', '__proto__', 'constructor'])('do not treat %s as a field', (name) => {
    expect(render([{ content: `{{customer.fields.${name}}}` }], { fields: {} })).toEqual([]);
  });

  it("use the worker's identity where the routing data has no name", () => {
    const rendered = renderTemplates(asset([{ content: '{{worker}}' }]), customer(), { identity: 'bob' });
    expect(rendered[0]?.templates).toEqual([{ content: 'bob' }]);
  });

  it.each([
    ['es', undefined, ['any', 'es']],
    ['ES', undefined, ['any', 'es']],
    ['es-MX', undefined, ['any', 'es-MX']],
    ['es-AR', undefined, ['any', 'es']],
    ['fr', undefined, ['any']],
    ['fr', 'en', ['any', 'en']],
    [undefined, 'en', ['any', 'en']],
    [undefined, undefined, ['any']],
  ])('are in language %s with the default %s: %j', (language, defaultLanguage, contents) => {
    const templates = [
      { content: 'any' },
      { content: 'en', language: 'en' },
      { content: 'es', language: 'es' },
      { content: 'es-MX', language: 'es-MX' },
    ];
    expect(render(templates, { ...(language && { language }) }, defaultLanguage)).toEqual(contents);
  });

  it('for a customer without a card are those that need none', () => {
    const contents = [
      '{{worker}} <{{worker.identity}}>',
      '{{customer.display_name}}',
      '{{customer.fields.plan}}',
      'x',
    ];
    const templates = contents.map((content) => ({ content }));
    const [category] = renderTemplates(asset(templates), undefined, alice);
    expect(category?.templates).toEqual([{ content: 'Alice <alice@example.com>' }, { content: 'x' }]);
  });

  it.each([
    ['{{worker}}', ['worker']],
    ['{{ worker }}{{\tcustomer.fields.a \n}}', ['worker', 'customer.fields.a']],
    ['{{}} {{ }}', ['', '']],
    ['{{a b}}', ['a b']],
    ['{{{worker}}}', ['worker']],
    ['{{a{{b}}', ['b']],
    ['{{a}b}} {{a} }', []],
  ])('%j has the placeholders %j', (content, names) => {
    expect([...content.matchAll(placeholder)].map(([, name]) => name)).toEqual(names);
  });

  // Each took minutes and more where the time grew with the square of the length.
  it.each([
    ['{{'.repeat(200_000)],
    [`{{${' '.repeat(400_000)}`],
    [`{{${' '.repeat(400_000)}}`],
    [`{{a${' '.repeat(400_000)}b}}`],
    [`{{${'a '.repeat(200_000)}`],
    ['{{a '.repeat(100_000)],
    [`{{${'a'.repeat(400_000)}}`],
  ])('are found in linear time (case %#)', (content) => {
    expect([...content.matchAll(placeholder)].length).toBeLessThanOrEqual(1);
    expect(render([{ content }]).length).toBeLessThanOrEqual(1);
  });

  it('never print an empty placeholder, and print values as they are', () => {
    const value = fc.oneof(fc.string(), fc.constantFrom('$&', '$1', '$$', '$`', '{{worker}}', 'undefined'));
    const piece = fc.oneof(
      fc.constantFrom(
        '{{customer.display_name}}',
        '{{customer.fields.a}}',
        '{{customer.fields.b}}',
        '{{ worker }}',
      ),
      fc.string().filter((text) => !/[{}]/.test(text)),
    );
    fc.assert(
      fc.property(fc.array(piece), value, fc.option(value, { nil: undefined }), (pieces, name, a) => {
        const given = { display_name: name, fields: { ...(a !== undefined && { a }) } };
        const rendered = render([{ content: pieces.join('') }], given);
        const values: Record<string, string | undefined> = {
          '{{customer.display_name}}': name,
          '{{customer.fields.a}}': a,
          '{{ worker }}': 'Alice',
        };
        const filled = pieces.map((part) => (part.startsWith('{{') ? values[part]?.trim() : part));
        const complete = pieces.every((part, i) => !part.startsWith('{{') || filled[i]);
        expect(rendered).toEqual(complete ? [filled.join('')] : []);
      }),
    );
  });

  it('stay within 64 KB', () => {
    const categories = Array.from({ length: 20 }, (_, i) => ({
      display_name: `Category ${i}`,
      templates: Array.from({ length: 10 }, () => ({
        content: `{{customer.display_name}} ${'ü'.repeat(300)}`,
      })),
    }));
    const rendered = renderTemplates({ categories }, customer({ display_name: '"'.repeat(256) }), alice);
    expect(Buffer.byteLength(JSON.stringify(rendered))).toBeLessThanOrEqual(64 * 1024);
    expect(Buffer.byteLength(JSON.stringify(rendered))).toBeGreaterThan(60 * 1024);
  });
});
