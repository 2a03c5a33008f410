import { setTimeout as sleep } from 'node:timers/promises';
import type { WebhookFault } from '../api';
import type { ReceivedAnswer } from './contracts';

const garbage = '<html><body>This is not what was asked for.</body></html>';

/**
 * Sends a webhook whose answer goes wrong on purpose.
 *
 * Twilio documents one code for what it could not read, whatever the cause, and none for the cause itself; so an answer
 * that breaks off counts as none here.
 *
 * @see https://www.twilio.com/docs/api/errors/11200
 * @param limitMs how long the caller waits
 */
export async function sendWithFault<A extends ReceivedAnswer>(
  fault: WebhookFault,
  limitMs: number,
  send: () => Promise<A>,
): Promise<A | ReceivedAnswer> {
  switch (fault.kind) {
    case 'down':
      return { body: '', failure: 'the connection was refused' };
    case 'error': {
      const answer = fault.done ? await send() : undefined;
      return { ...answer, status: fault.status, body: '', contentType: undefined };
    }
    case 'slow':
      return sendSlowly(fault.ms, limitMs, send);
    case 'notJson':
      return { ...(await send()), body: garbage, contentType: 'text/html' };
    case 'cut': {
      const { body, status } = await send();
      const received = body.slice(0, body.length >> 1);
      return status === undefined ? { body } : { body: received, failure: 'the answer broke off' };
    }
  }
}

/** @returns a fault in a few words, for the timeline */
export function nameWebhookFault(fault: WebhookFault): string {
  switch (fault.kind) {
    case 'down':
      return 'connection refused';
    case 'error':
      return `${fault.status}${fault.done ? ' after the work' : ''}`;
    case 'slow':
      return `${fault.ms} ms late`;
    case 'notJson':
      return 'garbage';
    case 'cut':
      return 'cut in the body';
  }
}

async function sendSlowly<A extends ReceivedAnswer>(
  ms: number,
  limitMs: number,
  send: () => Promise<A>,
): Promise<A | ReceivedAnswer> {
  const started = performance.now();
  const answer = await send();
  const left = Math.max(0, limitMs - (performance.now() - started));
  await sleep(Math.min(ms, left));
  return ms < left ? answer : { body: '' };
}
