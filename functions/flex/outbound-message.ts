import { flexWorkspace } from '../../lib/core/flex';
import { digest, planOutbound, readChannel, readContent } from '../../lib/core/outbound';
import { findAddressee } from '../../lib/data/addressee';
import { type EndpointTools, serveEndpoint } from '../../lib/edge/endpoint';
import { hashIdentity } from '../../lib/edge/log';
import { onceByKey } from '../../lib/edge/once';
import { Reply } from '../../lib/edge/request';
import { type OutboundMessage, outboundMessage } from '../../lib/events/outbound-message';
import { findOutboundWorker } from '../../lib/twilio/workers';
import { outboundTwilio, writeFirst } from '../../lib/twilio/write-first';

/** An agent, or a system on an agent's behalf, writes to a customer first. */
async function startConversation(request: OutboundMessage, tools: EndpointTools): Promise<object> {
  const { caller, env, note } = tools;
  const channel = readChannel(request.channel);
  const content = readContent(request, channel);
  const routing = await tools.routing();
  const workspace = flexWorkspace(routing, env);
  const twilio = outboundTwilio(tools);

  const worker = await findOutboundWorker(twilio.work, workspace.workspaceSid, caller, request.worker);
  const addressee = await findAddressee(request, channel, await tools.customers(), routing, caller);
  const parties = { channel, worker, ...addressee };
  const { plan, rule } = planOutbound(parties, content, request.onActive, { routing, workspace, env });
  note({ channel, rule, worker: hashIdentity(worker.identity) });

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
