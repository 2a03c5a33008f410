import { type Address, spellings } from '../address';
import {
  CallbackError,
  Conflict,
  TwilioRefused,
  TwilioUnavailable,
  TwilioUncertain,
  Unprocessable,
} from '../errors';
import type { TwilioApi } from '../twilio/api';
import { fetchTemplate } from '../twilio/content';
import {
  closeConversation,
  findOpenConversation,
  isOpen,
  listParticipants,
  type OpenConversation,
} from '../twilio/conversations';
import {
  closeChannel,
  createInteraction,
  fetchChannelState,
  findInteraction,
  type Interaction,
  type InteractionRequest,
} from '../twilio/interactions';
import { findMessage, hasWrittenSince, type OutgoingMessage, sendMessage } from '../twilio/messages';
import type { OutboundContext } from './context';
import type { Attempt } from './idempotency';

/** A first message and the conversation that is to begin with it. */
export interface OutboundPlan {
  channel: string;
  /** The customer as Twilio's participants have one. */
  customer: { address: Address } | { identity: string };
  /** Ours; undefined for chat, where there is none. */
  proxyAddress: string | undefined;
  /** TaskRouter's, `WS…`. */
  workspaceSid: string;
  interaction: InteractionRequest;
  message: OutgoingMessage;
  /** By which what an earlier try has begun or sent is found again. */
  tag: string;
  /** What happens where the two have an open conversation: it is refused, or written into. */
  onActive: 'refuse' | 'reuse';
}

/** What came of it. */
export type OutboundResult =
  | {
      interactionSid: string;
      channelSid: string;
      conversationSid: string;
      taskSid: string;
      messageSid: string;
    }
  | { reused: true; conversationSid: string; messageSid: string };

/** Views of Twilio's REST API that end one after the other: what is begun leaves the time in which it can be undone. */
export interface OutboundTwilio {
  /** For what is to be done. */
  work: TwilioApi;
  /** For closing an interaction's channel. */
  closing: TwilioApi;
  /** For closing the conversation, and for looking what is left. */
  cleanup: TwilioApi;
  /** Milliseconds since 1970. */
  now(): number;
}

/**
 * Opens the views of Twilio's REST API for one request: of its 9.3 s, 5.7 are for the work, 1.6 more for closing the
 * channel, 1.5 more for the conversation, and the rest for the answer.
 *
 * @throws Misconfigured when the account's credentials are missing
 */
export function outboundTwilio(context: OutboundContext): OutboundTwilio {
  return {
    work: context.twilio({ reserveMs: 3_600 }),
    closing: context.twilio({ reserveMs: 2_000 }),
    cleanup: context.twilio({ reserveMs: 500 }),
    now: context.date,
  };
}

/** How often a channel's state is asked for, in milliseconds. */
const channelPollMs = 250;

/** WhatsApp lets a business write freely for so long after the customer's last message, less a minute for the way. */
const windowMs = (24 * 60 - 1) * 60_000;

/**
 * Writes to a customer first: looks whether they have an open conversation, creates an interaction, waits until its
 * channel is active, and sends the message. When a step fails, what was begun is closed again, so that nothing stands
 * in the next try's way; what could not be closed is named in the error's `cleanupIncomplete`.
 *
 * @param attempt says whether an earlier try may have left something, and is told of what is begun and undone
 * @throws Conflict when there is an open conversation; Unprocessable when WhatsApp wants a template, or the template
 *   is not right; TwilioRefused when Twilio says no or the channel fails; TwilioUnavailable; Misconfigured
 * @see https://www.twilio.com/docs/flex/developer/conversations/send-outbound-messages-via-sms-and-whatsapp
 */
export async function startOutbound(
  twilio: OutboundTwilio,
  plan: OutboundPlan,
  attempt: Attempt,
): Promise<OutboundResult> {
  const { work } = twilio;
  const earlier = attempt.lookFirst ? await findInteractionOf(work, plan) : undefined;
  if (earlier) {
    const sent = await findMessage(work, earlier.conversationSid, plan.tag);
    if (sent !== undefined) return describe(earlier, sent);
    if (await isUsable(work, earlier)) return startConversation(twilio, plan, attempt, earlier);
    // What an earlier try could not undo must not stand in the way of this one.
    await closeConversation(work, earlier.conversationSid);
  }
  const open = await findOpen(work, plan);
  if (open && plan.onActive === 'refuse') throw await conversationOpen(work, open, plan);
  await checkContent(twilio, plan);
  return open ? sendIntoOpen(work, open, plan, attempt) : startConversation(twilio, plan, attempt);
}

/** An open conversation with the customer, under whichever spelling of the number Twilio knows it. */
async function findOpen(
  api: TwilioApi,
  { customer, proxyAddress }: OutboundPlan,
): Promise<OpenConversation | undefined> {
  if ('identity' in customer) return findOpenConversation(api, customer, proxyAddress);
  for (const address of spellings(customer.address)) {
    const open = await findOpenConversation(api, { address }, proxyAddress);
    if (open) return open;
  }
  return undefined;
}

async function startConversation(
  twilio: OutboundTwilio,
  plan: OutboundPlan,
  attempt: Attempt,
  earlier?: Interaction,
): Promise<OutboundResult> {
  const { work, cleanup } = twilio;
  let interaction = earlier;
  attempt.begin();
  try {
    interaction ??= await createInteraction(work, plan.workspaceSid, plan.interaction, plan.tag);
    await waitForActiveChannel(work, interaction);
    return describe(
      interaction,
      await sendMessage(work, interaction.conversationSid, plan.message, plan.tag),
    );
  } catch (failure) {
    const sent = interaction && (await findSentMessage(cleanup, interaction, plan, failure));
    if (interaction && sent !== undefined) return describe(interaction, sent);
    const cleanupIncomplete = await undo(twilio, plan, interaction, failure);
    if (cleanupIncomplete.length > 0) throw withCleanupIncomplete(failure, cleanupIncomplete);
    attempt.undone();
    throw await explainConflict(cleanup, plan, failure);
  }
}

async function sendIntoOpen(
  api: TwilioApi,
  { sid }: OpenConversation,
  { message, tag }: OutboundPlan,
  attempt: Attempt,
): Promise<OutboundResult> {
  const sent = attempt.lookFirst ? await findMessage(api, sid, tag) : undefined;
  attempt.begin();
  try {
    const messageSid = sent ?? (await sendMessage(api, sid, message, tag));
    return { reused: true, conversationSid: sid, messageSid };
  } catch (failure) {
    if (failure instanceof TwilioUncertain) throw withCleanupIncomplete(failure, [mayBeSent]);
    attempt.undone();
    throw failure;
  }
}

const mayBeSent = 'a message that may have been sent';

async function conversationOpen(
  api: TwilioApi,
  { sid, state }: OpenConversation,
  { customer }: OutboundPlan,
): Promise<Conflict> {
  const present = await listParticipants(api, { sid });
  // In a chat the customer has an identity too.
  const isCustomer = (identity: string): boolean => 'identity' in customer && customer.identity === identity;
  const workers = present
    .flatMap(({ identity }) => identity ?? [])
    .filter((identity) => !isCustomer(identity));
  return new Conflict('conversation_open', 'There is an open conversation with this customer already.', {
    facts: { conflict: sid },
    details: { conversationSid: sid, state, workers },
  });
}

/** @throws Unprocessable when WhatsApp would not deliver it, or a template would be sent with a hole in it */
async function checkContent({ work, now }: OutboundTwilio, plan: OutboundPlan): Promise<void> {
  const { channel, customer, proxyAddress, message } = plan;
  const { contentSid, contentVariables = '{}' } = message;
  const isWhatsApp = channel === 'whatsapp' && 'address' in customer && proxyAddress !== undefined;
  const template = contentSid === undefined ? undefined : await fetchTemplate(work, contentSid, isWhatsApp);
  if (contentSid !== undefined && !template) {
    throw new Unprocessable('template_not_found', 'There is no Content template with this contentSid.');
  }
  const given = Object.keys(JSON.parse(contentVariables) as object);
  const missing = template?.variables.filter((name) => !given.includes(name)) ?? [];
  if (missing.length > 0) {
    const message = 'contentVariables lacks values that the template needs.';
    throw new Unprocessable('template_variables_missing', message, { details: { variables: missing } });
  }
  if (!isWhatsApp || template?.approvedForWhatsApp) return;
  const since = new Date(now() - windowMs);
  for (const address of spellings(customer.address)) {
    if (await hasWrittenSince(work, address, proxyAddress, since)) return;
  }
  throw template
    ? new Unprocessable('template_not_approved', 'WhatsApp has not approved this Content template.')
    : new Unprocessable(
        'template_required',
        'The customer has not written within 24 hours: WhatsApp takes a Content template only (contentSid).',
      );
}

function findInteractionOf(
  api: TwilioApi,
  { workspaceSid, tag }: OutboundPlan,
): Promise<Interaction | undefined> {
  return findInteraction(api, workspaceSid, tag);
}

/** What an earlier try has closed again counts for nothing. */
async function isUsable(api: TwilioApi, interaction: Interaction): Promise<boolean> {
  if (!(await isOpen(api, interaction.conversationSid))) return false;
  const { status } = await fetchChannelState(api, interaction);
  return status === 'setup' || status === 'active';
}

/** @throws TwilioRefused when the channel fails; TwilioUnavailable when it is not set up in time */
async function waitForActiveChannel(api: TwilioApi, interaction: Interaction): Promise<void> {
  for (let asked = 1; ; asked++) {
    const { status, errorCode } = await fetchChannelState(api, interaction);
    if (status === 'active') return;
    const facts = { request: 'set up channel', channel: status, twilioCode: errorCode };
    if (status !== 'setup') throw new TwilioRefused('refused', facts);
    if (api.deadline.remaining() < 2 * channelPollMs) throw new TwilioUnavailable({ ...facts, asked });
    await api.sleep(channelPollMs);
  }
}

/** A message whose fate was not known when the work's time was over may have arrived since. */
async function findSentMessage(
  api: TwilioApi,
  { conversationSid }: Interaction,
  { tag }: OutboundPlan,
  failure: unknown,
): Promise<string | undefined> {
  if (!(failure instanceof TwilioUncertain)) return undefined;
  return findMessage(api, conversationSid, tag).catch(() => undefined);
}

/** @returns what is, or may be, there still; empty when everything is undone */
async function undo(
  { closing, cleanup }: OutboundTwilio,
  plan: OutboundPlan,
  begun: Interaction | undefined,
  failure: unknown,
): Promise<string[]> {
  const cleanupIncomplete: string[] = [];
  const attempt = async (what: string, work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch {
      cleanupIncomplete.push(what);
    }
  };

  let interaction = begun;
  const isUncertain = failure instanceof TwilioUncertain;
  if (!begun && isUncertain) {
    await attempt('an interaction that may have been created', async () => {
      interaction = await findInteractionOf(closing, plan);
      if (!interaction) throw new Error('it may come yet');
    });
  }
  if (!interaction) return cleanupIncomplete;
  const { sid, conversationSid } = interaction;
  await attempt(`interaction ${sid}`, () => closeInteraction(closing, interaction as Interaction));
  await attempt(`conversation ${conversationSid}`, () => closeConversation(cleanup, conversationSid));
  if (begun && isUncertain) {
    await attempt(mayBeSent, async () => {
      if (await findMessage(cleanup, conversationSid, plan.tag)) throw new Error('it was sent');
    });
  }
  return cleanupIncomplete;
}

/** A channel that has failed or is closed need not, and perhaps cannot, be closed. */
async function closeInteraction(api: TwilioApi, interaction: Interaction): Promise<void> {
  try {
    await closeChannel(api, interaction);
  } catch (error) {
    if (!(error instanceof TwilioRefused)) throw error;
    const { status } = await fetchChannelState(api, interaction);
    if (status === 'setup' || status === 'active') throw error;
  }
}

/** A channel fails where an inbound message has begun a conversation of the two meanwhile: then say so. */
async function explainConflict(api: TwilioApi, plan: OutboundPlan, failure: unknown): Promise<unknown> {
  if (!(failure instanceof TwilioRefused)) return failure;
  try {
    const open = await findOpen(api, plan);
    return open ? await conversationOpen(api, open, plan) : failure;
  } catch {
    return failure;
  }
}

/** The same error, with what is left over for the log and the caller. */
function withCleanupIncomplete(error: unknown, cleanupIncomplete: string[]): unknown {
  if (!(error instanceof CallbackError)) return error;
  Object.assign(error.facts, { cleanupIncomplete });
  Object.assign(error.details, { cleanupIncomplete });
  return error;
}

function describe({ sid, ...sids }: Interaction, messageSid: string): OutboundResult {
  return { interactionSid: sid, ...sids, messageSid };
}
