import { readFileSync } from 'node:fs';
import Ajv, { type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import type { RestAnswer, RestRequest } from '../../simulator/twilio/http/route';

type Json = Record<string, unknown>;

interface Schema extends Json {
  $ref?: string;
  type?: string;
  properties?: Record<string, Schema>;
  items?: Schema;
  required?: string[];
}

interface Operation {
  parameters?: { name: string; in: string; schema: Schema; required?: boolean }[];
  requestBody?: { content: Record<string, { schema: Schema }> };
  responses: Record<string, { content?: Record<string, { schema: Schema }> }>;
}

interface Specification {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
}

const files: Record<string, string> = {
  'conversations.twilio.com': 'twilio_conversations_v1',
  'frontline-api.twilio.com': 'twilio_frontline_v1',
  'flex-api.twilio.com': 'twilio_flex_v1',
  'taskrouter.twilio.com': 'twilio_taskrouter_v1',
  'sync.twilio.com': 'twilio_sync_v1',
  'content.twilio.com': 'twilio_content_v1',
  'api.twilio.com': 'twilio_api_v2010',
};

/** What Twilio describes nowhere: see `tokenResources` of the local Twilio. */
const undescribed = /^iam\.twilio\.com\/v1\/Accounts\/AC\w+\/Tokens\/validate$/;

/** Header parameters that are no part of a form or query. */
const form = 'application/x-www-form-urlencoded';

/** Twilio's own description of its REST API, as it comes with the Twilio CLI. */
export class TwilioOpenApi {
  readonly #specifications = new Map<string, Specification>();
  readonly #ajv = new Ajv({ strict: false, allErrors: true, coerceTypes: false });
  readonly #validators = new Map<string, ValidateFunction>();

  constructor() {
    addFormats(this.#ajv);
    for (const name of ['uri-map', 'date-time-rfc-2822', 'currency', 'decimal', 'phone-number'])
      this.#ajv.addFormat(name, true);
    for (const [host, file] of Object.entries(files)) {
      const path = require.resolve(`@twilio/cli-core/src/services/twilio-api/${file}.json`);
      const specification = JSON.parse(readFileSync(path, 'utf8')) as Specification;
      this.#specifications.set(host, specification);
      this.#ajv.addSchema({ $id: host, components: tolerable(specification.components) as Json });
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
    const operation = this.#find(request);
    if (!operation) return [`${what} is not in Twilio's API`];
    const problems = this.#checkRequest(request, operation);
    if (answer.status < 400) problems.push(...this.#checkAnswer(request.host, answer, operation));
    else problems.push(...checkError(answer));
    return problems.map((problem) => `${what}: ${problem}`);
  }

  #find({ host, path, method }: RestRequest): Operation | undefined {
    const paths = Object.entries(this.#specifications.get(host)?.paths ?? {});
    const fits = ([template]: [string, unknown]): boolean =>
      new RegExp(`^${template.replace(/\{\w+\}/g, '[^/]+')}$`).test(path);
    // A fixed path goes before one with a variable part.
    const matching = paths.filter(fits).sort(([a], [b]) => a.split('{').length - b.split('{').length);
    return matching[0]?.[1][method.toLowerCase()];
  }

  #checkRequest({ host, query, form: given, lists = {} }: RestRequest, operation: Operation): string[] {
    const parameters = (operation.parameters ?? []).filter((one) => one.in === 'query');
    const allowed = Object.fromEntries(parameters.map((one) => [one.name, one.schema]));
    const body = operation.requestBody?.content[form]?.schema;
    return [
      ...this.#checkFields(host, 'query', query, allowed),
      ...this.#checkFields(host, 'form', { ...given, ...lists }, body?.properties ?? {}),
      ...(body?.required ?? []).filter((name) => !(name in given)).map((name) => `${name} is missing`),
    ];
  }

  #checkFields(host: string, where: string, given: Json, allowed: Record<string, Schema>): string[] {
    return Object.entries(given).flatMap(([name, value]) => {
      const schema = allowed[name];
      if (!schema) return [`${where} parameter ${name} is unknown`];
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
    const { properties, items } = this.#resolve(host, schema);
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

  #resolve(host: string, schema: Schema): Schema {
    const name = schema.$ref?.split('/').at(-1);
    return name === undefined ? schema : (this.#specifications.get(host)?.components.schemas[name] ?? schema);
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

function checkError({ status, body }: RestAnswer): string[] {
  const { code, message, more_info, status: given } = body as Json;
  const good =
    typeof code === 'number' &&
    typeof message === 'string' &&
    typeof more_info === 'string' &&
    given === status;
  return good ? [] : ['the error has not the shape of Twilio’s errors'];
}
