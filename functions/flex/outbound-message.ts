import { type OutboundMessage, outboundMessage } from '../../lib/events/outbound-message';
import { outboundTwilio } from '../../lib/outbound/context';
import { startCounter } from '../../lib/outbound/limits';
import { onceForKey } from '../../lib/outbound/once-for-key';
import { findOutboundWorker, flexWorkspace, planOutbound } from '../../lib/outbound/plan';
import { findRecipient } from '../../lib/outbound/recipient';
import { readChannel, readContent, readTask } from '../../lib/outbound/request';
import { startOutbound } from '../../lib/outbound/start';
import type { OutboundResult } from '../../lib/outbound/steps';
import { type EndpointContext, serveEndpoint } from '../../lib/webhook/endpoint';
import { Reply } from '../../lib/webhook/request';

/** An agent, or a system on an agent's behalf, writes to a customer first. */
async function startConversation(request: OutboundMessage, context: EndpointContext): Promise<object> {
  const { caller, env, addToLog, hash } = context;
  const keyed = onceForKey(context, request.idempotencyKey, request);
  const earlier = await keyed.findResult();
  if (earlier) return reply(earlier, true, context);

  const channel = readChannel(request.channel);
  const content = readContent(request, channel);
  const routing = await context.routing();
  const workspace = flexWorkspace(routing, env);
  const twilio = outboundTwilio(context);

  const worker = await findOutboundWorker(twilio.work, workspace.workspaceSid, caller, request.worker);
  const recipient = await findRecipient(request, channel, await context.customers(), routing, caller);
  const parties = { channel, worker, ...recipient, task: readTask(request, routing) };
  const { plan, rule } = planOutbound(parties, content, request.onActive, { routing, workspace, env });
  addToLog({ channel, rule, worker: hash(worker.identity) });

  const counter = startCounter(context, routing.flex.startsPerHour);
  const { result, replayed } = await keyed.carryOut(plan, (journal) =>
    startOutbound(twilio, plan, journal, counter),
  );
  return reply(result, replayed, context);
}

function reply(result: OutboundResult, replayed: boolean, { addToLog }: EndpointContext): Reply {
  addToLog({ ...result, replayed });
  return new Reply('reused' in result ? 200 : 201, result, replayed ? { 'Idempotent-Replayed': 'true' } : {});
}

export const endpoint = {
  name: 'outboundMessage',
  schema: outboundMessage,
  headerFields: { 'idempotency-key': 'idempotencyKey' },
  budgetMs: 9_300,
  handle: startConversation,
};

export const handler = serveEndpoint(endpoint);
