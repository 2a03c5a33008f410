import { spellings } from '../address';
import {
  CallbackError,
  Conflict,
  InDoubt,
  TwilioRefused,
  TwilioUnavailable,
  Unprocessable,
  withDetails,
} from '../errors';
import { type TwilioApi, twilioCodes } from '../twilio/api';
import {
  closeConversation,
  fetchOpenConversation,
  listOpenMemberships,
  listParticipants,
  type OpenMembership,
} from '../twilio/conversations';
import { createInteraction, fetchChannelState, findInteraction, type Interaction } from '../twilio/flex';
import { fetchTemplate, findMessage, hasMessages, hasWrittenSince, sendMessage } from '../twilio/messages';
import type { OutboundTwilio } from './context';
import type { StartCounter } from './limits';
import type { OutboundPlan } from './plan';
import {
  begunSids,
  closeInteraction,
  describeResult,
  type Earlier,
  type Entries,
  type Journal,
  type OutboundResult,
  runStep,
  type Step,
  settleEarlier,
  stepInDoubt,
} from './steps';

/** How often a channel's state is asked for, in milliseconds. */
const channelPollMs = 250;

/** WhatsApp lets a business write freely for so long after the customer's last message, less a minute for the way. */
const windowMs = (24 * 60 - 1) * 60_000;

/**
 * Writes to a customer first: looks whether they have an open conversation, creates an interaction, waits until its
 * channel is active, and sends the message. What earlier requests with the key began is gone on with. A start that
 * Twilio refuses is undone; one that Twilio leaves unfinished waits for the next request, if its journal is kept.
 *
 * @throws InDoubt when a step may have been done; Conflict when there is an open conversation; Unprocessable when
 *   WhatsApp wants a template, or the template is not right; TwilioRefused when Twilio says no or the channel fails;
 *   TwilioUnavailable; Misconfigured. What is begun and not closed is in the error's `unfinished`, what could not be
 *   closed in its `cleanupIncomplete`.
 * @see https://www.twilio.com/docs/flex/developer/conversations/send-outbound-messages-via-sms-and-whatsapp
 */
export async function startOutbound(
  twilio: OutboundTwilio,
  plan: OutboundPlan,
  journal: Journal,
  counter: StartCounter,
): Promise<OutboundResult> {
  const { work } = twilio;
  try {
    const earlier = await settleEarlier(twilio, plan.workspaceSid, journal);
    if (earlier.result) return earlier.result;
    let { interaction } = earlier;
    if (!interaction) {
      let open = await findOpen(work, plan);
      if (open && (await isOrphan(work, open, earlier))) {
        await closeConversation(work, open.sid);
        open = undefined;
      }
      if (open && plan.onActive === 'refuse') throw await conversationOpen(work, open, plan);
      await checkContent(twilio, plan);
      const counted = journal.entries.counted ?? (await counter.count());
      if (open) return await send(work, open.sid, plan, journal, { counted });
      interaction = await runStep(work, journal, interactionStep(work, plan, journal), { counted });
      await journal.save({ interaction: { outcome: interaction } });
    }
    await waitForActiveChannel(work, interaction);
    return await send(work, interaction.conversationSid, plan, journal);
  } catch (failure) {
    return await giveUp(twilio, plan, journal, counter, failure);
  }
}

function interactionStep(api: TwilioApi, plan: OutboundPlan, { tag }: Journal): Step<Interaction> {
  const { workspaceSid, interaction } = plan;
  return {
    name: 'interaction',
    entry: {},
    do: () => createInteraction(api, workspaceSid, interaction, tag),
    find: () => findInteraction(api, workspaceSid, tag),
  };
}

async function send(
  api: TwilioApi,
  conversationSid: string,
  { message }: OutboundPlan,
  journal: Journal,
  change: Partial<Entries> = {},
): Promise<OutboundResult> {
  const { tag } = journal;
  const found = (sid: string | undefined) => (sid === undefined ? undefined : { messageSid: sid });
  const step: Step<{ messageSid: string }> = {
    name: 'message',
    entry: { conversationSid },
    do: async () => {
      const sent = sendMessage(api, conversationSid, message, tag);
      return { messageSid: await sent.catch((failure) => Promise.reject(explainOptOut(failure))) };
    },
    find: async () => found(await findMessage(api, conversationSid, tag)),
  };
  const { messageSid } = await runStep(api, journal, step, change);
  return describeResult(journal, messageSid);
}

/**
 * Leaves what is begun to the next request, or closes it where there will be none or Twilio has refused to go on.
 *
 * @returns the result, if the message was sent after all
 */
async function giveUp(
  twilio: OutboundTwilio,
  plan: OutboundPlan,
  journal: Journal,
  counter: StartCounter,
  failure: unknown,
): Promise<OutboundResult> {
  if (!(failure instanceof CallbackError)) throw failure;
  const waits = journal.isKept && (failure.status === 503 || failure.code === 'in_progress');
  if (waits) throw withDetails(failure, describeUnfinished(journal, failure));

  const { interaction, message, closing, counted } = journal.entries;
  const done: Partial<Entries> = {};
  if (interaction?.outcome && closing === undefined) {
    await journal.save({ closing: 'pending' }).catch(() => undefined);
    const sent = message && failure instanceof InDoubt && (await lookOnce(twilio.closing, journal, message));
    if (sent) return describeResult(journal, sent);
    const cleanupIncomplete = await closeInteraction(twilio, interaction.outcome);
    if (cleanupIncomplete.length > 0) throw withDetails(failure, { cleanupIncomplete });
    done.closing = 'done';
  }
  const reason = await explainConflict(twilio.cleanup, plan, failure);
  if (counted && reason.status < 500) {
    await counter.release(counted);
    done.counted = undefined;
  }
  if (Object.keys(done).length > 0) await journal.save(done).catch(() => undefined);
  throw reason;
}

/** @returns the SID of a message that has arrived since it was looked for; undefined where none is seen */
function lookOnce(
  api: TwilioApi,
  { tag }: Journal,
  { conversationSid }: { conversationSid: string },
): Promise<string | undefined> {
  return findMessage(api, conversationSid, tag).catch(() => undefined);
}

/** The same request, sent again, goes on where this one ended. */
function describeUnfinished(journal: Journal, { details }: CallbackError): Record<string, unknown> {
  const { entries, tag } = journal;
  const sids = begunSids(entries);
  const step = stepInDoubt(entries);
  return {
    ...(!('retryAfter' in details) && { retryAfter: 2 }),
    ...(Object.keys(sids).length > 0 && { unfinished: sids }),
    ...(!('inDoubt' in details) && step && { inDoubt: { step, ...sids, tag } }),
  };
}

/** A conversation that is not closed. */
interface OpenConversation {
  sid: string;
  state: string;
  /** Milliseconds since 1970. */
  createdAt: number;
}

/**
 * The open conversation in which the customer, under whichever spelling Twilio knows their number, and our address
 * meet. Twilio lets no second one hold the same pair; of chats, which have no such pair, any counts.
 */
async function findOpen(
  api: TwilioApi,
  { customer, proxyAddress }: OutboundPlan,
): Promise<OpenConversation | undefined> {
  const members =
    'identity' in customer ? [customer] : spellings(customer.address).map((address) => ({ address }));
  for (const member of members) {
    const open = (await listOpenMemberships(api, member)).filter((one) => {
      // An e-mail's binding need not name our address.
      const ours = one.proxyAddress ?? (one.bindingType === 'email' ? proxyAddress : undefined);
      return proxyAddress === undefined || ours === proxyAddress;
    });
    const isActive = ({ state }: OpenMembership): number => (state === 'active' ? 1 : 0);
    for (const { sid, state } of open.sort((a, b) => isActive(b) - isActive(a))) {
      // A list may not show yet that it was closed a moment ago.
      const conversation = await fetchOpenConversation(api, sid);
      if (conversation) return { sid, state, ...conversation };
    }
  }
  return undefined;
}

/** How long before and after an interaction was to be created its conversation may have come, in milliseconds. */
const orphanMs = { before: 12_000, after: 30_000 };

/**
 * @returns whether an open conversation is what is left of a lost interaction, whose task, by which it would have been
 *   found, is gone: it came at that time, and nobody has written in it
 */
async function isOrphan(
  api: TwilioApi,
  { sid, createdAt }: OpenConversation,
  { lost }: Earlier,
): Promise<boolean> {
  if (lost === undefined) return false;
  const isOfThatTime = createdAt > lost - orphanMs.before && createdAt < lost + orphanMs.after;
  return isOfThatTime && !(await hasMessages(api, sid));
}

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

/** @throws TwilioRefused when the channel fails; TwilioUnavailable when it is not set up in time */
async function waitForActiveChannel(api: TwilioApi, interaction: Interaction): Promise<void> {
  for (let asked = 1; ; asked++) {
    const { status, errorCode } = await fetchChannelState(api, interaction);
    if (status === 'active') return;
    const facts = { request: 'set up channel', channel: status, twilioCode: errorCode };
    if (status !== 'setup') throw explainOptOut(new TwilioRefused('refused', facts));
    if (api.deadline.remaining() < 2 * channelPollMs) throw new TwilioUnavailable({ ...facts, asked });
    await api.sleep(channelPollMs);
  }
}

/** @see https://www.twilio.com/docs/api/errors/21610 */
function explainOptOut(failure: unknown): unknown {
  const isOptOut =
    failure instanceof TwilioRefused && failure.facts.twilioCode === twilioCodes.recipientOptedOut;
  if (!isOptOut) return failure;
  const message =
    'The recipient has opted out of your messages: they must send START before you may write again.';
  return new Unprocessable('recipient_opted_out', message, { facts: failure.facts, cause: failure });
}

/** A channel fails where an inbound message has begun a conversation of the two meanwhile: then say so. */
async function explainConflict(
  api: TwilioApi,
  plan: OutboundPlan,
  failure: CallbackError,
): Promise<CallbackError> {
  if (!(failure instanceof TwilioRefused)) return failure;
  try {
    const open = await findOpen(api, plan);
    return open ? await conversationOpen(api, open, plan) : failure;
  } catch {
    return failure;
  }
}
