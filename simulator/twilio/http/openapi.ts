import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { refuse } from './error-list';
import { invalid, notSimulated, TwilioError } from './errors';
import { valueError } from './parameter-values';
import type { RestRequest } from './request';
import type { Schema } from './schema';
import { isIgnored, unsupportedParameters } from './unsupported-parameters';

export type { Schema } from './schema';

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
  /** Whether the body is a form, or there is none. */
  isForm: boolean;
  required: { query: string[]; form: string[] };
}

interface Description {
  paths: Record<string, Record<string, Operation>>;
  /** Missing where a file has no schemas. */
  components?: { schemas: Record<string, Schema> };
}

interface Path {
  template: string;
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
  'iam.twilio.com': 'twilio_iam_v1',
  'lookups.twilio.com': ['twilio_lookups_v1', 'twilio_lookups_v2'],
};

/** What Twilio describes nowhere: see `tokenRoutes`. */
const undescribed = /^\/v1\/Accounts\/AC\w+\/Tokens\/validate$/;

/** The simulated hosts whose APIs Twilio describes; `serverless-upload.twilio.com` is not among them. */
export const describedHosts = Object.keys(files);

const folder = dirname(require.resolve('@twilio/cli-core/src/services/twilio-api/index.js'));

/** @returns the names of a host's files: those of other hosts are named after the product, e.g. `twilio_verify_v2` */
function filesOf(host: string): string[] {
  const known = Object.hasOwn(files, host) ? files[host] : undefined;
  if (known !== undefined) return [known].flat();
  const [, product] = /^([a-z-]+)\.twilio\.com$/.exec(host) ?? [];
  if (product === undefined) return [];
  const pattern = new RegExp(`^(twilio_${product.replaceAll('-', '_')}(?:_v\\d+)?)\\.json$`);
  return readdirSync(folder).flatMap((file) => pattern.exec(file)?.[1] ?? []);
}

const formType = 'application/x-www-form-urlencoded';
/** The SDK follows the pages of every list with these, also where the description does not name them. */
const paging = new Set(['PageSize', 'Page', 'PageToken']);

/**
 * Twilio's OpenAPI description of one host's API. It is read on first use, once per process.
 *
 * @see https://github.com/twilio/twilio-oai
 */
export class ApiDescription {
  static readonly #read = new Map<string, ApiDescription>();
  readonly components: Required<Description>['components'];
  readonly #paths: Path[];
  readonly #parameters = new Map<Operation, Parameters>();
  readonly #versions: ReadonlySet<string | undefined>;

  /** @returns undefined for a host that Twilio does not describe */
  static of(host: string): ApiDescription | undefined {
    const known = ApiDescription.#read.get(host);
    if (known) return known;
    const names = filesOf(host);
    if (names.length === 0) return undefined;
    const read = new ApiDescription(names);
    ApiDescription.#read.set(host, read);
    return read;
  }

  /** @param names one file for each version of the API */
  private constructor(names: readonly string[]) {
    const versions = names.map((name) => {
      return JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')) as Description;
    });
    const paths = Object.assign({}, ...versions.map((version) => version.paths)) as Description['paths'];
    const schemas = versions.map(({ components }) => components?.schemas);
    this.components = { ...versions[0]?.components, schemas: Object.assign({}, ...schemas) };
    this.#versions = new Set(Object.keys(paths).map(versionOf));
    const variables = (template: string): number => template.split('{').length;
    // A fixed path goes before one with a variable part.
    this.#paths = Object.entries(paths)
      .sort(([a], [b]) => variables(a) - variables(b))
      .map(([template, operations]) => ({ template, pattern: patternOf(template), operations }));
  }

  /** All operations; a path is written as in the description, with its parameters in braces. */
  operations(): { method: string; path: string; operation: Operation }[] {
    return this.#paths.flatMap(({ template, operations }) =>
      Object.entries(operations)
        .filter(([, { operationId }]) => operationId !== undefined)
        .map(([method, operation]) => ({ method: method.toUpperCase(), path: template, operation })),
    );
  }

  /** @returns undefined if Twilio's API has no such operation */
  operation({ method, path }: Pick<RestRequest, 'method' | 'path'>): Operation | undefined {
    return this.#paths.find(({ pattern }) => pattern.test(path))?.operations[method.toLowerCase()];
  }

  /** @returns whether the description has anything of the version that a path names, e.g. `/v2/…` */
  hasVersion(path: string): boolean {
    return this.#versions.has(versionOf(path));
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
    const isPaged = operation.operationId.startsWith('List');
    return {
      query: Object.keys(query).filter((name) => !allowed.query[name] && !(isPaged && paging.has(name))),
      // A body of JSON has no parameters that the description names.
      form: allowed.isForm ? Object.keys(form).filter((name) => !allowed.form[name]) : [],
    };
  }

  /**
   * Twilio's page on error 20161 suggests that it ignores parameters it does not have. That hides spelling mistakes, so
   * the local Twilio names them.
   *
   * @see https://www.twilio.com/docs/api/errors/20161
   * @throws TwilioError 400/20001 for a parameter that Twilio's API does not have, a missing one or an invalid value, or
   *   another code where Twilio documents one; 415/19056 for a body that is no form; 501/20501 for a parameter that is not
   *   simulated
   */
  requireValid(request: RestRequest, operation: Operation): void {
    const { host, query, form, lists = {} } = request;
    if (this.parameters(operation).isForm) requireForm(request);
    const unknown = this.unknownParameters(request, operation);
    const { operationId } = operation;
    for (const name of unknown.query) throw invalid(`${operationId} has no query parameter ${name}`);
    for (const name of unknown.form) {
      if (isIgnored(host, operationId, name)) continue;
      throw invalid(`${operationId} has no parameter ${name} in the post body`);
    }
    const parameters = this.parameters(operation);
    for (const name of parameters.required.form) {
      if (!form[name]) throw invalid(`Missing required parameter ${name} in the post body`);
    }
    for (const name of parameters.required.query) {
      if (!query[name]) throw invalid(`Missing required parameter ${name} in the query`);
    }
    const check = (name: string, text: string, described: Schema | undefined): void => {
      const error = described && this.#valueError(host, operationId, name, text, described);
      if (error) throw error;
    };
    for (const [name, text] of Object.entries(query)) check(name, text, parameters.query[name]);
    for (const [name, text] of Object.entries(form)) {
      for (const one of lists[name] ?? [text]) check(name, one, parameters.form[name]);
    }
    for (const name of unsupportedParameters(host, operationId)) {
      if (query[name] !== undefined || form[name] !== undefined) {
        throw notSimulated(`the parameter ${name} of ${operationId}`);
      }
    }
  }

  /** @returns a schema with its `$ref` followed */
  resolve(schema: Schema): Schema {
    const name = schema.$ref?.split('/').at(-1);
    return name === undefined ? schema : (this.components.schemas[name] ?? schema);
  }

  #valueError(
    host: string,
    operationId: string,
    name: string,
    text: string,
    described: Schema,
  ): TwilioError | undefined {
    if (paging.has(name)) return pagingError(name, text);
    const resolved = this.resolve(described);
    // An empty value empties a list: a form has no other way to say so.
    if (resolved.type === 'array' && text === '') return undefined;
    const schema = resolved.items ? this.resolve(resolved.items) : resolved;
    return valueError(host, operationId, name, text, schema);
  }
}

/**
 * Twilio's page on 19056 names the two types of a form, and as a cause also a body that is not of its type; not, with which
 * status it refuses. The header alone counts there, so it does for an empty body too. The older API ignores JSON, and then
 * misses parameters (github.com/excid3/noticed/issues/16). What Twilio does with a file among the parameters is unsure.
 *
 * @see https://www.twilio.com/docs/api/errors/19056
 * @throws TwilioError 415/19056 for a body that is no form; 400/20001 for a file
 */
function requireForm({ method, headers, form, body, files = [] }: RestRequest): void {
  const type = headers['content-type'];
  if (method !== 'POST' || type === undefined) return;
  if (!/^(application\/x-www-form-urlencoded|multipart\/form-data)\b/i.test(type)) throw refuse(19056, type);
  const [file] = files;
  if (file !== undefined) throw invalid(`${file} must be text, not a file`);
  if (body && body.length > 0 && Object.keys(form).length === 0) {
    throw refuse(19056, `the body is not ${type}`);
  }
}

/** A page size above the limit is no error: the SDK asks for up to 1,000 items whatever the limit is. */
function pagingError(name: string, text: string): TwilioError | undefined {
  if (name === 'PageToken') return undefined;
  const least = name === 'PageSize' ? 1 : 0;
  const isValid = /^\d+$/.test(text) && Number(text) >= least;
  return isValid ? undefined : invalid(`${name} must be an integer of at least ${least}`);
}

/**
 * Checks a request against Twilio's OpenAPI file.
 *
 * @returns the operation; undefined on a host, or in a version of its API, that Twilio does not describe
 * @throws TwilioError 404/20404 if Twilio has no such operation, and what `requireValid` throws
 */
export function requireDescribed(request: RestRequest): Operation | undefined {
  const api = ApiDescription.of(request.host);
  if (!api) return undefined;
  const operation = api.operation(request);
  if (!operation) {
    const { method, path } = request;
    if (undescribed.test(path) || !api.hasVersion(path)) return undefined;
    const message = `The requested resource ${path} was not found: Twilio's OpenAPI file has no ${method} for it`;
    throw new TwilioError(404, 20404, message);
  }
  api.requireValid(request, operation);
  return operation;
}

/**
 * @returns whether Twilio's OpenAPI files have the version of the API that a path names; true for a path that names none,
 *   as no product of Twilio's has it
 */
export function isDescribed(host: string, path: string): boolean {
  const namesVersion = /^\/(v\d+|\d{4}-\d\d-\d\d)\//.test(path);
  return !namesVersion || ApiDescription.of(host)?.hasVersion(path) === true;
}

function versionOf(path: string): string | undefined {
  return path.split('/')[1];
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
    isForm: form !== undefined || requestBody === undefined,
    required: {
      query: query.filter(({ required }) => required === true).map(({ name }) => name),
      form: form?.required ?? [],
    },
  };
}
