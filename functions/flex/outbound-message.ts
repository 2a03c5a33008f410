import { type OutboundMessage, outboundMessage } from '../../lib/events/outbound-message';
import { flexWorkspace } from '../../lib/outbound/flex';
import { onceForKey } from '../../lib/outbound/for-key';
import { digest, planOutbound, readChannel, readContent } from '../../lib/outbound/plan';
import { findRecipient } from '../../lib/outbound/recipient';
import { outboundTwilio, startOutbound } from '../../lib/outbound/start';
import { findOutboundWorker } from '../../lib/outbound/worker';
import { type EndpointContext, serveEndpoint } from '../../lib/webhook/endpoint';
import { Reply } from '../../lib/webhook/request';

/** An agent, or a system on an agent's behalf, writes to a customer first. */
async function startConversation(request: OutboundMessage, context: EndpointContext): Promise<object> {
  const { caller, env, addToLog, hash } = context;
  const channel = readChannel(request.channel);
  const content = readContent(request, channel);
  const routing = await context.routing();
  const workspace = flexWorkspace(routing, env);
  const twilio = outboundTwilio(context);

  const worker = await findOutboundWorker(twilio.work, workspace.workspaceSid, caller, request.worker);
  const recipient = await findRecipient(request, channel, await context.customers(), routing, caller);
  const parties = { channel, worker, ...recipient };
  const { plan, rule } = planOutbound(parties, content, request.onActive, { routing, workspace, env });
  addToLog({ channel, rule, worker: hash(worker.identity) });

  const fingerprint = digest(JSON.stringify(request));
  const { result, replayed } = await onceForKey(
    context,
    request.idempotencyKey,
    fingerprint,
    (attempt, tag) => startOutbound(twilio, { ...plan, tag }, attempt),
  );
  addToLog({ ...result, replayed });
  return new Reply('reused' in result ? 200 : 201, result, replayed ? { 'Idempotent-Replayed': 'true' } : {});
}

export const endpoint = {
  name: 'outboundMessage',
  schema: outboundMessage,
  budgetMs: 9_300,
  handle: startConversation,
};

export const handler = serveEndpoint(endpoint);
