import { type OutboundMessage, outboundMessage } from '../../lib/events/outbound-message';
import { flexWorkspace } from '../../lib/outbound/flex';
import { onceByKey } from '../../lib/outbound/once';
import { digest, planOutbound, readChannel, readContent } from '../../lib/outbound/plan';
import { findAddressee } from '../../lib/outbound/recipient';
import { findOutboundWorker } from '../../lib/outbound/worker';
import { outboundTwilio, writeFirst } from '../../lib/outbound/write-first';
import { type EndpointTools, serveEndpoint } from '../../lib/webhook/endpoint';
import { Reply } from '../../lib/webhook/request';

/** An agent, or a system on an agent's behalf, writes to a customer first. */
async function startConversation(request: OutboundMessage, tools: EndpointTools): Promise<object> {
  const { caller, env, note, hash } = tools;
  const channel = readChannel(request.channel);
  const content = readContent(request, channel);
  const routing = await tools.routing();
  const workspace = flexWorkspace(routing, env);
  const twilio = outboundTwilio(tools);

  const worker = await findOutboundWorker(twilio.work, workspace.workspaceSid, caller, request.worker);
  const addressee = await findAddressee(request, channel, await tools.customers(), routing, caller);
  const parties = { channel, worker, ...addressee };
  const { plan, rule } = planOutbound(parties, content, request.onActive, { routing, workspace, env });
  note({ channel, rule, worker: hash(worker.identity) });

  const fingerprint = digest(JSON.stringify(request));
  const { result, replayed } = await onceByKey(tools, request.idempotencyKey, fingerprint, (attempt, tag) =>
    writeFirst(twilio, { ...plan, tag }, attempt),
  );
  note({ ...result, replayed });
  return new Reply('reused' in result ? 200 : 201, result, replayed ? { 'Idempotent-Replayed': 'true' } : {});
}

export const endpoint = {
  name: 'outboundMessage',
  schema: outboundMessage,
  budgetMs: 9_300,
  handle: startConversation,
};

export const handler = serveEndpoint(endpoint);
