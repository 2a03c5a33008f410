import { getCountries } from 'libphonenumber-js';
import { fold } from '../../lib/text';

/** The languages in which a CRM may write the names of countries and languages. */
const writtenIn = ['en', 'es', 'fr', 'de', 'pt', 'it', 'nl'];
const languages =
  'ar bg bn cs da de el en es et fa fi fr he hi hr hu id it ja ko lt lv ms nb nl pl pt ro ru sk sl sr sv th tl tr uk ur vi zh'.split(
    ' ',
  );
const otherNames: Readonly<Record<string, string>> = {
  usa: 'US',
  'u.s.': 'US',
  'u.s.a.': 'US',
  'united states of america': 'US',
  america: 'US',
  uk: 'GB',
  'great britain': 'GB',
  england: 'GB',
  'korea, republic of': 'KR',
};

const countries = nameTable('region', getCountries(), otherNames);
const languageTags = nameTable('language', languages, {});

/** @returns the ISO 3166 code of a country that is written as a code or a name; other text unchanged */
export function readCountry(text: string): string {
  return countries().get(fold(text)) ?? text;
}

/** @returns the BCP 47 tag of a language that is written as a tag, as `en_US`, or as a name; other text unchanged */
export function readLanguage(text: string): string {
  return languageTags().get(fold(text)) ?? text.replaceAll('_', '-');
}

function nameTable(
  type: 'region' | 'language',
  codes: readonly string[],
  others: Readonly<Record<string, string>>,
): () => ReadonlyMap<string, string> {
  let table: Map<string, string> | undefined;
  return () => {
    if (table) return table;
    table = new Map(Object.entries(others));
    for (const locale of writtenIn) {
      const names = new Intl.DisplayNames(locale, { type });
      for (const code of codes) table.set(fold(names.of(code) ?? code), code);
    }
    for (const code of codes) table.set(fold(code), code);
    return table;
  };
}
