import type { Context } from 'hono';
import * as v from 'valibot';
import { TwilioError } from '../twilio/http/errors';

/** @throws TwilioError 400 that names the field; every body is read as JSON, whatever its Content-Type */
export async function readBody<S extends v.GenericSchema>(
  { req }: Context,
  schema: S,
): Promise<v.InferOutput<S>> {
  return check(schema, parse(await req.text()));
}

/** @throws TwilioError 400 that names the parameter */
export function readQuery<S extends v.GenericSchema>({ req }: Context, schema: S): v.InferOutput<S> {
  return check(schema, req.query());
}

function check<S extends v.GenericSchema>(schema: S, input: unknown): v.InferOutput<S> {
  const result = v.safeParse(schema, input);
  if (result.success) return result.output;
  // A misspelled field is missing, too: its wrong name says more.
  const issue = result.issues.find(isUnknownKey) ?? result.issues[0];
  const field = (issue.path ?? []).map(({ key }) => String(key)).join('.') || 'the body';
  throw new TwilioError(400, 20001, `${field}: ${isUnknownKey(issue) ? 'is not known' : issue.message}`);
}

function isUnknownKey({ type, expected }: v.BaseIssue<unknown>): boolean {
  return type === 'strict_object' && expected === 'never';
}

function parse(body: string): unknown {
  if (body === '') return {};
  try {
    return JSON.parse(body);
  } catch {
    throw new TwilioError(400, 20001, 'The body must be JSON');
  }
}
