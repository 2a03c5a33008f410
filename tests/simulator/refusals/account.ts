import { Conversations } from '../../../simulator/twilio/conversations/conversations';
import type { ErrorCode } from '../../../simulator/twilio/http/error-list';
import { readFields } from '../../../simulator/twilio/http/request';
import { RestApi } from '../../../simulator/twilio/rest-api';

export type Form = Record<string, string | string[]>;

/** A refusal: its code, what is refused, the request, and the message where it is not the list's. */
export type Row = [code: ErrorCode, title: string, work: () => Promise<unknown>, message?: string];

const accountSid = `AC${'0'.repeat(32)}`;
const authToken = '0'.repeat(32);
export const [ada, ben, cleo] = ['+12125550101', '+12125550102', '+12125550103'];
export const [ours, second] = ['+16465550190', '+16465550191'];
export const chat = 'https://conversations.twilio.com/v1';

/** The account of one test. */
export const account = {} as { now: Date; state: Conversations; rest: RestApi };

/** Makes a new account, which has some addresses. */
export function reset(changesPerSecond = 10_000): void {
  account.now = new Date('2026-01-01T00:00:00Z');
  account.state = new Conversations({ accountSid, authToken, now: () => account.now, changesPerSecond });
  for (const address of [ours, second, `whatsapp:${ours}`, '12345']) account.state.ownAddresses.add(address);
  account.rest = new RestApi(account.state);
}

/** Asks as `METHOD https://host/path?query`. */
export function ask(
  what: string,
  given: Form = {},
  { headers = {}, token = authToken }: { headers?: Record<string, string>; token?: string } = {},
) {
  const [method = '', url = ''] = what.split(' ');
  const { host, pathname: path, searchParams } = new URL(url);
  const lists = Object.fromEntries(Object.entries(given).filter(([, value]) => Array.isArray(value)));
  const last = Object.entries(given).map(([name, value]) => [name, [value].flat().at(-1) ?? '']);
  return account.rest.handle({
    method,
    host,
    path,
    query: Object.fromEntries(searchParams),
    form: Object.fromEntries(last),
    lists: lists as Record<string, string[]>,
    headers: { authorization: authorization(token), ...headers },
  });
}

/** Posts a body as it comes over the wire; without a type, there is no header for it. */
export function send(type: string | undefined, body: string, path = '/Conversations') {
  const host = 'conversations.twilio.com';
  return account.rest.handle({
    ...{ method: 'POST', host, path: `/v1${path}`, query: {} },
    ...readFields(Buffer.from(body), type),
    headers: {
      authorization: authorization(),
      'content-length': String(Buffer.byteLength(body)),
      ...(type !== undefined && { 'content-type': type }),
    },
  });
}

/** A form as curl writes it with `-F`, with the boundary `x`; `quote` encloses its names. */
export function multipart(fields: Record<string, string>, quote = '"'): string {
  const parts = Object.entries(fields).map(
    ([name, value]) =>
      `--x\r\nContent-Disposition: form-data; name=${quote}${name}${quote}\r\n\r\n${value}\r\n`,
  );
  return `${parts.join('')}--x--\r\n`;
}

export function authorization(token = authToken): string {
  return `Basic ${Buffer.from(`${accountSid}:${token}`).toString('base64')}`;
}

/** Posts to a path of Conversations. */
export function post(path: string, form: Form = {}) {
  return ask(`POST ${chat}${path}`, form);
}

/** Posts, and returns the SID of what was made. */
export async function made(path: string, form: Form = {}): Promise<string> {
  const { status, body } = await post(path, form);
  if (status >= 300) throw new Error(JSON.stringify(body));
  return (body as { sid: string }).sid;
}

export function binding(address?: string, proxy?: string, projected?: string): Form {
  return {
    ...(address !== undefined && { 'MessagingBinding.Address': address }),
    ...(proxy !== undefined && { 'MessagingBinding.ProxyAddress': proxy }),
    ...(projected !== undefined && { 'MessagingBinding.ProjectedAddress': projected }),
  };
}

/** A conversation with these participants. */
async function conversationOf(...people: Form[]): Promise<string> {
  const sid = await made('/Conversations');
  for (const one of people) await made(`/Conversations/${sid}/Participants`, one);
  return sid;
}

/** Adds a participant to a new conversation in which others are already. */
export async function join(form: Form, others: Form[] = []) {
  return post(`/Conversations/${await conversationOf(...others)}/Participants`, form);
}

/** Changes the only participant of a new conversation. */
export async function change(participant: Form, form: Form) {
  const sid = await made('/Conversations');
  const member = await made(`/Conversations/${sid}/Participants`, participant);
  return post(`/Conversations/${sid}/Participants/${member}`, form);
}

/** Writes into a new conversation. */
export async function write(form: Form, people: Form[] = []) {
  return post(`/Conversations/${await conversationOf(...people)}/Messages`, form);
}

/** Two customers and our number. */
export const group = [binding(ada), binding(ben), binding(undefined, undefined, ours)];

/** The participants of one request. */
export function groupOf(...people: object[]): Form {
  return { Participant: people.map((messaging_binding) => JSON.stringify({ messaging_binding })) };
}

export function many<T>(count: number, item: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => item(index));
}

export function phone(index: number): string {
  return `+1212555${String(1_000 + index)}`;
}
