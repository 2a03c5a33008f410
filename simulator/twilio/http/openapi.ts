import { readFileSync } from 'node:fs';
import { invalid, TwilioError } from './errors';
import type { RestRequest } from './request';

export interface Schema extends Record<string, unknown> {
  $ref?: string;
  type?: string;
  format?: string;
  enum?: string[];
  pattern?: string;
  minimum?: number;
  maximum?: number;
  properties?: Record<string, Schema>;
  items?: Schema;
  required?: string[];
}

/** One method on one path of Twilio's API. */
export interface Operation {
  operationId: string;
  parameters?: { name: string; in: string; schema: Schema; required?: boolean }[];
  requestBody?: { content: Record<string, { schema: Schema }> };
  responses: Record<string, { content?: Record<string, { schema: Schema }> }>;
}

/** The parameters that an operation takes. */
export interface Parameters {
  query: Record<string, Schema>;
  form: Record<string, Schema>;
  required: { query: string[]; form: string[] };
}

interface Description {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
}

interface Path {
  pattern: RegExp;
  operations: Record<string, Operation>;
}

/** The file of each API, as it comes with the Twilio CLI. */
const files: Record<string, string | string[]> = {
  'conversations.twilio.com': 'twilio_conversations_v1',
  'frontline-api.twilio.com': 'twilio_frontline_v1',
  'flex-api.twilio.com': 'twilio_flex_v1',
  'taskrouter.twilio.com': 'twilio_taskrouter_v1',
  'sync.twilio.com': 'twilio_sync_v1',
  'content.twilio.com': 'twilio_content_v1',
  'serverless.twilio.com': 'twilio_serverless_v1',
  'api.twilio.com': 'twilio_api_v2010',
  'messaging.twilio.com': ['twilio_messaging_v1', 'twilio_messaging_v2'],
};

/** The hosts whose APIs Twilio describes; `iam.twilio.com` and `serverless-upload.twilio.com` are not among them. */
export const describedHosts = Object.keys(files);

const formType = 'application/x-www-form-urlencoded';
/** `page` clamps these: what Twilio answers to values out of range is not documented. */
const paging = new Set(['PageSize', 'Page', 'PageToken']);

/**
 * Twilio's OpenAPI description of one host's API. It is read on first use, once per process.
 *
 * @see https://github.com/twilio/twilio-oai
 */
export class ApiDescription {
  static readonly #read = new Map<string, ApiDescription>();
  readonly components: Description['components'];
  readonly #paths: Path[];
  readonly #parameters = new Map<Operation, Parameters>();

  /** @returns undefined for a host that Twilio does not describe */
  static of(host: string): ApiDescription | undefined {
    const names = files[host];
    if (names === undefined) return undefined;
    const known = ApiDescription.#read.get(host) ?? new ApiDescription([names].flat());
    ApiDescription.#read.set(host, known);
    return known;
  }

  /** @param names one file for each version of the API */
  private constructor(names: readonly string[]) {
    const versions = names.map((name) => {
      const path = require.resolve(`@twilio/cli-core/src/services/twilio-api/${name}.json`);
      return JSON.parse(readFileSync(path, 'utf8')) as Description;
    });
    const paths = Object.assign({}, ...versions.map((version) => version.paths)) as Description['paths'];
    const schemas = versions.map(({ components }) => components.schemas);
    this.components = { ...versions[0]?.components, schemas: Object.assign({}, ...schemas) };
    const variables = (template: string): number => template.split('{').length;
    // A fixed path goes before one with a variable part.
    this.#paths = Object.entries(paths)
      .sort(([a], [b]) => variables(a) - variables(b))
      .map(([template, operations]) => ({ pattern: patternOf(template), operations }));
  }

  /** @returns undefined if Twilio's API has no such operation */
  operation({ method, path }: Pick<RestRequest, 'method' | 'path'>): Operation | undefined {
    return this.#paths.find(({ pattern }) => pattern.test(path))?.operations[method.toLowerCase()];
  }

  /** @returns the parameters of an operation */
  parameters(operation: Operation): Parameters {
    const known = this.#parameters.get(operation) ?? readParameters(operation);
    this.#parameters.set(operation, known);
    return known;
  }

  /** @returns the names of the parameters that the operation does not have */
  unknownParameters(
    { query, form }: Pick<RestRequest, 'query' | 'form'>,
    operation: Operation,
  ): { query: string[]; form: string[] } {
    const allowed = this.parameters(operation);
    return {
      query: Object.keys(query).filter((name) => !allowed.query[name]),
      form: Object.keys(form).filter((name) => !allowed.form[name]),
    };
  }

  /** @throws TwilioError 400/20001 for a missing required parameter or an invalid value */
  requireValid({ query, form, lists = {} }: RestRequest, operation: Operation): void {
    const parameters = this.parameters(operation);
    for (const name of parameters.required.form) {
      if (!form[name]) throw invalid(`Missing required parameter ${name} in the post body`);
    }
    for (const name of parameters.required.query) {
      if (!query[name]) throw invalid(`Missing required parameter ${name} in the query`);
    }
    for (const [name, text] of Object.entries(query)) this.#requireValue(name, text, parameters.query[name]);
    for (const [name, text] of Object.entries(form)) {
      for (const one of lists[name] ?? [text]) this.#requireValue(name, one, parameters.form[name]);
    }
  }

  /** @returns a schema with its `$ref` followed */
  resolve(schema: Schema): Schema {
    const name = schema.$ref?.split('/').at(-1);
    return name === undefined ? schema : (this.components.schemas[name] ?? schema);
  }

  #requireValue(name: string, text: string, described: Schema | undefined): void {
    if (!described || text === '' || paging.has(name)) return;
    const resolved = this.resolve(described);
    const schema = resolved.items ? this.resolve(resolved.items) : resolved;
    const problem = problemOf(text, schema);
    if (problem) throw invalid(`${name} ${problem}`);
  }
}

/**
 * Checks a request against Twilio's OpenAPI file.
 *
 * @returns the operation; undefined on a host that Twilio does not describe
 * @throws TwilioError 404/20404 if Twilio has no such operation, 400/20001 for an invalid parameter
 */
export function requireDescribed(request: RestRequest): Operation | undefined {
  const api = ApiDescription.of(request.host);
  if (!api) return undefined;
  const operation = api.operation(request);
  if (!operation) {
    const { method, path } = request;
    const message = `The requested resource ${path} was not found: Twilio's OpenAPI file has no ${method} for it`;
    throw new TwilioError(404, 20404, message);
  }
  api.requireValid(request, operation);
  return operation;
}

function patternOf(template: string): RegExp {
  return new RegExp(`^${template.replaceAll('.', '\\.').replace(/\{\w+\}/g, '[^/]+')}$`);
}

function readParameters({ parameters = [], requestBody }: Operation): Parameters {
  const query = parameters.filter((one) => one.in === 'query');
  const form = requestBody?.content[formType]?.schema;
  return {
    query: Object.fromEntries(query.map(({ name, schema }) => [name, schema])),
    form: form?.properties ?? {},
    required: {
      query: query.filter(({ required }) => required === true).map(({ name }) => name),
      form: form?.required ?? [],
    },
  };
}

/** @returns what is wrong with a value, or undefined */
function problemOf(
  text: string,
  { type, format, enum: values, pattern, minimum, maximum }: Schema,
): string | undefined {
  if (values && !values.includes(text)) return `must be one of: ${values.join(', ')}`;
  if (pattern !== undefined && !new RegExp(pattern).test(text)) return `must match ${pattern}`;
  if (format === 'date-time' && Number.isNaN(Date.parse(text))) return 'must be an ISO 8601 date';
  if (type !== 'integer') return undefined;
  if (!/^-?\d+$/.test(text)) return 'must be an integer';
  if (minimum !== undefined && Number(text) < minimum) return `must be at least ${minimum}`;
  if (maximum !== undefined && Number(text) > maximum) return `must be at most ${maximum}`;
  return undefined;
}
