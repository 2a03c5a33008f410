import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { columnNames } from '../../build/data-import/columns';
import type { ImportOptions } from '../../build/data-import/plan-import';
import { customers, plan, type ReadPlan, written } from '../support/csv-import';
import { projectRoot } from '../support/project';

const rene = { display_name: 'René Müller €', channels: [{ type: 'sms', value: '+12125550103' }] };

/** @returns the text in UTF-32, the low bytes first */
const utf32 = (text: string): Buffer =>
  Buffer.from(Uint32Array.from([...text], (one) => one.codePointAt(0) ?? 0).buffer);

describe('the encoding of a file', () => {
  const csv = 'Id;Name;Phone\r\n1003;René Müller €;(212) 555-0103\r\n';
  const latin = Buffer.from(csv.replace('€', '\u0080'), 'latin1');
  const wide = Buffer.from(csv, 'utf16le');
  // In its beginning, most characters have no zero byte in UTF-16.
  const foreign = csv
    .replace('Phone', `Phone;${'Последнее обращение клиента '.repeat(6)}`)
    .replace('0103', '0103;');

  it.each([
    ['utf-8', 'UTF-8', Buffer.from(csv)],
    ['utf-8', 'UTF-8 with a byte order mark', Buffer.from(`\uFEFF${csv}`)],
    ['windows-1252', 'the Windows code page', latin],
    ['utf-16le', 'UTF-16, as Excel writes it', Buffer.from(`\uFEFF${csv}`, 'utf16le')],
    ['utf-16le', 'UTF-16 without a mark', wide],
    ['utf-16be', 'UTF-16 in the other byte order', Buffer.from(`\uFEFF${csv}`, 'utf16le').swap16()],
    ['utf-16be', 'that without a mark', Buffer.from(wide).swap16()],
    ['utf-16le', 'UTF-16 with few Latin letters, without a mark', Buffer.from(foreign, 'utf16le')],
    ['utf-16be', 'that in the other byte order', Buffer.from(foreign, 'utf16le').swap16()],
  ])('is recognized as %s: %s', async (encoding, _title, bytes) => {
    const result = await plan(bytes);
    expect(result).toMatchObject({ encoding, delimiter: ';', rows: 1, badRows: [], warnings: [] });
    expect(written(result).at(-1)).toEqual({ customer_id: '1003', ...rene });
  });

  it('is Latin-1 where the bytes are no UTF-8: Latin-1 is a part of the Windows code page', async () => {
    const result = await plan(Buffer.from('Id,Name,Phone\n1003,José Ñandú,2125550103', 'latin1'));
    expect(result.encoding).toBe('windows-1252');
    expect(written(result).at(-1)?.display_name).toBe('José Ñandú');
  });

  it('leaves a NUL byte out where it is given', async () => {
    const result = await plan('Id,Name\n1003,Ja\0ne\n', { encoding: 'utf-8' });
    expect(written(result).at(-1)).toMatchObject({ customer_id: '1003', display_name: 'Jane' });
  });

  it('can be given', async () => {
    const cyrillic = Buffer.from([
      ...Buffer.from('Id,Name,Phone\n1003,'),
      0xce,
      0xeb,
      0xfc,
      0xe3,
      0xe0,
      0x2c,
    ]);
    const result = await plan(cyrillic, { encoding: 'windows-1251' });
    expect(written(result).at(-1)?.display_name).toBe('Ольга');
  });

  it.each<[string, Uint8Array, ImportOptions, string]>([
    ['a workbook', Buffer.from('PK\x03\x04…'), {}, 'is an Excel workbook: save it in Excel as "CSV UTF-8'],
    [
      'UTF-8 with a wrong byte',
      Buffer.concat([Buffer.from('Id,Name\n1,Søren Kjær Ærø\n2,'), Buffer.from([0xe9, 0x0a])]),
      {},
      'is not UTF-8: byte 0xE9 at line 3, column 3 (byte 31 of the file), but most of it is',
    ],
    ['a wrong encoding', Buffer.from([0xe9]), { encoding: 'utf-8' }, 'is not utf-8: leave out --encoding'],
    ['an unknown encoding', Buffer.from('x'), { encoding: 'utf-99' }, 'there is no such encoding'],
    [
      'UTF-8 with a mark and a wrong byte',
      Buffer.from([0xef, 0xbb, 0xbf, 0x49, 0x64, 0xe9, 0x0a]),
      {},
      'begins as utf-8, but is damaged: save it as UTF-8, or give --encoding',
    ],
    [
      'UTF-16 of odd length',
      Buffer.from('\uFEFFId\n', 'utf16le').subarray(0, 7),
      {},
      'begins as utf-16le, but',
    ],
    ['UTF-32', utf32('\uFEFFId,Name\n'), {}, 'is UTF-32, which is not supported: save it as UTF-8'],
    ['UTF-32 without a mark', utf32('Id,Name\n'), {}, 'is UTF-32'],
    ['UTF-32 in the other byte order', utf32('\uFEFFId,Name\n').swap32(), {}, 'is UTF-32'],
    ['UTF-32 in that order without a mark', utf32('Id,Name\n').swap32(), {}, 'is UTF-32'],
    [
      'UTF-8 with a NUL byte',
      Buffer.from('Id,Name\r\n1,Søren\r\n2,Ja\0ne\r\n'),
      {},
      'has a NUL byte at line 3, column 5: remove it, or let it be left out with --encoding utf-8; if the file is UTF-16, save it as UTF-8',
    ],
    [
      'an even number of them',
      Buffer.from('Id,Name\n1,\0Ja\0\0\0ne\n'),
      {},
      'has a NUL byte at line 2, column 3: ',
    ],
    [
      'UTF-8 with a mark and one',
      Buffer.from('\uFEFFId,Na\0me\n'),
      {},
      'has a NUL byte at line 1, column 6: ',
    ],
    [
      'the Windows code page with one, far from the beginning',
      Buffer.from(`Id,Name\n${'1,José\n'.repeat(100)}2,Ja\0ne\n`, 'latin1'),
      {},
      'has a NUL byte at line 102, column 5: remove it, or let it be left out with --encoding windows-1252;',
    ],
    ['nothing', Buffer.from('\n\n'), {}, 'is empty: its first line must name the columns'],
  ])('is not guessed for %s', async (_title, bytes, options, message) => {
    await expect(plan(bytes, options)).rejects.toThrow(message);
  });
});

describe('the form of a file', () => {
  it.each([
    [',', 'Id,Name,Phone\n1003,"Doe, Jane",+12125550103'],
    [';', 'Id;Name;Phone\n1003;Doe, Jane;+12125550103'],
    ['\t', 'Id\tName\tPhone\n1003\tDoe, Jane\t+12125550103'],
    ['|', 'Id|Name|Phone\n1003|Doe, Jane|+12125550103'],
    [';', 'sep=;\r\nId;Name;Phone\r\n1003;Doe, Jane;+12125550103\r\n'],
    [';', '"Id, of the CRM, old, very old";Customer ID;Name;Phone\n1;1003;Doe, Jane;+12125550103'],
  ])('has its delimiter recognized: %j in %j', async (delimiter, csv) => {
    const result = await plan(csv);
    expect(result).toMatchObject({ delimiter, badRows: [] });
    expect(written(result).at(-1)).toMatchObject({ customer_id: '1003', display_name: 'Doe, Jane' });
  });

  it('can have another delimiter, which is given', async () => {
    const result = await plan('Id~Name~Phone\n1003~Jane Doe~+12125550103', { delimiter: '~' });
    expect(written(result).at(-1)).toMatchObject({ customer_id: '1003' });
  });

  it('has line breaks in cells, and the lines of bad rows are those of the file', async () => {
    const rows = [
      'sep=,',
      'Id,Name,Phone,details.content',
      '',
      '1003,"Jane\r\nDoe",+12125550103,"One\r\nTwo ""quoted""\r\nThree"',
      ',,,',
      '1004,Bad,12,',
      '1005,"Also\r\nbad",13,',
    ];
    const result = await plan(rows.join('\r\n'));
    expect(result.badRows.map(({ line, name }) => [line, name])).toEqual([
      [9, 'Bad'],
      [10, 'Also bad'],
    ]);
    const good = await plan(rows.slice(0, 5).join('\r\n'));
    expect(written(good).at(-1)).toMatchObject({
      display_name: 'Jane Doe',
      details: { title: 'details.content', content: 'One\nTwo "quoted"\nThree' },
    });
  });

  it('ends before the footer of a Salesforce report', async () => {
    const footer = ['', '"Contacts of May"', '"Copyright (c) salesforce.com, inc."', '"Confidential"'];
    const result = await plan(['"Contact ID","Full Name"', '"003","Jane Doe"', ...footer].join('\n'));
    expect(result).toMatchObject({ rows: 1, badRows: [], customers: [{ customer_id: '003' }] });
  });

  it('names the row in which a quotation mark is never closed', async () => {
    await expect(plan('Id,Name\n1,"a\nb"\n2,"Jane\n3,Joe\n')).rejects.toThrow(
      'has a quotation mark that is never closed, in the row that begins on line 4',
    );
  });
});

describe('what nobody sees in a cell', () => {
  it('is left out: control characters, and white space around', async () => {
    const result = await plan('Id,\u0007Name,Phone\n\u00a01003 ,\u001b[31mJane\u200b,="+1 212 555 0103"');
    expect(written(result).at(-1)).toEqual({
      customer_id: '1003',
      display_name: '[31mJane',
      channels: [{ type: 'sms', value: '+12125550103' }],
    });
  });
});

describe('the columns of a file', () => {
  const fieldsOf = ({ columns }: ReadPlan) =>
    Object.fromEntries(columns.map(({ name, fields }) => [name, fields.join(' ')]));

  it('are those of Salesforce', async () => {
    const header =
      'Salutation,First Name,Last Name,Account Name,Phone,Mobile,Fax,Email,Account Owner,Contact Owner,Contact ID,Account ID,Mailing Country';
    expect(fieldsOf(await plan(`${header}\n`))).toEqual({
      Salutation: '',
      'First Name': 'first_name',
      'Last Name': 'last_name',
      'Account Name': 'company',
      Phone: 'sms',
      Mobile: 'sms',
      Fax: '',
      Email: 'email',
      'Account Owner': '',
      'Contact Owner': 'worker',
      'Contact ID': 'customer_id',
      'Account ID': '',
      'Mailing Country': 'country',
    });
  });

  it('are those of HubSpot', async () => {
    const header =
      'Record ID,First Name,Last Name,Email,Phone Number,Mobile Phone Number,WhatsApp Phone Number,Contact owner,Country/Region,Preferred language,Lead Status';
    expect(fieldsOf(await plan(`${header}\n`))).toEqual({
      'Record ID': 'customer_id',
      'First Name': 'first_name',
      'Last Name': 'last_name',
      Email: 'email',
      'Phone Number': 'sms',
      'Mobile Phone Number': 'sms',
      'WhatsApp Phone Number': 'whatsapp',
      'Contact owner': 'worker',
      'Country/Region': 'country',
      'Preferred language': 'language',
      'Lead Status': '',
    });
  });

  it('are those of the data, with what templates use', async () => {
    expect(fieldsOf(await plan('customer_id,sms 2,E-mail 1 - Value,Plan,fields.tier\n'))).toEqual({
      customer_id: 'customer_id',
      'sms 2': 'sms',
      'E-mail 1 - Value': 'email',
      Plan: 'fields.plan',
      'fields.tier': 'fields.tier',
    });
  });

  it('can be named, one for several fields too', async () => {
    const map = [
      'phone=sms,whatsapp',
      'Id=ignore',
      'Nr=customer_id',
      'Tier=fields.tier',
      'Note=details.content',
    ];
    const result = await plan('Id,Nr,Name,Phone,Tier,Note\n5,1003,Jane,+12125550103,A,VIP', { map });
    expect(written(result).at(-1)).toEqual({
      customer_id: '1003',
      display_name: 'Jane',
      channels: [
        { type: 'sms', value: '+12125550103' },
        { type: 'whatsapp', value: '+12125550103' },
      ],
      details: { title: 'Note', content: 'VIP' },
      fields: { tier: 'A' },
    });
  });

  it('are all in the table of docs/data.md, in the order in which they are preferred', () => {
    const [, table = ''] = readFileSync(join(projectRoot, 'docs/data.md'), 'utf8').split(
      '| field | columns |',
    );
    const rows = [...table.matchAll(/^\| `([\w.]+)` \| (.+) \|$/gm)];
    const bare = (name: string): string => name.toLowerCase().replace(/[^a-z]/g, '');
    const documented = rows.map(([, field = '', names = '']) => [field, names.split(', ').map(bare)]);
    expect(Object.fromEntries(documented)).toEqual(columnNames);
  });

  it.each([
    ['Phon=sms', 'there is no column "Phon": did you mean Phone?'],
    ['Beeper=sms', 'there is no column "Beeper": the columns are: Id, Name, Phone'],
    ['Phone=smss', 'there is no field "smss": did you mean sms?'],
    ['Phone', '--map "Phone" is not COLUMN=FIELD'],
  ])('are not guessed where --map is wrong: %s', async (line, message) => {
    await expect(plan('Id,Name,Phone\n', { map: [line] })).rejects.toThrow(message);
  });

  it('must have an id or an address', async () => {
    await expect(plan('Name,Beeper\nJane,12')).rejects.toThrow(
      'has no column with an id or an address. Its columns are: Name, Beeper.',
    );
  });

  it('may lack all but the id and what changes', async () => {
    const result = await plan('Id,Owner\n1002,BOB@example.com');
    expect(result.text).toBe(
      customers.replace('"primary": true }]', '"primary": true }],\n      "worker": "bob@example.com"'),
    );
  });
});
