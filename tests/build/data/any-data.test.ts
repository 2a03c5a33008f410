import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv from 'ajv';
import fc from 'fast-check';
import {
  type AssetName,
  assetNames,
  compileData,
  formatProblems,
  type Sources,
} from '../../../build/data/compile';
import { decodeText } from '../../../build/data/encoding';
import { jsonSchemas } from '../../../build/data/json-schemas';
import { projectRoot } from '../../support/project';
import { sample } from './spoiled';

describe('the data', () => {
  it('may be anything at all without the check failing', () => {
    const json = fc.oneof(fc.json(), fc.string(), fc.constant(undefined));
    fc.assert(
      fc.property(json, json, json, (customers, routing, templates) => {
        const { problems, assets } = compileData({
          'customers.private.json': customers,
          'routing.private.json': routing,
          'templates.private.json': templates,
        });
        expect(problems.length > 0).toBe(assets.size === 0);
        expect(formatProblems(problems)).toContain('problem');
      }),
    );
  });

  it('is read from its bytes where they are UTF-8, and only there', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 12 }),
      fc.array(
        fc.constantFrom(0x22, 0xc3, 0xa9, 0xef, 0xbf, 0xbd, 0xbb, 0xed, 0xa0, 0x80, 0xf0, 0x9f, 0x91, 0x8d),
      ),
    );
    fc.assert(
      fc.property(bytes, (given) => {
        const file = Uint8Array.from([0x22, 0x22, ...given]);
        const decoded = decodeText(file);
        let expected: string | undefined;
        try {
          expected = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(file);
        } catch {
          const [, offset] = /\(byte (\d+) of/.exec('problem' in decoded ? decoded.problem : '') ?? [];
          const before = file.subarray(0, Number(offset));
          expect(() => new TextDecoder('utf-8', { fatal: true }).decode(before)).not.toThrow();
        }
        expect('text' in decoded ? decoded.text : undefined).toBe(expected);
      }),
      { numRuns: 2_000 },
    );
  });

  it('may have any value in any place without the check failing', () => {
    const places: string[][] = [];
    const walk = (value: unknown, keys: string[]): void => {
      places.push(keys);
      if (typeof value !== 'object' || value === null) return;
      for (const [key, child] of Object.entries(value)) walk(child, [...keys, key]);
    };
    const parsed = Object.fromEntries(assetNames.map((name) => [name, JSON.parse(sample[name]) as unknown]));
    walk(parsed, []);
    const deep = places.filter((keys) => keys.length > 1);
    fc.assert(
      fc.property(fc.constantFrom(...deep), fc.jsonValue(), (keys, value) => {
        const copy = structuredClone(parsed);
        let parent = copy as Record<string, unknown>;
        for (const key of keys.slice(0, -1)) parent = parent[key] as Record<string, unknown>;
        parent[keys.at(-1) as string] = value;
        const sources = Object.fromEntries(assetNames.map((name) => [name, JSON.stringify(copy[name])]));
        expect(() => compileData(sources as Sources)).not.toThrow();
      }),
      { numRuns: 500 },
    );
  });

  it('is described by the JSON Schemas that editors pick up', () => {
    for (const [name, text] of jsonSchemas()) {
      expect(readFileSync(join(projectRoot, 'schemas', name), 'utf8')).toBe(text);
      const asset = sample[name.replace('.schema.json', '.private.json') as AssetName];
      expect(JSON.parse(asset)).toMatchObject({ $schema: `../schemas/${name}` });
    }
  });
});

describe('the JSON Schemas', () => {
  const validator = (name: AssetName) => {
    const text = jsonSchemas().get(name.replace('.private.json', '.schema.json')) ?? '';
    return new Ajv({ strict: true, allowUnionTypes: true }).compile(JSON.parse(text));
  };

  it('take the sample', () => {
    for (const name of assetNames) {
      const validate = validator(name);
      validate(JSON.parse(sample[name]));
      expect([name, validate.errors]).toEqual([name, null]);
    }
  });

  it('take ids and fields that are numbers, and refuse slips where the check does', () => {
    const validate = validator('customers.private.json');
    const customer = { customer_id: 7, display_name: 'Ann', channels: [], fields: { seats: 12 } };
    expect(validate({ customers: [customer] })).toBe(true);
    expect(validate({ customers: [{ ...customer, chanels: [] }] })).toBe(false);
    expect(validate({ customers: [{ ...customer, channels: [{ type: 'fax', value: '1' }] }] })).toBe(false);
    expect(validate({ customers: [{ ...customer, country: 'us' }] })).toBe(false);
    expect(validate({ customers: [{ ...customer, country: null, links: null, fields: null }] })).toBe(true);
    expect(validate({ customers: [{ ...customer, display_name: null }] })).toBe(false);
  });
});
