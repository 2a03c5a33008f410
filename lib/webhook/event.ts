import type { GenericSchema, InferOutput } from 'valibot';
import { safeParse } from 'valibot';
import { InvalidEvent } from '../errors';

/**
 * Parses an event with its schema.
 *
 * @param event the fields as Twilio's runtime passes them
 * @returns the parsed fields, e.g. addresses as `EventAddress`
 * @throws InvalidEvent naming the first field that is missing or wrong
 */
export function parseEvent<S extends GenericSchema>(schema: S, event: object): InferOutput<S> {
  const result = safeParse(schema, event, { abortEarly: true });
  if (result.success) return result.output;
  const [issue] = result.issues;
  const field = String(issue.path?.[0]?.key ?? 'event');
  throw new InvalidEvent(field, issue.received === 'undefined' ? 'is missing' : issue.message);
}
