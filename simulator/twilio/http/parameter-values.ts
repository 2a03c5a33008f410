import { type ErrorCode, refuse } from './error-list';
import type { TwilioError } from './errors';
import { invalid } from './errors';
import type { Schema } from './schema';

/** What Twilio's page for a code says of a value; all other invalid values get the general code. */
const conversationsCodes: Record<string, ErrorCode> = {
  State: 50378,
  DateCreated: 50308,
  DateUpdated: 50309,
  MessagingServiceSid: 50341,
  MediaSid: 50510,
  Type: 50105,
  LastReadMessageIndex: 50421,
  NotificationLevel: 50210,
};

const date = /^\d{4}-\d{2}-\d{2}$/;
const dateTime = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?$/;

/**
 * Checks one value of a parameter against its schema.
 *
 * @param operationId names the operation, as the code for a value can depend on it
 * @returns the error to answer, or undefined
 */
export function valueError(
  host: string,
  operationId: string,
  name: string,
  text: string,
  schema: Schema,
): TwilioError | undefined {
  const problem = problemOf(name, text, schema);
  if (problem === undefined) return undefined;
  const detail = `${name} ${problem}`;
  const isRole = operationId.endsWith('Role');
  const isListed = operationId.startsWith('List');
  const code = host === 'conversations.twilio.com' ? conversationsCodes[name] : undefined;
  if (code === undefined || isListed || (name === 'Type' && !isRole)) return invalid(detail);
  return refuse(name === 'State' && text === '' ? 50374 : code, detail);
}

/** @returns whether a text is a date, with or without a time, in ISO 8601 */
export function isIsoDate(text: string): boolean {
  return (date.test(text) || dateTime.test(text)) && !Number.isNaN(Date.parse(text));
}

/** @returns what is wrong with a value, or undefined */
function problemOf(
  name: string,
  text: string,
  { type, format, enum: values, pattern, minimum, maximum, nullable }: Schema,
): string | undefined {
  // The files have `GET` in some places and `get` in others; public integrations send either.
  const isMethod = name.endsWith('Method') && values?.includes(text.toLowerCase());
  if (values && !values.includes(text) && !isMethod) return `must be one of: ${values.join(', ')}`;
  if (format === 'date-time' && !isIsoDate(text)) return 'must be an ISO 8601 date';
  if ((name === 'StartDate' || name === 'EndDate') && !isIsoDate(text)) return 'must be an ISO 8601 date';
  if (type === 'boolean' && !/^(true|false)$/i.test(text)) return 'must be true or false';
  if (type === 'integer') return integerProblem(text, nullable === true, minimum, maximum);
  // An empty text removes the value of a parameter that is text.
  if (text === '') return undefined;
  if (pattern !== undefined && !new RegExp(pattern).test(text)) return `must match ${pattern}`;
  if (format === 'uri' && !isUrl(text)) return 'must be a URL with http or https';
  if (format === 'http-method' && !/^(GET|POST|PUT|DELETE|HEAD|PATCH)$/.test(text))
    return 'must be an HTTP method';
  return undefined;
}

function integerProblem(
  text: string,
  canBeEmpty: boolean,
  minimum: number | undefined,
  maximum: number | undefined,
): string | undefined {
  if (text === '' && canBeEmpty) return undefined;
  if (!/^-?\d+$/.test(text)) return 'must be an integer';
  if (minimum !== undefined && Number(text) < minimum) return `must be at least ${minimum}`;
  if (maximum !== undefined && Number(text) > maximum) return `must be at most ${maximum}`;
  return undefined;
}

/** @returns whether a text is a URL with http or https */
export function isUrl(text: string): boolean {
  return /^https?:\/\/[^\s/]+/.test(text) && URL.canParse(text);
}
