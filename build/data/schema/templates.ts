import * as v from 'valibot';
import { messageLimit, placeholder } from '../../../lib/templates/render';
import { flag, language, name, schemaLink, text } from './fields';
import { message } from './messages';
import { optional, type Shapes } from './shapes';

/** @returns the schema of the templates' file */
export function defineTemplates({ object, list, part }: Shapes) {
  return object({
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
                    message('is not a Content SID', 'write HX and 32 hexadecimal digits'),
                  ),
                  v.description('The Content template with this text, for outbound WhatsApp messages'),
                ),
              ),
              language: optional(
                v.pipe(
                  language,
                  v.description('The language of the customers that it is for; all customers when left out'),
                ),
              ),
            }),
          ),
          [],
        ),
      }),
    ),
  });
}

/** Counts a template's own characters: what its placeholders add is only known when it is rendered. */
function countCharacters(value: string): number {
  return [...value.replace(placeholder, '')].length;
}
