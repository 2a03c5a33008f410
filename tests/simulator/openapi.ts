import Ajv, { type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import {
  ApiDescription,
  describedHosts,
  type Operation,
  type Schema,
} from '../../simulator/twilio/http/openapi';
import type { RestAnswer, RestRequest } from '../../simulator/twilio/http/request';

type Json = Record<string, unknown>;

/** What Twilio describes nowhere: see `tokenResources` of the local Twilio. */
const undescribed = /^iam\.twilio\.com\/v1\/Accounts\/AC\w+\/Tokens\/validate$/;

/** Twilio's own description of its REST API, as it comes with the Twilio CLI. */
export class TwilioOpenApi {
  readonly #ajv = new Ajv({ strict: false, allErrors: true, coerceTypes: false });
  readonly #validators = new Map<string, ValidateFunction>();

  constructor() {
    addFormats(this.#ajv);
    for (const name of [
      'uri-map',
      'date-time-rfc-2822',
      'currency',
      'decimal',
      'phone-number',
      'phone-number-capabilities',
      'http-method',
    ])
      this.#ajv.addFormat(name, true);
    for (const host of describedHosts) {
      const components = tolerable(withNullablePackages(describe(host).components)) as Json;
      this.#ajv.addSchema({ $id: host, components });
    }
  }

  /**
   * Holds a request and its answer against the description.
   *
   * @returns everything that is wrong, in sentences
   */
  check(request: RestRequest, answer: RestAnswer): string[] {
    const what = `${request.method} ${request.host}${request.path}`;
    if (undescribed.test(`${request.host}${request.path}`)) return [];
    const operation = describedHosts.includes(request.host)
      ? describe(request.host).operation(request)
      : undefined;
    if (!operation) return [`${what} is not in Twilio's API`];
    const problems = this.#checkRequest(request, operation);
    if (answer.status < 400) problems.push(...this.#checkAnswer(request.host, answer, operation));
    else problems.push(...checkError(answer));
    return problems.map((problem) => `${what}: ${problem}`);
  }

  #checkRequest(request: RestRequest, operation: Operation): string[] {
    const { host, query, form, lists = {} } = request;
    const api = describe(host);
    const described = api.parameters(operation);
    const unknown = api.unknownParameters(request, operation);
    return [
      ...unknown.query.map((name) => `query parameter ${name} is unknown`),
      ...unknown.form.map((name) => `form parameter ${name} is unknown`),
      ...this.#checkValues(host, query, described.query),
      ...this.#checkValues(host, { ...form, ...lists }, described.form),
      ...described.required.form.filter((name) => !(name in form)).map((name) => `${name} is missing`),
    ];
  }

  #checkValues(host: string, given: Json, described: Record<string, Schema>): string[] {
    return Object.entries(given).flatMap(([name, value]) => {
      const schema = described[name];
      if (!schema) return [];
      return this.#validate(host, schema, typed(schema, value)).map((problem) => `${name} ${problem}`);
    });
  }

  #checkAnswer(host: string, { status, body }: RestAnswer, { responses }: Operation): string[] {
    const response = responses[String(status)];
    if (!response) return [`status ${status} is none of ${Object.keys(responses).join(', ')}`];
    const schema = response.content?.['application/json']?.schema;
    if (!schema) return body === '' ? [] : ['the answer should have no body'];
    return [...this.#validate(host, schema, body), ...this.#checkShape(host, schema, body, '')];
  }

  /** Every property that is described must be there, and no other. */
  #checkShape(host: string, schema: Schema, value: unknown, path: string): string[] {
    const { properties, items } = describe(host).resolve(schema);
    if (Array.isArray(value) && items) {
      return value.flatMap((one, i) => this.#checkShape(host, items, one, `${path}[${i}]`));
    }
    if (!properties || typeof value !== 'object' || value === null) return [];
    const missing = Object.keys(properties).filter((name) => !(name in value));
    const unknown = Object.keys(value).filter((name) => !(name in properties));
    return [
      ...missing.map((name) => `${path}.${name} is missing`),
      ...unknown.map((name) => `${path}.${name} is unknown`),
      ...Object.entries(value).flatMap(([name, one]) =>
        properties[name] ? this.#checkShape(host, properties[name], one, `${path}.${name}`) : [],
      ),
    ];
  }

  #validate(host: string, schema: Schema, value: unknown): string[] {
    const key = host + JSON.stringify(schema);
    let validate = this.#validators.get(key);
    if (!validate) {
      const text = JSON.stringify(tolerable(schema))
        .replaceAll('"#/components', `"${host}#/components`)
        // The oldest API answers paths, in its description's own examples too.
        .replaceAll(
          '"format":"uri"',
          host === 'api.twilio.com' ? '"format":"uri-reference"' : '"format":"uri"',
        );
      validate = this.#ajv.compile(JSON.parse(text) as Json);
      this.#validators.set(key, validate);
    }
    if (validate(value)) return [];
    return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
  }
}

function describe(host: string): ApiDescription {
  return ApiDescription.of(host) as ApiDescription;
}

/** Form and query fields are text; what they stand for has a type. */
function typed(schema: Schema, value: unknown): unknown {
  if (schema.type === 'array') return Array.isArray(value) ? value : [value];
  if (schema.type === 'integer' || schema.type === 'number') return Number(value);
  if (schema.type === 'boolean') return value === 'true' ? true : value === 'false' ? false : value;
  return value;
}

/** `nullable` is OpenAPI's, not JSON Schema's, where it has no type beside it. */
function tolerable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(tolerable);
  if (typeof value !== 'object' || value === null) return value;
  const { nullable, ...rest } = value as Json;
  const copy = Object.fromEntries(Object.entries(rest).map(([name, one]) => [name, tolerable(one)]));
  if (nullable !== true) return copy;
  if (typeof copy.type === 'string') return { ...copy, nullable };
  return '$ref' in copy ? { anyOf: [copy, { type: 'null' }] } : copy;
}

/** Lookup v2 answers null for what was not asked for or found, in its description's own examples too. */
function withNullablePackages(components: ApiDescription['components']): object {
  const { LookupResponse: lookup, ...schemas } = components.schemas;
  if (!lookup) return components;
  const properties = Object.entries(lookup.properties ?? {});
  const nullable = properties.map(([name, one]) => [
    name,
    one.$ref || one.type === 'array' ? { ...one, nullable: true } : one,
  ]);
  return {
    ...components,
    schemas: { ...schemas, LookupResponse: { ...lookup, properties: Object.fromEntries(nullable) } },
  };
}

function checkError({ status, body }: RestAnswer): string[] {
  const { code, message, more_info, status: given } = body as Json;
  const good =
    typeof code === 'number' &&
    typeof message === 'string' &&
    typeof more_info === 'string' &&
    given === status;
  return good ? [] : ['the error has not the shape of Twilio’s errors'];
}
