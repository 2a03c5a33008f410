import { InvalidArgumentError } from 'commander';
import type { ActionResult } from '../../simulator/api';
import { UsageError } from '../program';
import { projectFolder } from '../project-folder';
import { controlUrl, noLocalTwilio } from '../start-lock';

/**
 * @returns what the control API answered
 * @throws UsageError with the message of a 4xx answer
 */
export async function ask<T = ActionResult>(
  method: 'GET' | 'POST' | 'PATCH',
  path: string,
  body?: object,
): Promise<T> {
  const url = controlUrl(projectFolder);
  const response = await fetch(`${url}${path}`, {
    method,
    ...(body && { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }),
  }).catch(() => {
    throw noLocalTwilio(url);
  });
  const answer = (await response.json()) as T & { message?: string };
  if (response.ok) return answer;
  const message = answer.message ?? `${path} answered ${response.status}`;
  throw response.status < 500 ? new UsageError(message) : new Error(message);
}

/** Reads a number of the command line. */
export function toNumber(text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a whole number.');
}
