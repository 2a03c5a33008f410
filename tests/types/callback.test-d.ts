/** What must not compile around a callback: each comment is followed by the line that the compiler must refuse. */
import type { AssetName } from '../../build/data/compile';
import { getProxyAddress, getTemplates } from '../../lib/events/frontline';
import { outboundMessage } from '../../lib/events/outbound-message';
import { action, type Callback, type HandlerContext, serve } from '../../lib/webhook/callback';
import { serveEndpoint } from '../../lib/webhook/endpoint';
import type { AssetLoaders } from '../../lib/webhook/platform';
import { Reply } from '../../lib/webhook/request';

declare const context: HandlerContext;
declare const assets: AssetLoaders;
const name = 'start';
const schema = outboundMessage;
const budgetMs = 1_000;

// @ts-expect-error A handler returns the body of its answer, not nothing.
action(getTemplates, async () => {});

// @ts-expect-error A handler returns an object, not text.
action(getTemplates, async () => 'text');

// @ts-expect-error A handler reads only the fields that its schema names.
action(getTemplates, async ({ Wroker }) => ({ Wroker }));

// @ts-expect-error A field that may be missing is checked before it is used.
action(getTemplates, async ({ CustomerId }) => ({ id: CustomerId.trim() }));

// @ts-expect-error A schema that parses an address does not fit a handler that takes text.
action(getProxyAddress, async ({ ChannelValue }: { ChannelValue: string }) => ({ ChannelValue }));

// @ts-expect-error A callback says what happens to an unknown action.
export const incomplete: Callback = { dispatchOn: 'Location', actions: {}, budgetMs };

// @ts-expect-error A callback finds its action by Location or by EventType.
serve({ dispatchOn: 'Event', actions: {}, onUnknown: 'reject', budgetMs });

// @ts-expect-error An action is a schema with its handler, not a handler alone.
serve({ dispatchOn: 'Location', actions: { Greet: async () => ({}) }, onUnknown: 'reject', budgetMs });

// @ts-expect-error There is no asset of this name at run time.
assets.workers();

// @ts-expect-error There is no data file of this name.
export const unknownAsset: AssetName = 'workers.private.json';

// @ts-expect-error The log takes named facts, not text.
context.addToLog('a customer called');

// @ts-expect-error A server has no name: whether an agent or a server calls is asked first.
serveEndpoint({ name, schema, budgetMs, handle: async (_request, { caller }) => ({ name: caller.name }) });

// @ts-expect-error A status is a number.
export const reply = new Reply('201', {});
