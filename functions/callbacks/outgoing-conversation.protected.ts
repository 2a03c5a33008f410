import { NotFound } from '../../lib/errors';
import { getProxyAddress } from '../../lib/events/frontline';
import { decideProxy, needsCard } from '../../lib/proxy-addresses/choose';
import { action, serve, warnOfUnlistedWorker } from '../../lib/webhook/callback';

/** A worker starts a conversation: from which of our addresses? */
const chooseProxyAddress = action(getProxyAddress, async (event, context) => {
  await warnOfUnlistedWorker(event.Worker, context);
  const { customers, routing, env, addToLog } = context;
  const { Worker: worker, CustomerId: customerId, ChannelType: channel, ChannelValue: address } = event;

  const data = await routing();
  const card = customerId && needsCard({ channel, address }, data);
  const customer = card ? await (await customers()).byId(customerId) : undefined;
  const request = { channel, address, worker, customerId, country: customer?.country };
  const decision = decideProxy(request, data, env);
  if (!decision) throw new NotFound('no_proxy_address', 'No proxy address is configured for this channel.');

  addToLog({ rule: decision.rule, passedOver: decision.passedOver });
  return { proxy_address: decision.proxyAddress };
});

export const handler = serve({
  dispatchOn: 'Location',
  actions: { GetProxyAddress: chooseProxyAddress },
  onUnknown: 'reject',
  budgetMs: 5_000,
});
