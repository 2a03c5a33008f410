import { type ChannelType, channelTypes } from '../../lib/model';
import { fold, isClose } from '../../lib/text';

/** What a cell can say about a customer. */
export type Field =
  | ChannelType
  | (typeof singleFields)[number]
  /** A value for templates. */
  | `fields.${string}`;

const singleFields = [
  'customer_id',
  'display_name',
  'first_name',
  'middle_name',
  'last_name',
  'company',
  'worker',
  'language',
  'country',
  'avatar',
  'details.title',
  'details.content',
] as const;

/**
 * The columns' names by field, without case, accents, spaces and punctuation; those that come first are preferred. They
 * are those of Excel sheets, of Google Contacts, and of exports from Salesforce and HubSpot.
 *
 * @see https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_contact.htm
 * @see https://knowledge.hubspot.com/import-and-export/set-up-your-import-file
 */
export const columnNames: Readonly<Record<Exclude<Field, `fields.${string}`>, readonly string[]>> = {
  customer_id: [
    ...['customerid', 'contactid', 'recordid', 'recordidcontact', 'id', 'clientid', 'crmid', 'externalid'],
    ...['leadid', 'accountid', 'customernumber'],
  ],
  display_name: ['displayname', 'fullname', 'contactname', 'customername', 'clientname', 'name'],
  first_name: ['firstname', 'givenname', 'forename'],
  middle_name: ['middlename', 'additionalname'],
  last_name: ['lastname', 'surname', 'familyname'],
  company: ['company', 'companyname', 'accountname', 'organization', 'organizationname', 'organisation'],
  worker: [
    ...['worker', 'owneridentity', 'owneremail', 'contactowneremail', 'contactowner', 'recordowner', 'owner'],
    ...['accountowneremail', 'accountowner', 'leadowner', 'assignedto', 'salesrep'],
  ],
  sms: [
    ...['sms', 'mobile', 'mobilephone', 'mobilephonenumber', 'mobilenumber', 'cell', 'cellphone'],
    ...[
      'phone',
      'phonenumber',
      'primaryphone',
      'telephone',
      'tel',
      'phonevalue',
      'businessphone',
      'workphone',
    ],
    ...['homephone', 'otherphone'],
  ],
  whatsapp: ['whatsapp', 'whatsappnumber', 'whatsappphonenumber'],
  chat: ['chat', 'chatidentity'],
  email: ['email', 'emailaddress', 'emailvalue', 'primaryemail', 'workemail', 'mail'],
  messenger: ['messenger', 'messengerid'],
  language: ['language', 'preferredlanguage', 'languagecode', 'locale', 'lang'],
  country: ['country', 'countrycode', 'countryregion', 'mailingcountry', 'mailingcountrycode'],
  avatar: ['avatar', 'avatarurl', 'photourl', 'pictureurl'],
  'details.title': ['detailstitle'],
  'details.content': ['detailscontent', 'details'],
};

/** A column of the file, and what its cells say; nothing when it is not imported. */
export interface Column {
  name: string;
  fields: Field[];
}

/** A column that is named on the command line does not exist, or what it is to be. */
export class UnknownColumn extends Error {}

/**
 * Finds out what each column says.
 *
 * @param given lines such as `Phone=sms,whatsapp`, `Plan=fields.plan` or `Fax=ignore`, which go first
 * @param templateFields the names of `fields` that customers have already
 * @throws UnknownColumn for a line of `given` that names no column, or no field
 */
export function mapColumns(
  header: readonly string[],
  given: readonly string[],
  templateFields: readonly string[],
): Column[] {
  const asked = new Map(given.map((line) => readMapping(line, header)));
  const taken = new Set<Field>([...asked.values()].flat());
  const columns = header.map((name): Column => ({ name, fields: asked.get(name) ?? [] }));
  const free = columns.filter(({ name }) => !asked.has(name));
  for (const [field, names] of Object.entries(columnNames) as [Field, string[]][]) {
    const found = names.flatMap((known) => free.filter(({ name }) => bareName(name) === known));
    const isList = channelTypes.some((type) => type === field);
    for (const column of isList ? found : found.slice(0, taken.has(field) ? 0 : 1)) column.fields.push(field);
  }
  for (const column of free) {
    if (column.fields.length > 0) continue;
    const [, named] = /^fields\.([\w-]+)$/.exec(column.name) ?? [];
    const known =
      named ??
      templateFields.find((field) => column.name === `fields.${field}`) ??
      templateFields.find((field) => bareName(field) === bareName(column.name));
    if (known !== undefined && !taken.has(`fields.${known}`)) column.fields.push(`fields.${known}`);
  }
  return columns;
}

/** @returns `phone` for `Phone 2`, `emailvalue` for `E-mail 1 - Value` */
function bareName(name: string): string {
  return fold(name)
    .replace(/[^\p{L}\p{N}]/gu, '')
    .replace(/\d+(?=(value)?$)/, '');
}

function readMapping(line: string, header: readonly string[]): [string, Field[]] {
  const at = line.lastIndexOf('=');
  const wanted = line.slice(0, Math.max(at, 0)).trim();
  if (at < 0) throw new UnknownColumn(`--map ${JSON.stringify(line)} is not COLUMN=FIELD`);
  const column = header.find((name) => name === wanted) ?? header.find((name) => fold(name) === fold(wanted));
  if (column === undefined) {
    const close = header.find((name) => isClose(name, wanted));
    const hint = close === undefined ? `the columns are: ${header.join(', ')}` : `did you mean ${close}?`;
    throw new UnknownColumn(`there is no column ${JSON.stringify(wanted)}: ${hint}`);
  }
  const targets = line
    .slice(at + 1)
    .split(',')
    .map((target) => target.trim());
  if (targets.length === 1 && targets[0] === 'ignore') return [column, []];
  return [column, targets.map(readField)];
}

function readField(target: string): Field {
  if (/^fields\.[\w-]+$/.test(target)) return target as Field;
  const known = Object.keys(columnNames) as Field[];
  const field = known.find((one) => one === target);
  if (field !== undefined) return field;
  const close = known.find((one) => isClose(one, target));
  const hint = close === undefined ? `${known.join(', ')}, fields.NAME or ignore` : `did you mean ${close}?`;
  throw new UnknownColumn(`there is no field ${JSON.stringify(target)}: ${hint}`);
}
