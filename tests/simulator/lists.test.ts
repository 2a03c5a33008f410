import { holdCustomers } from '../../lib/customers/every-customer';
import type { Channel, Customer } from '../../lib/model';
import type { TimelineEntry } from '../../simulator/api';
import type { ConversationPage, ConversationView, CustomerPage, DataFile } from '../../simulator/api-lists';
import { CustomerIndex } from '../../simulator/data/customer-index';
import { LocalTwilio } from '../../simulator/local-twilio';
import { createControlApi } from '../../simulator/server/control-api';
import { root } from './local';

const local = new LocalTwilio({
  root,
  ports: { functions: 1, console: 2, proxy: 3 },
  onOutput: () => undefined,
});
const api = createControlApi(local.control);
const rest = { source: 'API', webhooks: false };
const alice = 'alice@example.com';

async function get<T>(path: string, values: Record<string, string> = {}): Promise<T> {
  const response = await api.request(`/api${path}?${new URLSearchParams(values)}`, {
    headers: { Host: 'localhost:2' },
  });
  return (await response.json()) as T;
}
const post = async (path: string, body: object) => {
  const response = await api.request(`/api${path}`, {
    method: 'POST',
    headers: { Host: 'localhost:2' },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};

beforeEach(() => local.reset());

describe('the customers', () => {
  const names = ({ customers }: CustomerPage) => customers.map(({ displayName }) => displayName);

  it('have all that the page shows of one', async () => {
    expect(await get('/customers', { id: '1001' })).toEqual({
      customers: [
        {
          customerId: '1001',
          displayName: 'María Gómez',
          phone: '+12125550101',
          channels: ['sms', 'whatsapp'],
          addresses: [
            { type: 'sms', value: '+12125550101' },
            { type: 'whatsapp', value: 'whatsapp:+12125550101' },
            { type: 'email', value: 'maria@example.com' },
          ],
          worker: alice,
        },
      ],
      total: 20,
    });
  });

  it('have a line in the file, unless they are not in it', async () => {
    const answer = await api.request('/api/data/lines?id=1001&id=1002&id=nobody', {
      headers: { Host: 'localhost:2' },
    });
    expect(await answer.json()).toEqual({ lines: { 1001: 5, 1002: 41, nobody: null } });
  });

  it.each([
    [{ query: 'gomez MARIA' }, ['María Gómez']],
    [{ query: '(212) 555-0102' }, ['John Fox']],
    [{ query: 'maria@example' }, ['María Gómez']],
    [{ query: '1001' }, ['María Gómez']],
    [{ query: 'nobody at all' }, []],
    [{ query: 'gomez', worker: 'bob@example.com' }, []],
    [{ phone: '+12125550102' }, ['John Fox']],
  ])('are found by %j', async (values, found) => {
    expect(names(await get<CustomerPage>('/customers', values))).toEqual(found);
  });

  it('come by page, in one order, and by channel', async () => {
    const found: string[] = [];
    let after: number | undefined = 0;
    while (after !== undefined) {
      const page: CustomerPage = await get('/customers', { limit: '8', after: String(after) });
      found.push(...names(page));
      after = page.next;
    }
    expect(found).toHaveLength(20);
    expect(new Set(found).size).toBe(20);
    const { customers } = await get<CustomerPage>('/customers', { channel: 'email' });
    expect(customers.length).toBeGreaterThan(0);
    for (const { addresses } of customers) expect(addresses.map(({ type }) => type)).toContain('email');
  });

  it('include the unknown ones first, until they are reset', async () => {
    await post('/customers', { phone: '+19175550150' });
    expect(names(await get('/customers', { limit: '1' }))[0]).toBe('New customer');
    expect(names(await get('/customers', { query: '5550150' }))).toEqual(['New customer']);
    local.reset();
    expect(names(await get('/customers', { query: '5550150' }))).toEqual([]);
    expect(await get('/customers', { phone: '+19175550150' })).toMatchObject({ code: 20404 });
  });

  it('are searched without delay for others, however many they are', async () => {
    const customers = Array.from({ length: 40_000 }, (_, i): Customer => {
      const number = `+1555${1_000_000 + i}`;
      const channels: Channel[] = [{ type: 'sms', value: number, key: number }];
      return { customer_id: `c${i}`, display_name: `Customer ${i}`, channels, links: [] };
    });
    const many = new CustomerIndex(holdCustomers(customers));
    let turns = 0;
    const timer = setInterval(() => turns++, 0);
    const page = await many.list({ query: 'customer 39999', limit: 10 });
    clearInterval(timer);
    expect([page.customers.map(({ customer_id }) => customer_id), page.next]).toEqual([
      ['c39999'],
      undefined,
    ]);
    expect(turns).toBeGreaterThan(0);
    expect(many.byAddress('whatsapp:+15551000007')?.customer_id).toBe('c7');
  });
});

describe('the data', () => {
  it('has the line of each value, in the file and of one customer', async () => {
    const routing = await get<DataFile>('/data/routing');
    expect(routing.file).toBe('assets/routing.private.json');
    expect(routing.rows).toContainEqual({ path: 'workers[1].display_name', value: 'Bob Brown', line: 11 });
    expect(routing.rows).toContainEqual({
      path: 'proxyAddresses.rules[1].countries[1]',
      value: 'IE',
      line: 31,
    });
    const { file, rows } = await get<DataFile>('/data/customers/1001');
    expect(file).toBe('assets/customers.private.json');
    expect(rows).toContainEqual({ path: 'channels[1].value', value: '+1 212 555 0101', line: 18 });
    expect(await get('/data/customers/none')).toMatchObject({ code: 20404 });
  });
});

describe('a parameter of a list', () => {
  it.each([
    ['/customers', 'limit', 'abc'],
    ['/customers', 'limit', '0'],
    ['/customers', 'after', 'bogus'],
    ['/customers', 'channel', 'nope'],
    ['/customers', 'querry', 'x'],
    ['/conversations', 'limit', '-1'],
    ['/conversations', 'before', 'bogus'],
    ['/conversations', 'state', 'nope'],
    ['/conversations', 'unrouted', 'yes'],
    ['/timeline', 'before', 'bogus'],
    ['/timeline', 'format', 'csv'],
    ['/data/lines', 'ids', '1001'],
    ['/app/customers', 'pageSize', 'many'],
  ])('of %s is refused by its name: %s=%s', async (path, name, value) => {
    const answer = await get<{ code: number; message: string }>(path, { [name]: value });
    expect(answer).toEqual({ code: 20001, message: expect.stringMatching(`^${name}: `) });
  });

  it('matches all when it is empty, and a limit can be more than a page has', async () => {
    const all = await get<CustomerPage>('/customers');
    expect(await get('/customers', { channel: '', worker: '', limit: '201' })).toEqual(all);
    expect(await get('/customers', { channel: 'gbm' })).toEqual({ customers: [], total: all.total });
    expect(await get('/conversations', { state: '', unrouted: 'false' })).toEqual({ conversations: [] });
  });
});

describe('the conversations', () => {
  /** Creates one with a customer, a message, and perhaps a worker. @returns its SID */
  let number = 1_000;
  const create = (name: string, worker?: string): string => {
    const { sid } = local.state.createConversation({ friendlyName: name }, rest);
    const proxyAddress = `+1646555${number++}`;
    local.state.ownAddresses.add(proxyAddress);
    local.state.addParticipant(sid, { address: '+12125550101', proxyAddress }, rest);
    local.state.addMessage(sid, { author: '+12125550101', body: `Hello from ${name}` }, rest);
    if (worker) local.state.addParticipant(sid, { identity: worker }, rest);
    return sid;
  };
  const titles = ({ conversations }: ConversationPage) =>
    conversations.map(({ friendlyName }) => friendlyName).sort();

  it('are filtered by words, state, worker, address, and whether anybody is in them', async () => {
    create('One');
    create('Two', alice);
    const three = create('Three', 'alice_40example_2Ecom');
    await post(`/conversations/${three}`, { state: 'closed' });
    const found = async (values: Record<string, string>) =>
      titles(await get<ConversationPage>('/conversations', values));
    expect(await found({})).toEqual(['One', 'Three', 'Two']);
    expect(await found({ unrouted: 'true' })).toEqual(['One']);
    expect(await found({ state: 'closed' })).toEqual(['Three']);
    expect(await found({ worker: alice })).toEqual(['Two']);
    expect(await found({ address: '+12125550101' })).toEqual(['One', 'Three', 'Two']);
    expect(await found({ query: 'hello GOMEZ two' })).toEqual(['Two']);
    expect(await found({ query: 'adams', state: 'active' })).toEqual(['Two']);
  });

  it('come by page, the newest first, each with its last message; one has all of them', async () => {
    const sids = Array.from({ length: 5 }, (_, i) => create(`No. ${i}`));
    local.state.addMessage(sids[2] as string, { author: 'x', body: 'the last' }, rest);
    const seen: ConversationView[] = [];
    let before: string | undefined;
    do {
      const page: ConversationPage = await get('/conversations', { limit: '2', ...(before && { before }) });
      seen.push(...page.conversations);
      before = page.next;
    } while (before !== undefined);
    expect(seen.map(({ sid }) => sid).sort()).toEqual(sids.sort());
    const times = seen.map(({ updatedAt }) => updatedAt);
    expect(times).toEqual(times.toSorted().reverse());
    expect(seen.find(({ messageCount }) => messageCount === 2)?.messages).toMatchObject([
      { body: 'the last' },
    ]);
    const whole = seen.find(({ messageCount }) => messageCount === 2)?.sid;
    expect((await get<ConversationView>(`/conversations/${whole}`)).messages).toHaveLength(2);
    expect(await get('/conversations/CHnone')).toMatchObject({ code: 20404 });
  });

  it('get a worker, but not twice, and not once they are closed', async () => {
    const sid = create('One');
    expect(await post(`/conversations/${sid}/workers`, { worker: 'bob@example.com' })).toMatchObject({
      status: 200,
      body: { unrouted: false, participants: [{}, { identity: 'bob@example.com', name: 'Bob Brown' }] },
    });
    expect(await post(`/conversations/${sid}/workers`, { worker: 'bob@example.com' })).toMatchObject({
      status: 409,
      body: { code: 50433 },
    });
    await post(`/conversations/${sid}`, { state: 'closed' });
    expect(await post(`/conversations/${sid}/workers`, { worker: alice })).toMatchObject({
      body: { code: 50377 },
    });
  });
});

describe('the timeline', () => {
  it('comes by page of whole traces, and by conversation', async () => {
    for (let i = 0; i < 6; i++)
      local.timeline.addNote(`t${i % 3}`, `note ${i}`, { conversationSid: `CH${i}` });
    const titles = (entries: TimelineEntry[]) => entries.map(({ title }) => title);
    const first = await get<TimelineEntry[]>('/timeline', { limit: '3' });
    expect(titles(first)).toEqual(['note 1', 'note 2', 'note 4', 'note 5']);
    const before = String(first[0]?.id);
    expect(titles(await get('/timeline', { limit: '3', before }))).toEqual(['note 0', 'note 3']);
    expect(titles(await get('/timeline', { before }))).toEqual(['note 0', 'note 3']);
    expect(titles(await get('/timeline', { conversation: 'CH3' }))).toEqual(['note 0', 'note 3']);
    expect(titles(await get('/timeline', { trace: 't2' }))).toEqual(['note 2', 'note 5']);
    expect(await get('/timeline')).toHaveLength(6);
  });
});

describe('a reset', () => {
  it('keeps settings and workers, unless everything is reset', async () => {
    const { settings, workers } = local.parts;
    settings.change({ routingMode: 'none', faults: { rest: '500', badSignature: true } });
    workers.change(alice, { available: false });
    await post('/reset', {});
    expect([settings.current.faults.rest, workers.list()[0]?.available]).toEqual(['500', false]);
    await post('/reset', { everything: true });
    expect(settings.current).toEqual(settings.defaults);
    expect(workers.list()[0]?.available).toBe(true);
  });
});
