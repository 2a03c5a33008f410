import type { ActionResult } from '../../simulator/api';
import { type Decided, decisionSentence } from '../../simulator/decision-sentence';
import { useLocal, webhooks } from './local-over-http';

const names: Record<string, string> = {
  alice: 'Alice Adams',
  bob: 'Bob Brown',
  carol: 'Carol Clark',
  dave: 'Dave Diaz',
  '+12125550101': 'María Gómez',
};
const nameOf = (address: string): string => names[address] ?? address;

const webhook = (name: string, decision: Decided['decision'], body: unknown = {}, status = 200): Decided => ({
  name,
  fields: { 'MessagingBinding.Address': '+12125550101' },
  status,
  body: JSON.stringify(body),
  ...(decision && { decision }),
});
const asked = (identity: string, userAvailable: boolean) => ({
  method: 'GET',
  url: `https://frontline-api.twilio.com/v1/Users/${identity}`,
  form: {},
  userAvailable,
});
const added = (identity: string, code: number) => ({
  method: 'POST',
  url: 'https://conversations.twilio.com/v1/Conversations/CH1/Participants',
  form: { Identity: identity },
  code,
});
const away = (...rules: string[]) => rules.map((rule) => ({ rule, why: 'unavailable' }));
const noEntry = { rule: 'customer_entry', why: 'no entry for this customer' };
const routed = (worker: string, rule: string) => ({ routed: true, worker, rule });

describe('the sentence about a routed conversation', () => {
  const say = (rule: string, worker: string, passedOver: { rule: string; why: string }[], calls: object[]) =>
    String(
      decisionSentence(
        webhook('onConversationRoute', { rule, passedOver }, routed(worker, rule)),
        nameOf,
        calls as never,
      ),
    );

  it.each([
    ['pool', 'Dave Diaz, by the pool.'],
    ['customer_worker', 'Dave Diaz, the customer’s owner.'],
    ['customer_entry', 'Dave Diaz, by the entry for this customer.'],
    ['number', 'Dave Diaz, by the number that was written to.'],
    ['default_worker', 'Dave Diaz, the default worker.'],
    ['already_in_conversation', 'Dave Diaz, who was in the conversation before.'],
    ['a_rule_of_another_project', 'Dave Diaz, by the rule a_rule_of_another_project.'],
  ])('says who it is by the rule %s', (rule, sentence) => {
    expect(say(rule, 'dave', [noEntry], [])).toBe(sentence);
  });

  it('names who was next and is away', () => {
    const calls = [asked('dave', true), asked('alice', false)];
    expect(say('pool', 'dave', [noEntry, ...away('pool')], calls)).toBe(
      'Dave Diaz, by the pool. Alice Adams was next and is away.',
    );
    const two = [asked('carol', false), asked('dave', true), asked('alice', false)];
    expect(say('pool', 'dave', away('pool', 'pool'), two)).toBe(
      'Dave Diaz, by the pool. Alice Adams and Carol Clark were next and are away.',
    );
  });

  it('names nobody of whom the requests do not tell whether they came before the chosen worker', () => {
    const calls = [asked('dave', true), asked('alice', false), asked('bob', false)];
    const others = (passedOver: { rule: string; why: string }[], known: object[]) =>
      say('pool', 'dave', passedOver, known).replace('Dave Diaz, by the pool. ', '');
    expect(others(away('pool'), calls)).toBe('Another worker was next and is away.');
    expect(others(away('pool', 'pool'), [])).toBe('2 others were next and are away.');
    expect(others(away('number', 'pool'), calls)).toBe('Others were next and are away.');
  });

  it('says nothing of workers behind the chosen one', () => {
    expect(say('pool', 'dave', [noEntry], [asked('dave', true), asked('alice', false)])).toBe(
      'Dave Diaz, by the pool.',
    );
  });

  it('says that the default worker gets it although away', () => {
    const calls = [asked('alice', false), asked('bob', false)];
    expect(say('default_worker', 'alice', away('pool', 'pool'), calls)).toBe(
      'Alice Adams, the default worker, although away. Bob Brown was next and is away.',
    );
  });

  it('names whom Twilio refused, once', () => {
    const why = 'refused by Twilio: {"twilioStatus":400,"twilioCode":50435}';
    const passedOver = [
      { rule: 'number', why },
      { rule: 'pool', why },
    ];
    expect(say('pool', 'dave', passedOver, [added('carol', 50435), added('carol', 50435)])).toBe(
      'Dave Diaz, by the pool. Twilio refused Carol Clark (50435).',
    );
    expect(say('pool', 'dave', [], [added('dave', 50433)])).toBe('Dave Diaz, by the pool.');
  });
});

describe('the sentence about a conversation without a worker', () => {
  it.each([
    ['nobody_available', 'Nobody: everybody who may take it is away. Away: Alice Adams and Bob Brown.'],
    ['no_candidate', 'Nobody: no rule names a worker.'],
    ['all_refused', 'Nobody: Twilio took none of the workers.'],
    ['conversation_closed', 'Nobody: the conversation is closed.'],
    ['onConversationAdded does it', 'Not routed: onConversationAdded does it.'],
  ])('says why: %s', (unrouted, sentence) => {
    const isAway = unrouted === 'nobody_available';
    const entry = webhook('onConversationRoute', {
      unrouted,
      passedOver: isAway ? away('pool', 'pool') : [noEntry],
    });
    const calls = isAway ? [asked('alice', false), asked('bob', false)] : [];
    expect(decisionSentence(entry, nameOf, calls)).toBe(sentence);
  });

  it('gives the error', () => {
    const body = { code: 'out_of_time', message: 'The work could not be done in time.' };
    expect(decisionSentence(webhook('onConversationRoute', {}, body, 503), nameOf)).toBe(
      'Nobody joins. The work could not be done in time. (out_of_time)',
    );
  });
});

describe('the sentence about another webhook', () => {
  it.each([
    [
      'onConversationAdd',
      { customer: 'known', people: 1 },
      { friendly_name: 'María' },
      'Named “María”: a known customer.',
    ],
    [
      'onConversationAdd',
      { customer: 'known', people: 2 },
      { friendly_name: 'A, B' },
      'Named “A, B”: 2 people.',
    ],
    ['onConversationAdd', {}, {}, undefined],
    [
      'onParticipantAdded',
      { participant: 'customer', updates: 1 },
      {},
      'María Gómez: the customer’s id and name are added.',
    ],
    [
      'onParticipantAdded',
      { participant: 'customer', unchanged: 'complete' },
      {},
      'María Gómez: nothing to add (complete).',
    ],
    ['onParticipantAdded', { participant: 'our_number' }, {}, 'Our own number: nothing to add.'],
    [
      'GetProxyAddress',
      { rule: 'proxyAddresses.defaults.sms' },
      { proxy_address: '+16465550190' },
      'From +16465550190, the default for sms.',
    ],
    [
      'GetProxyAddress',
      { rule: 'proxyAddresses.rules[1]' },
      { proxy_address: '+442079460190' },
      'From +442079460190, by proxyAddresses.rules[1].',
    ],
    ['GetCustomersList', { customers: 1, more: false }, {}, '1 customer.'],
    ['GetCustomersList', { customers: 10, more: true }, {}, '10 customers, and there are more.'],
    ['GetTemplatesByCustomerId', { templates: 0 }, [], 'No templates.'],
    ['anEventOfAnotherProject', { rule: 'pool' }, {}, undefined],
  ] as const)('%s %j', (name, decision, body, sentence) => {
    expect(decisionSentence(webhook(name, decision as never, body), nameOf)).toBe(sentence);
  });

  it('is missing while there is no answer, and where the functions log no decision', () => {
    const { status: _status, ...running } = webhook('onConversationRoute', { rule: 'pool' });
    expect(decisionSentence(running, nameOf)).toBeUndefined();
    expect(
      decisionSentence({ ...webhook('onConversationRoute', undefined), body: 'thanks' }, nameOf),
    ).toBeUndefined();
  });
});

describe('the sentence about a real decision', () => {
  const { running, api } = useLocal();

  it('names the workers of the pool who are away', async () => {
    const { workers } = running.local.parts;
    const pool = ['alice@example.com', 'bob@example.com', 'dave@example.com'];
    for (const one of pool) workers.change(one, { available: false });
    const { entries } = await api<ActionResult>('POST', '/api/inbound', { from: '+19175550123', body: 'Hi' });
    for (const one of pool) workers.change(one, { available: true });
    const [route] = webhooks(entries).filter(({ name }) => name === 'onConversationRoute');
    const calls = entries.flatMap((one) => (one.kind === 'rest' && one.during === route?.id ? [one] : []));
    expect(route && decisionSentence(route, (identity) => identity, calls)).toBe(
      'alice@example.com, the default worker, although away. ' +
        'bob@example.com and dave@example.com were next and are away.',
    );
  });
});
