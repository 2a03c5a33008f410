import type { Twilio } from 'twilio';

/** What an account's phone number does with messages besides Conversations. */
export interface NumberState {
  smsUrl: string;
  smsApplicationSid: string;
  /** The Messaging Service that the number is in; it answers messages unless it leaves them to the number. */
  service: { sid: string; inboundUrl: string; leavesToNumber: boolean } | undefined;
}

/**
 * Reads what answers the messages to phone numbers.
 *
 * @returns by phone number; null for one that the account does not own
 */
export async function readNumbers(
  client: Twilio,
  wanted: readonly string[],
): Promise<Map<string, NumberState | null>> {
  const numbers = new Map<string, NumberState | null>();
  const services = await readMessagingServices(client);
  for (const phoneNumber of wanted) {
    const found = await client.incomingPhoneNumbers.list({ phoneNumber });
    const number = found.find((one) => one.phoneNumber === phoneNumber);
    const { smsUrl, smsApplicationSid } = number ?? {};
    const service = services.get(phoneNumber);
    numbers.set(
      phoneNumber,
      number ? { smsUrl: smsUrl ?? '', smsApplicationSid: smsApplicationSid ?? '', service } : null,
    );
  }
  return numbers;
}

/** @returns the Messaging Service of each number that is in one; none when the credentials may not list them */
async function readMessagingServices({
  messaging: { v1 },
}: Twilio): Promise<Map<string, NumberState['service']>> {
  const found = new Map<string, NumberState['service']>();
  try {
    for (const { sid, inboundRequestUrl, useInboundWebhookOnNumber } of await v1.services.list()) {
      const service = {
        sid,
        inboundUrl: inboundRequestUrl ?? '',
        leavesToNumber: useInboundWebhookOnNumber === true,
      };
      for (const { phoneNumber } of await v1.services(sid).phoneNumbers.list())
        found.set(phoneNumber, service);
    }
  } catch (error) {
    const { status } = error as { status?: number };
    if (status !== 401 && status !== 403) throw error;
  }
  return found;
}

/** New numbers come with Twilio's own demo. */
const demo = /^https?:\/\/demo\.twilio\.com\//;

/** @returns whether Twilio's demo answers a number's messages: nobody wants to keep that */
export function answersWithDemo({ smsUrl, smsApplicationSid, service }: NumberState): boolean {
  return (!service || service.leavesToNumber) && !smsApplicationSid && demo.test(smsUrl);
}

/**
 * The Console calls it "A message comes in". It runs beside autocreation.
 *
 * @returns what answers a number's messages besides Conversations and Twilio's demo
 * @see https://www.twilio.com/docs/flex/admin-guide/setup/conversations/manage-conversations-sms-addresses
 */
export function handlerOf(number: NumberState): string | undefined {
  const { smsUrl, smsApplicationSid, service } = number;
  if (service && !service.leavesToNumber) {
    return service.inboundUrl ? `${service.inboundUrl} (of the Messaging Service ${service.sid})` : undefined;
  }
  if (smsApplicationSid) return `the application ${smsApplicationSid}`;
  if (smsUrl === '' || answersWithDemo(number)) return undefined;
  const [flow] = /FW[0-9a-f]{32}/.exec(smsUrl) ?? [];
  return flow ? `the Studio flow ${flow}` : smsUrl;
}

/** @returns what to do in the Console, so that nothing but Conversations answers a number's messages */
export function howToEndAnswers(address: string, { service }: NumberState): string {
  return service && !service.leavesToNumber
    ? `choose "Autocreate a conversation" under Messaging → Services → ${service.sid}, Integration`
    : `remove "A message comes in" under Phone Numbers → Manage → Active numbers → ${address}`;
}
