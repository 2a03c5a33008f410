import type { Routing } from '../../../lib/model';
import { type Finding, finding } from '../findings';
import { findNearest } from '../nearest';
import { orMissing, type Subject } from '../subject';

/** What Frontline says about a worker; undefined if it has no such user. */
type FrontlineUser = { state: string; isAvailable: boolean } | undefined;

/** Checks that everybody to whom conversations are routed can receive them. */
export async function checkWorkers(subject: Subject): Promise<Finding[]> {
  const { routing, client } = subject;
  const identities = listIdentities(routing);
  if (identities.length === 0) return [];
  const frontline = await readFrontlineUsers(client, identities);
  const users = [...frontline.values()].filter((user) => user !== undefined);
  const others = await listOtherIdentities(subject);
  const hasFrontline = users.length > 0;

  if (!hasFrontline && routing.routing.on === 'onConversationRoute') {
    const text = `Frontline knows none of the ${identities.length} workers of the data: the account has no Frontline, or no identity is right`;
    const fix =
      'Console: Frontline → Manage → Users. Without Frontline, set "routing": {"on": "onConversationAdded"}';
    return [finding('frontline_missing', text, `${fix} in assets/routing.private.json`)];
  }
  const real = [
    ...identities.filter((identity) => frontline.get(identity)),
    ...others.flex,
    ...others.conversations,
  ];
  const findings = identities.flatMap((identity) => {
    const user = frontline.get(identity);
    if (user) return checkUser(identity, user);
    if (others.flex.has(identity) || (!hasFrontline && others.conversations.has(identity))) return [];
    return describeUnknown(identity, real, hasFrontline);
  });
  const isNobodyThere = hasFrontline && users.every(({ isAvailable }) => !isAvailable);
  if (isNobodyThere && routing.routing.respectAvailability) {
    const text = 'No worker of the data is available in Frontline right now';
    findings.push(
      finding('nobody_available', text, 'workers switch their availability in the Frontline app'),
    );
  }
  return findings;
}

/** @returns every worker whom a rule can name, each once */
function listIdentities({ workers, routing }: Routing): string[] {
  const { addresses, numbers, pool, defaultWorker } = routing;
  return [
    ...new Set([
      ...workers.map(({ identity }) => identity),
      ...Object.values(addresses),
      ...Object.values(numbers).flat(),
      ...pool,
      ...(defaultWorker === undefined ? [] : [defaultWorker]),
    ]),
  ];
}

/** How many users are asked about at once: Twilio limits concurrent requests. */
const askedAtOnce = 10;

async function readFrontlineUsers(
  client: Subject['client'],
  identities: readonly string[],
): Promise<Map<string, FrontlineUser>> {
  const users = new Map<string, FrontlineUser>();
  for (let start = 0; start < identities.length; start += askedAtOnce) {
    const some = identities.slice(start, start + askedAtOnce);
    const read = await Promise.all(some.map((identity) => readFrontlineUser(client, identity)));
    for (const [index, identity] of some.entries()) users.set(identity, read[index]);
  }
  return users;
}

/** An account without Frontline answers 404 or 403; which is not documented. */
async function readFrontlineUser(client: Subject['client'], identity: string): Promise<FrontlineUser> {
  try {
    const user = await client.frontlineApi.v1.users(identity).fetch();
    return { state: String(user.state), isAvailable: user.isAvailable };
  } catch (error) {
    const { status } = error as { status?: number };
    if (status === 403 || status === 404) return undefined;
    throw error;
  }
}

/**
 * Who else can be in a conversation: Flex workers, by name and by identity, and the users of the conversation service.
 * Twilio makes a user of everybody who has joined a conversation by an identity.
 *
 * @see https://www.twilio.com/docs/conversations/api/user-resource
 */
async function listOtherIdentities({ client, routing, variables }: Subject): Promise<{
  flex: Set<string>;
  conversations: Set<string>;
}> {
  const { conversationServiceSid } = routing;
  const { v1 } = client.conversations;
  const serviceSid = conversationServiceSid ?? (await v1.configuration().fetch()).defaultChatServiceSid;
  const { users } = v1.services(serviceSid);
  const workspaceSid = routing.flex.workspaceSid ?? variables.FLEX_WORKSPACE_SID;
  const workers = workspaceSid
    ? await orMissing(client.taskrouter.v1.workspaces(workspaceSid).workers.list({ limit: 1_000 }))
    : undefined;
  return {
    flex: new Set((workers ?? []).flatMap((one) => [one.friendlyName, ...identityIn(one.attributes)])),
    conversations: new Set(
      ((await orMissing(users.list({ limit: 1_000 }))) ?? []).map(({ identity }) => identity),
    ),
  };
}

/** A Flex worker's identity is in `contact_uri`: `client:alice_40example_2Ecom`. */
function identityIn(attributes: string): string[] {
  const [, identity] = /"contact_uri"\s*:\s*"client:([^"]+)"/.exec(attributes) ?? [];
  return identity === undefined ? [] : [identity];
}

function checkUser(identity: string, { state }: { state: string }): Finding[] {
  if (state !== 'deactivated') return [];
  const text = `Worker ${identity} is deactivated in Frontline, and still gets conversations`;
  const fix =
    'activate the user in the Console: Frontline → Manage → Users, or replace the worker in the data';
  return [finding('worker_deactivated', text, fix)];
}

function describeUnknown(identity: string, real: readonly string[], hasFrontline: boolean): Finding[] {
  const nearest = findNearest(identity, real);
  const meant = nearest === undefined ? '' : `; did you mean ${nearest}?`;
  if (hasFrontline || nearest !== undefined) {
    const text = `Worker ${identity} is no user of Frontline or Flex${meant}`;
    const fix =
      'correct the identity in assets/routing.private.json, or add the user: Console: Frontline → Manage → Users';
    return [finding('worker_unknown', text, fix)];
  }
  const text = `Worker ${identity} is not in Flex, and has never been in a conversation`;
  return [finding('worker_unconfirmed', text, 'check that your app uses exactly this identity')];
}
