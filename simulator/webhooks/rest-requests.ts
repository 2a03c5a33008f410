import type { RestEntry } from '../api';
import type { Timeline } from '../timeline';
import type { RestApi } from '../twilio/rest-api';

/** Adds every REST request to the timeline, linked to the webhook that the function was handling. */
export function recordRestRequests(rest: RestApi, timeline: Timeline): void {
  rest.onRequest(({ request, answer, ms, fault }) => {
    // A deploy makes some forty requests, which hold the values of variables.
    if (request.host.startsWith('serverless')) return;
    // Of a function that a reset left running.
    if (request.webhookId !== undefined && timeline.isCleared(request.webhookId)) return;
    const conversationSid = /\/Conversations\/(CH[0-9a-f]+)/i.exec(request.path)?.[1];
    const during = request.webhookId === undefined ? undefined : timeline.get(request.webhookId);
    const body = answer?.body as { code?: number; message?: string; is_available?: boolean } | undefined;
    const failed = answer === undefined || answer.status >= 400;
    const entry: Omit<RestEntry, 'kind'> = {
      method: request.method,
      url: `https://${request.host}${request.path}`,
      form: request.form,
      ...(answer && { status: answer.status }),
      ...(failed && typeof body?.code === 'number' && { code: body.code, message: String(body.message) }),
      ...(ms !== undefined && { ms: Math.round(ms) }),
      ...(during && { during: during.id }),
      ...(fault !== undefined && { fault }),
      ...(typeof body?.is_available === 'boolean' && { userAvailable: body.is_available }),
    };
    timeline.add({
      kind: 'rest',
      trace: during?.trace ?? 'rest',
      state: failed ? 'warning' : 'ok',
      title: `${request.method} ${request.path.replace(/^\/v1/, '')}`,
      ...(conversationSid !== undefined && { conversationSid }),
      ...entry,
    });
  });
}
